// Coroutines that wait for time, or for each other.
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "drivers/asio_websocket.hpp"

namespace prise::drivers::coroutines {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<void> sleep_until(std::chrono::steady_clock::time_point time) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer{executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> sleep_for(std::chrono::milliseconds time) {
  return sleep_until(std::chrono::steady_clock::now() + time);
}

asio::awaitable<void> gather(asio::awaitable<void> one, asio::awaitable<void> other) {
  co_await (std::move(one) && std::move(other));
}

asio::awaitable<void> first_of(asio::awaitable<void> one, asio::awaitable<void> other) {
  co_await (std::move(one) || std::move(other));
}

}  // namespace prise::drivers::coroutines
