#include "frame_panel.hpp"

#include <algorithm>
#include <chrono>

#include "clock.hpp"
#include "limits.hpp"

namespace prise::chat {
namespace {

std::string text_of(websocket::Bytes bytes) {
  return std::string(websocket::text_of(bytes));
}

Frame described(const websocket::FrameHead& head) {
  Frame frame;
  frame.time_ms = now_ms();
  frame.fin = head.fin == websocket::Fin::last;
  frame.rsv1 = head.compressed == websocket::Compressed::yes;
  frame.opcode = static_cast<int>(head.opcode);
  frame.masked = head.masked;
  frame.payload_bytes = head.payload_bytes;
  if (head.masked) frame.mask = text_of(head.key);
  // A head has only one form (RFC 6455 section 5.2, minimal lengths): these are the bytes that
  // came.
  std::vector<std::byte> bytes;
  websocket::append_frame_head(bytes, head);
  frame.head = text_of(bytes);
  return frame;
}

}  // namespace

void FramePanel::frame(websocket::Direction direction, const websocket::FrameHead& head) {
  if (unseen_) return;
  Frame& frame = direction == websocket::Direction::sent ? sent_ : received_;
  frame = described(head);
  frame.sent = direction == websocket::Direction::sent;
  end_if_whole(frame);
}

void FramePanel::payload(websocket::Direction direction, websocket::Bytes piece) {
  if (unseen_) return;
  Frame& frame = direction == websocket::Direction::sent ? sent_ : received_;
  const std::size_t room = limits::frame_payload_bytes_shown - frame.payload.size();
  if (room == 0) return;
  frame.payload += websocket::text_of(piece.first(std::min(room, piece.size())));
  end_if_whole(frame);
}

void FramePanel::end_if_whole(Frame& frame) {
  const std::uint64_t shown =
      std::min<std::uint64_t>(frame.payload_bytes, limits::frame_payload_bytes_shown);
  if (frame.payload.size() < shown) return;
  frame.number = ++count_;
  frames_.push_back(frame);
  gathered_();
}

}  // namespace prise::chat
