#include "drivers/asio_stop.hpp"

#include <fcntl.h>

#include <asio/execution_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <map>
#include <utility>

#include "net/error.hpp"

namespace prise::drivers {

class StopMembership::Watch : public std::enable_shared_from_this<Watch> {
public:
  // asio owns what it watches, so it gets a descriptor of its own.
  Watch(const asio::any_io_executor& executor, int fd)
      : bell_{executor, net::checked(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "fcntl F_DUPFD_CLOEXEC")} {}

  void start() {
    bell_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [weak = weak_from_this()](const asio::error_code& error) {
                       if (const auto self = weak.lock(); self && !error) self->ring();
                     });
  }

  [[nodiscard]] bool stopped() const { return stopped_; }
  std::list<Stoppable*> members;

private:
  void ring() {
    stopped_ = true;
    const std::list<Stoppable*> told = members;  // a member may leave meanwhile
    for (Stoppable* member : told)
      member->stop();
  }

  asio::posix::stream_descriptor bell_;
  bool stopped_ = false;
};

namespace {

// What an io_context keeps for as long as it lives: see asio::execution_context::service.
template <class Watch>
class Watches : public asio::execution_context::service {
public:
  using key_type = Watches;
  static inline asio::execution_context::id id;
  explicit Watches(asio::execution_context& context) : service(context) {}

  std::shared_ptr<Watch> of(const asio::any_io_executor& executor, int fd) {
    std::weak_ptr<Watch>& known = watches_[fd];
    std::shared_ptr<Watch> watch = known.lock();
    if (!watch) {
      known = watch = std::make_shared<Watch>(executor, fd);
      watch->start();
    }
    return watch;
  }

private:
  void shutdown() noexcept override {}
  std::map<int, std::weak_ptr<Watch>> watches_;
};

}  // namespace

StopMembership::StopMembership(const asio::any_io_executor& executor, int fd, Stoppable& member) {
  if (fd == -1) return;
  auto& context = asio::query(executor, asio::execution::context);
  watch_ = asio::use_service<Watches<Watch>>(context).of(executor, fd);
  place_ = watch_->members.insert(watch_->members.end(), &member);
}

StopMembership::StopMembership(StopMembership&& other) noexcept
    : watch_{std::move(other.watch_)}, place_{other.place_} {}

StopMembership& StopMembership::operator=(StopMembership&& other) noexcept {
  std::swap(watch_, other.watch_);
  std::swap(place_, other.place_);
  return *this;
}

StopMembership::~StopMembership() {
  if (watch_) watch_->members.erase(place_);
}

bool StopMembership::stopped() const {
  return watch_ && watch_->stopped();
}

}  // namespace prise::drivers
