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

// A peer may send control frames by the ten thousand: what is beyond the bound costs a count.
void FramePanel::frame(websocket::Direction direction, const websocket::FrameHead& head) {
  if (unseen_) return;
  const bool sent = direction == websocket::Direction::sent;
  std::optional<Frame>& frame = sent ? sent_ : received_;
  frame.reset();
  ++count_;
  if (waiting_.frames.size() == limits::frames_at_once) {
    ++waiting_.skipped;
    return;
  }
  frame = described(head);
  frame->sent = sent;
  frame->number = count_;
  end_if_whole(frame);
}

void FramePanel::payload(websocket::Direction direction, websocket::Bytes piece) {
  std::optional<Frame>& frame = direction == websocket::Direction::sent ? sent_ : received_;
  if (unseen_ || !frame) return;
  const std::size_t room = limits::frame_payload_bytes_shown - frame->payload.size();
  frame->payload += websocket::text_of(piece.first(std::min(room, piece.size())));
  end_if_whole(frame);
}

void FramePanel::end_if_whole(std::optional<Frame>& frame) {
  const std::uint64_t shown =
      std::min<std::uint64_t>(frame->payload_bytes, limits::frame_payload_bytes_shown);
  if (frame->payload.size() < shown) return;
  if (waiting_.frames.size() < limits::frames_at_once)
    waiting_.frames.push_back(std::move(*frame));
  else
    ++waiting_.skipped;
  frame.reset();
  if (waiting_.frames.size() == 1) gathered_();
}

}  // namespace prise::chat
