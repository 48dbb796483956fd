#include "drivers/asio_loop.hpp"

#include <asio/execution_context.hpp>
#include <utility>

namespace prise::drivers {
namespace {

// Large messages reuse large buffers: fresh memory costs more than the copy that goes into it.
constexpr std::size_t idle_buffers_max = 256;
constexpr std::size_t idle_buffer_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t idle_bytes_max = 16 * 1024 * 1024;

// What an io_context keeps for as long as it lives: see asio::execution_context::service.
class Loops : public asio::execution_context::service {
public:
  using key_type = Loops;
  static inline asio::execution_context::id id;
  explicit Loops(asio::execution_context& context) : service(context) {}

  std::shared_ptr<AsioLoop> of(const asio::any_io_executor& executor, const Settings& settings) {
    std::weak_ptr<AsioLoop>& known = loops_[&settings];
    std::shared_ptr<AsioLoop> loop = known.lock();
    if (!loop) known = loop = std::make_shared<AsioLoop>(executor, settings);
    return loop;
  }

private:
  void shutdown() noexcept override {}
  std::map<const Settings*, std::weak_ptr<AsioLoop>> loops_;
};

}  // namespace

std::shared_ptr<AsioLoop> AsioLoop::of(const asio::any_io_executor& executor,
                                       const Settings& settings) {
  auto& context = asio::query(executor, asio::execution::context);
  return asio::use_service<Loops>(context).of(executor, settings);
}

AsioLoop::AsioLoop(const asio::any_io_executor& executor, const Settings& settings)
    : pool_{idle_buffers_max, idle_buffer_bytes_max, idle_bytes_max},
      config_{settings.websocket},
      timer_{executor} {
  config_.buffers = &pool_;
}

// Not set again for who leaves: a ring too early finds nobody, and sets the next one.
void AsioLoop::wait() {
  if (alarms_.empty()) {
    timer_rings_ = Deadline::max();
    timer_.cancel();
    return;
  }
  if (alarms_.begin()->first >= timer_rings_) return;
  timer_rings_ = alarms_.begin()->first;
  timer_.expires_at(timer_rings_);
  timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->wake_who_is_due();
  });
}

void AsioLoop::wake_who_is_due() {
  timer_rings_ = Deadline::max();
  const Deadline now = Clock::now();
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    Sleeper& sleeper = *alarms_.begin()->second;
    alarms_.erase(*std::exchange(sleeper.alarm_, std::nullopt));
    try {
      sleeper.wake();
    } catch (...) {  // what one of them met ends io_context::run(), which may be called again
      wait();
      throw;
    }
  }
  wait();
}

void AsioLoop::Sleeper::wake_at(Deadline time) {
  if (alarm_) loop_->alarms_.erase(*alarm_);
  alarm_ = loop_->alarms_.emplace(time, this);
  loop_->wait();
}

void AsioLoop::Sleeper::sleep_on() {
  if (!alarm_) return;
  loop_->alarms_.erase(*std::exchange(alarm_, std::nullopt));
  loop_->wait();
}

}  // namespace prise::drivers
