// One message for many receivers: its frame is built once, its bytes are shared. Lesson 19.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "protocol/websocket/buffer_pool.hpp"
#include "protocol/websocket/bytes.hpp"
#include "protocol/websocket/deflate_parameters.hpp"
#include "protocol/websocket/frame.hpp"

namespace prise::websocket {

// Never changes once made: threads may share it. As servers send it, not masked; a client's
// connection, or one that compresses in its own context, encodes the payload for itself.
class PreparedFrame {
public:
  // `text` must be valid UTF-8. Both copy their argument. With `deflate`, the frame is there
  // compressed as well, for the receivers that keep no context (Takeover::none).
  static std::shared_ptr<const PreparedFrame> text(
      std::string_view text, const std::optional<DeflateOptions>& deflate = std::nullopt);
  static std::shared_ptr<const PreparedFrame> binary(
      Bytes bytes, const std::optional<DeflateOptions>& deflate = std::nullopt);

  PreparedFrame(Opcode opcode, Bytes payload, const std::optional<DeflateOptions>& deflate);

  [[nodiscard]] Opcode opcode() const { return opcode_; }
  [[nodiscard]] Bytes payload() const { return Bytes{frame_}.subspan(head_bytes_); }

  // Head and payload.
  [[nodiscard]] Bytes frame() const { return frame_; }
  // The same, compressed in a window of 2^15 bytes; nothing if it was not asked for.
  [[nodiscard]] Bytes compressed_frame() const { return compressed_frame_; }

private:
  Opcode opcode_;
  std::size_t head_bytes_ = 0;
  Buffer frame_;
  Buffer compressed_frame_;
};

}  // namespace prise::websocket
