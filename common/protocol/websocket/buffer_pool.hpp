// Buffers that connections borrow while they have something to hold, so that an idle one holds
// none.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace prise::websocket {

using Buffer = std::vector<std::byte>;

// One for each thread, or each event loop: it has no lock. It must outlive its connections.
class BufferPool {
public:
  explicit BufferPool(std::size_t buffers_max = 64, std::size_t buffer_bytes_max = 64 * 1024)
      : buffers_max_{buffers_max}, buffer_bytes_max_{buffer_bytes_max} {
    buffers_.reserve(buffers_max);
  }

  // An empty buffer, with the capacity that its last user left it.
  Buffer take() {
    if (buffers_.empty()) return {};
    Buffer buffer = std::move(buffers_.back());
    buffers_.pop_back();
    return buffer;
  }

  // Keeps the buffer, unless there are enough or it has grown too large to lie idle.
  void give_back(Buffer&& buffer) {
    Buffer taken = std::move(buffer);
    taken.clear();
    if (taken.capacity() > 0 && taken.capacity() <= buffer_bytes_max_ &&
        buffers_.size() < buffers_max_)
      buffers_.push_back(std::move(taken));
  }

private:
  std::size_t buffers_max_;
  std::size_t buffer_bytes_max_;
  std::vector<Buffer> buffers_;
};

}  // namespace prise::websocket
