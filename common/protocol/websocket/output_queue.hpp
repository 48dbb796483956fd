// The bytes that a connection still has to send, in order: its own in one buffer, and between them
// frames shared with other connections, which are not copied. Part of Connection; lesson 17.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "protocol/websocket/buffer_pool.hpp"
#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/prepared_frame.hpp"

namespace prise::websocket {

// The next bytes to write: a few pieces for one writev. More may follow once these are written.
class Output {
public:
  static constexpr std::size_t pieces_max = 16;

  [[nodiscard]] const Bytes* begin() const { return pieces_.data(); }
  [[nodiscard]] const Bytes* end() const { return pieces_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }  // in pieces
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == pieces_max; }
  [[nodiscard]] Bytes operator[](std::size_t index) const { return pieces_[index]; }

  void add(Bytes piece) {
    if (!piece.empty() && !full()) pieces_[count_++] = piece;
  }

private:
  std::array<Bytes, pieces_max> pieces_;
  std::size_t count_ = 0;
};

class OutputQueue {
public:
  explicit OutputQueue(BufferPool* pool) : pool_{pool} {}

  // Where the connection's own bytes are appended. To append only, and at once.
  Buffer& own();

  // Queues `bytes` after what is there now. They belong to `frame`, which is kept until they left.
  void share(std::shared_ptr<const PreparedFrame> frame, Bytes bytes);

  // Queues bytes that are the caller's, to be written at once: whatever else is called first, the
  // caller calls keep_lent() before it.
  void lend(Bytes bytes) { share(nullptr, bytes); }
  void keep_lent();  // copies what has not left yet

  [[nodiscard]] Output next() const;

  // The first `count` bytes of next() have been written.
  void wrote(std::size_t count);

  // All that is left, in bytes.
  [[nodiscard]] std::size_t bytes() const { return own_.size() - own_sent_ + shared_bytes_; }

private:
  struct Shared {
    std::shared_ptr<const PreparedFrame> frame;  // null: lent
    Bytes left;                                  // of it, to send
    std::size_t own_before;                      // it comes after this many bytes of own_
  };

  std::size_t write_own(std::size_t count, std::size_t end);
  void drop_sent();

  BufferPool* pool_;
  Buffer own_;
  std::size_t own_sent_ = 0;  // the beginning of own_ that has gone
  std::vector<Shared> shared_;
  std::size_t shared_sent_ = 0;   // how many of them, from the first, have gone
  std::size_t shared_bytes_ = 0;  // left of all of them
};

}  // namespace prise::websocket
