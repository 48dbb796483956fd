// What the peer says, read strictly.
#include "conformance/session.hpp"

namespace prise::conformance {
namespace {

bool is_control(const ReceivedFrame& frame) {
  return frame.opcode >= 8;
}

// RFC 6455 section 7.4, and what IANA has registered since.
bool may_be_sent(int code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

// What came in one piece with the handshake's head is there before anything is read.
bool Session::pump(Deadline deadline) {
  if (take_frames()) return true;
  const bool came = wire_.read_more(deadline);
  take_frames();
  return came;
}

bool Session::take_frames() {
  bool any = false;
  while (const auto frame = read_frame(wire_.input())) {
    any = true;
    wire_.take(frame->bytes);
    take_frame(*frame);
  }
  return any;
}

void Session::take_frame(const ReceivedFrame& frame) {
  if (const std::string fault = fault_in(frame); !fault.empty() && record_.violation.empty())
    record_.violation = fault;
  if (frame.opcode == 8) return take_close(frame.payload);
  if (!is_control(frame)) return take_data(frame);
  record_.events.push_back(
      {frame.opcode == 9 ? Happening::Kind::ping : Happening::Kind::pong, frame.payload});
}

std::string Session::fault_in(const ReceivedFrame& frame) const {
  if (record_.peer_close) return "a frame after its Close frame";
  if (frame.key && tested_ == Tested::server) return "a masked frame from a server";
  if (!frame.key && tested_ == Tested::client) return "an unmasked frame from a client";
  if (!frame.shortest_length) return "a length that is not in its shortest form";
  const bool begins = frame.opcode == 1 || frame.opcode == 2;
  if (frame.rsv != 0 && (frame.rsv != 4 || !begins || !codec_)) return "a reserved bit";
  if (frame.opcode > 10 || (frame.opcode > 2 && frame.opcode < 8)) return "a reserved opcode";
  if (is_control(frame) && (!frame.fin || frame.payload.size() > 125))
    return "a control frame that is fragmented or too long";
  if (!is_control(frame) && begins == (message_opcode_ != 0)) return "fragments out of order";
  return {};
}

void Session::take_data(const ReceivedFrame& frame) {
  if (frame.opcode != 0) {
    message_opcode_ = frame.opcode;
    message_compressed_ = frame.rsv == 4;
  }
  message_ += frame.payload;
  if (!frame.fin) return;
  Event event{message_opcode_ == 1 ? Happening::Kind::text : Happening::Kind::binary,
              std::exchange(message_, {})};
  message_opcode_ = 0;
  if (message_compressed_ && codec_) {
    auto inflated = codec_->inflate(event.payload);
    if (!inflated && record_.violation.empty())
      record_.violation = "a message that does not inflate";
    event.payload = std::move(inflated).value_or("");
  }
  record_.events.push_back(std::move(event));
}

void Session::take_close(const std::string& payload) {
  if (record_.peer_close) return;
  PeerClose close;
  close.was_first = !record_.we_closed;
  if (payload.size() >= 2)
    close.code =
        static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  if (payload.size() > 2) close.reason = payload.substr(2);
  const bool wrong = payload.size() == 1 || (close.code && !may_be_sent(*close.code));
  if (wrong && record_.violation.empty()) record_.violation = "a Close frame with a wrong payload";
  record_.peer_close = close;
}

}  // namespace prise::conformance
