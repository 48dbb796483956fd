// One large buffer to read into for all the connections of a thread, lent to one at a time: a
// connection holds it only while its program looks at a message in it. Lesson 18.
#pragma once

#include <memory>
#include <vector>

#include "protocol/websocket/bytes.hpp"

namespace prise::drivers {

class ReadBuffer {
public:
  static constexpr std::size_t bytes = 256 * 1024;  // pages that nobody writes to cost nothing

  ReadBuffer() = default;
  ReadBuffer(ReadBuffer&&) = default;
  ReadBuffer& operator=(ReadBuffer&&) = delete;
  ~ReadBuffer() { give_back(); }

  // Another connection may hold the last one meanwhile: then there is one more.
  websocket::MutableBytes borrow() {
    if (!memory_ && !idle().empty()) {
      memory_ = std::move(idle().back());
      idle().pop_back();
    }
    if (!memory_) memory_ = std::make_unique_for_overwrite<std::byte[]>(bytes);
    return {memory_.get(), bytes};
  }

  void give_back() {
    constexpr std::size_t idle_max = 4;
    if (memory_ && idle().size() < idle_max) idle().push_back(std::move(memory_));
    memory_.reset();
  }

private:
  using Memory = std::unique_ptr<std::byte[]>;
  static std::vector<Memory>& idle() {
    thread_local std::vector<Memory> buffers;
    return buffers;
  }
  Memory memory_;
};

}  // namespace prise::drivers
