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
  // What lies idle is bounded: so many buffers, so many bytes in each, and in all of them.
  explicit BufferPool(std::size_t buffers_max = 64, std::size_t buffer_bytes_max = 64 * 1024,
                      std::size_t bytes_max = 4 * 1024 * 1024)
      : buffers_max_{buffers_max}, buffer_bytes_max_{buffer_bytes_max}, bytes_max_{bytes_max} {
    buffers_.reserve(buffers_max);
  }

  // An empty buffer, with the capacity that its last user left it.
  Buffer take() {
    if (buffers_.empty()) return {};
    Buffer buffer = std::move(buffers_.back());
    buffers_.pop_back();
    bytes_ -= buffer.capacity();
    return buffer;
  }

  // Keeps the buffer, unless there are enough or it has grown too large to lie idle.
  void give_back(Buffer&& buffer) {
    Buffer taken = std::move(buffer);
    taken.clear();
    const std::size_t bytes = taken.capacity();
    if (bytes == 0 || bytes > buffer_bytes_max_ || bytes_ + bytes > bytes_max_ ||
        buffers_.size() == buffers_max_)
      return;
    bytes_ += bytes;
    buffers_.push_back(std::move(taken));
  }

private:
  std::size_t buffers_max_;
  std::size_t buffer_bytes_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // the capacity of all that are here
  std::vector<Buffer> buffers_;
};

// A buffer for something to hold: borrowed if there is a pool and `buffer` has no room of its own.
inline void borrow(Buffer& buffer, BufferPool* pool) {
  if (pool != nullptr && buffer.capacity() == 0) buffer = pool->take();
}

// Nothing to hold any more: to the pool. Without one, a small buffer stays, a large one is freed.
inline void release(Buffer& buffer, BufferPool* pool) {
  constexpr std::size_t kept_bytes_max = 4096;
  buffer.clear();
  if (pool != nullptr)
    pool->give_back(std::exchange(buffer, {}));
  else if (buffer.capacity() > kept_bytes_max)
    buffer = Buffer{};
}

}  // namespace prise::websocket
