// The harness's end of a TCP connection: every wait has a deadline, and what comes is read even
// while there is something to send, so that two ends that both send much never wait for each other.
#pragma once

#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "support/process.hpp"

namespace prise::conformance {

using testing::Deadline;
using testing::Seconds;
using testing::within;

class Wire {
public:
  enum class End : std::uint8_t { none, end_of_stream, reset };

  explicit Wire(net::Stream stream);  // makes it non-blocking, and turns Nagle's algorithm off

  // False: the peer is gone, or does not read. What it said before is in input().
  bool send(std::string_view bytes, Deadline deadline);
  bool read_more(Deadline deadline);  // false: the deadline has passed, or there is an end
  void finish_sending();              // half-close
  void reset();                       // RST in place of an end of stream

  // What came and was not taken.
  [[nodiscard]] std::string_view input() const { return std::string_view(input_).substr(taken_); }
  void take(std::size_t bytes);
  [[nodiscard]] End end() const { return end_; }

private:
  bool read_now();

  net::Stream stream_;
  std::string input_;
  std::size_t taken_ = 0;
  End end_ = End::none;
};

}  // namespace prise::conformance
