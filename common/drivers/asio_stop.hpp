// The stop descriptor of Settings, watched once for all the WebSockets of an io_context. Part of
// the asio driver; lesson 18.
#pragma once

#include <asio/any_io_executor.hpp>
#include <list>
#include <memory>

namespace prise::drivers {

class Stoppable {
public:
  virtual ~Stoppable() = default;
  virtual void stop() = 0;  // runs no code of the program's
};

// In the list of those who are told, for as long as it lives. It keeps io_context::run() going
// no longer than that.
class StopMembership {
public:
  StopMembership() = default;
  // `fd`: a descriptor that becomes readable, and is never read; -1: none. Has it happened already,
  // stopped() says so and `member` is not told.
  StopMembership(const asio::any_io_executor& executor, int fd, Stoppable& member);
  StopMembership(StopMembership&& other) noexcept;
  StopMembership& operator=(StopMembership&& other) noexcept;
  ~StopMembership();

  [[nodiscard]] bool stopped() const;

private:
  class Watch;
  std::shared_ptr<Watch> watch_;
  std::list<Stoppable*>::iterator place_;
};

}  // namespace prise::drivers
