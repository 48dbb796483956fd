// What is typed, line by line: a thread waits for it, and the loop's thread gets it.
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace prise::chat {

class Typing {
public:
  // Nothing: no more will come (Ctrl-D, Ctrl-C, the end of the file). Called in the loop's thread,
  // and no more once this is destroyed.
  using Typed = std::function<void(std::optional<std::string> line)>;

  Typing(asio::io_context& loop, Typed typed);
  ~Typing();  // in the loop's thread; waits for no further line
  Typing(const Typing&) = delete;
  Typing& operator=(const Typing&) = delete;

private:
  void wait_for_lines();

  asio::io_context& loop_;
  std::shared_ptr<Typed> typed_;  // what is on its way to the loop knows by it whether we live
  std::array<int, 2> wake_{};     // a pipe: a byte in it ends the wait
  std::thread thread_;
};

}  // namespace prise::chat
