#include "protocol/websocket/prepared_frame.hpp"

#include "protocol/websocket/deflate.hpp"

namespace prise::websocket {

PreparedFrame::PreparedFrame(Opcode opcode, Bytes payload,
                             const std::optional<DeflateOptions>& deflate)
    : opcode_{opcode} {
  FrameHead head;
  head.opcode = opcode;
  frame_.reserve(frame_head_bytes_max + payload.size());
  append_frame(frame_, head, payload);
  head_bytes_ = frame_.size() - payload.size();
  if (!deflate || payload.empty()) return;
  head.compressed = Compressed::yes;
  Deflater deflater{DeflateParameters{}.server_window_bits, Takeover::none, *deflate};
  append_frame(compressed_frame_, head, deflater.deflate(payload));
}

std::shared_ptr<const PreparedFrame> PreparedFrame::text(
    std::string_view text, const std::optional<DeflateOptions>& deflate) {
  return std::make_shared<const PreparedFrame>(Opcode::text, bytes_of(text), deflate);
}

std::shared_ptr<const PreparedFrame> PreparedFrame::binary(
    Bytes bytes, const std::optional<DeflateOptions>& deflate) {
  return std::make_shared<const PreparedFrame>(Opcode::binary, bytes, deflate);
}

}  // namespace prise::websocket
