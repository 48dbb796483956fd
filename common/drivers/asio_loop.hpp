// What the WebSockets of one io_context that have the same settings share: buffers, so that an idle
// one holds none, and one timer, so that none has its own. Part of the asio driver; lesson 18.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>

#include "drivers/clock.hpp"
#include "drivers/settings.hpp"
#include "protocol/websocket/buffer_pool.hpp"

namespace prise::drivers {

class AsioLoop : public std::enable_shared_from_this<AsioLoop> {
public:
  class Sleeper;

  // The one of this io_context and these settings, for as long as somebody has it.
  static std::shared_ptr<AsioLoop> of(const asio::any_io_executor& executor,
                                      const Settings& settings);

  AsioLoop(const asio::any_io_executor& executor, const Settings& settings);

  [[nodiscard]] const websocket::Config& config() const { return config_; }  // with our buffers

private:
  using Alarms = std::multimap<Deadline, Sleeper*>;

  void wait();
  void wake_who_is_due();

  websocket::BufferPool pool_;
  websocket::Config config_;
  asio::steady_timer timer_;
  Deadline timer_rings_ = Deadline::max();  // before the first alarm, or with it
  Alarms alarms_;
};

// Who is told at its time; by then its loop may have let some time pass. It need not be woken
// again: it asks for it.
class AsioLoop::Sleeper {
public:
  explicit Sleeper(std::shared_ptr<AsioLoop> loop) : loop_{std::move(loop)} {}
  virtual ~Sleeper() { sleep_on(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

protected:
  virtual void wake() = 0;
  void wake_at(Deadline time);  // and no more at the time before
  void sleep_on();              // for ever; it keeps io_context::run() going no longer
  [[nodiscard]] Deadline wakes_at() const { return alarm_ ? (*alarm_)->first : Deadline::max(); }
  [[nodiscard]] const websocket::Config& config() const { return loop_->config(); }

private:
  friend class AsioLoop;
  std::shared_ptr<AsioLoop> loop_;
  std::optional<Alarms::iterator> alarm_;
};

}  // namespace prise::drivers
