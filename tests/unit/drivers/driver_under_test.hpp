// What the contract suite asks of a driver: to do with its WebSockets one of a few simple things,
// in a thread of its own, and to say how each of them ended. A driver joins the suite with one
// class and one line in drivers_under_test().
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "drivers/settings.hpp"
#include "net/stream.hpp"

namespace prise::testing {

// What the program under test does.
enum class Does {
  echo,   // sends each message back as it came
  flood,  // sends pieces of a million bytes from the beginning, until one is refused
  close,  // closes with 4000, "assez", as soon as it is open
};

inline constexpr auto own_close_code = static_cast<websocket::CloseCode>(4000);

using Endings = std::future<std::vector<drivers::Ending>>;

class DriverUnderTest {
public:
  virtual ~DriverUnderTest() = default;
  [[nodiscard]] virtual std::string name() const = 0;

  // Serves so many clients, at the same time. Both return at once, after starting a
  // driver_thread(); the settings outlive it. The endings come when all have ended; what a driver
  // throws, they throw.
  virtual Endings serve(net::Listener listener, const drivers::Settings& settings, Does does,
                        std::size_t clients) = 0;
  virtual Endings connect(const std::string& url, const drivers::Settings& settings, Does does) = 0;
};

// All that a driver does must happen here: only calls of such threads are made to fail.
Endings driver_thread(std::function<std::vector<drivers::Ending>()> work);

std::unique_ptr<DriverUnderTest> blocking_driver();
std::vector<std::unique_ptr<DriverUnderTest>> event_loop_drivers();  // one for each backend
std::unique_ptr<DriverUnderTest> asio_driver();
std::unique_ptr<DriverUnderTest> asio_driver_over_tls();

}  // namespace prise::testing
