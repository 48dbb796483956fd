#include "protocol/websocket/message_reader.hpp"

#include <algorithm>
#include <cstring>

namespace prise::websocket {
namespace {

using Outcome = FrameHeadParse::Outcome;

MutableBytes take_front(MutableBytes& input, std::size_t count) {
  const MutableBytes front = input.first(count);
  input = input.subspan(count);
  return front;
}

// Deflate can make a message longer, by a few bytes for each block it leaves as it is.
std::uint64_t with_room_for_deflate(std::uint64_t bytes) {
  return bytes + bytes / 8 + 1024;
}

}  // namespace

void MessageReader::inflate_with(int window_bits, Takeover takeover) {
  inflater_ = std::make_unique<Inflater>(window_bits, takeover);
}

Incoming MessageReader::read(MutableBytes& input) {
  if (handed_out_) release(message_, config_->buffers);
  handed_out_ = false;
  if (!in_frame_ && !control_.empty()) release(control_, config_->buffers);
  for (;;) {
    if (!in_frame_) {
      parse_head(input);
      if (parse_.outcome == Outcome::broken) return broken(parse_.rule);
      take_head(input);
      if (parse_.outcome == Outcome::more) return Incoming::more;
      if (const Rule rule = judge(frame()); rule != Rule::none) return broken(rule);
      begin_frame();
    }
    if (input.empty() && payload_left_ > 0) return Incoming::more;
    const MutableBytes piece = take_payload(input);
    const Incoming incoming = is_control(frame().opcode) ? read_control(piece) : read_data(piece);
    if (incoming != Incoming::more) return incoming;
  }
}

// A head may come in pieces: those in partial_, and the front of the input.
void MessageReader::parse_head(Bytes input) {
  if (partial_bytes_ == 0) return parse_frame_head(input, role_, parse_);
  const std::size_t added = std::min(frame_head_bytes_max - partial_bytes_, input.size());
  std::copy_n(input.begin(), added, partial_.begin() + partial_bytes_);
  parse_frame_head(Bytes{partial_}.first(partial_bytes_ + added), role_, parse_);
}

// Takes a head off the input, or keeps the piece of it that came.
void MessageReader::take_head(MutableBytes& input) {
  if (parse_.outcome == Outcome::value) {
    take_front(input, std::size_t{parse_.head_bytes} - partial_bytes_);
    partial_bytes_ = 0;
    return;
  }
  std::copy(input.begin(), input.end(), partial_.begin() + partial_bytes_);
  partial_bytes_ = static_cast<std::uint8_t>(partial_bytes_ + input.size());
  input = {};
}

Rule MessageReader::judge(const FrameHead& head) const {
  if (head.compressed == Compressed::yes && inflater_ == nullptr) return Rule::reserved_bit_set;
  const bool begins = head.opcode == Opcode::text || head.opcode == Opcode::binary;
  if (head.compressed == Compressed::yes && !begins) return Rule::compressed_bit_misplaced;
  if (is_control(head.opcode)) return Rule::none;
  if (begins && in_message()) return Rule::message_inside_message;
  if (!begins && !in_message()) return Rule::continuation_without_message;
  return judge_size(head);
}

Rule MessageReader::judge_size(const FrameHead& head) const {
  const bool compressed = (in_message() ? compressed_ : head.compressed) == Compressed::yes;
  const std::uint64_t limit =
      compressed ? with_room_for_deflate(config_->message_bytes_max) : config_->message_bytes_max;
  // Each is below 2^63: the sum fits.
  if (announced_bytes_ + head.payload_bytes > limit) return Rule::message_too_big;
  return fragments_ < config_->fragments_max ? Rule::none : Rule::too_many_fragments;
}

void MessageReader::begin_frame() {
  const FrameHead& head = frame();
  in_frame_ = true;
  payload_left_ = head.payload_bytes;
  if (watcher_ != nullptr) watcher_->frame(Direction::received, head);
  if (is_control(head.opcode)) return;
  if (!in_message()) {
    message_opcode_ = head.opcode;
    compressed_ = head.compressed;
  }
  announced_bytes_ += head.payload_bytes;
  ++fragments_;
}

// As much of the frame's payload as there is, unmasked.
MutableBytes MessageReader::take_payload(MutableBytes& input) {
  const std::uint64_t count = std::min<std::uint64_t>(payload_left_, input.size());
  const MutableBytes piece = take_front(input, static_cast<std::size_t>(count));
  const std::uint64_t offset = frame().payload_bytes - payload_left_;
  if (watcher_ != nullptr && !piece.empty()) watcher_->payload(Direction::received, piece);
  if (frame().masked) apply_mask(piece, frame().key, static_cast<std::size_t>(offset & 3));
  payload_left_ -= count;
  if (payload_left_ == 0) in_frame_ = false;
  return piece;
}

Incoming MessageReader::read_control(MutableBytes piece) {
  payload_ = piece;
  if (piece.size() < frame().payload_bytes) {
    borrow(control_, config_->buffers);
    control_.insert(control_.end(), piece.begin(), piece.end());
    if (in_frame_) return Incoming::more;
    payload_ = control_;
  }
  if (frame().opcode == Opcode::close) return Incoming::close;
  return frame().opcode == Opcode::ping ? Incoming::ping : Incoming::pong;
}

Incoming MessageReader::read_data(MutableBytes piece) {
  const bool last = !in_frame_ && frame().fin == Fin::last;
  if (last && compressed_ == Compressed::no && piece.size() == announced_bytes_) {
    const Rule rule = judge_text(piece);
    return rule == Rule::none ? end_message(piece) : broken(rule);
  }
  if (const Rule rule = take_into_message(piece); rule != Rule::none) return broken(rule);
  if (!last) return Incoming::more;
  if (compressed_ == Compressed::yes)
    if (const Rule rule = inflate_into_message({}); rule != Rule::none) return broken(rule);
  handed_out_ = true;
  return end_message(message_);
}

Rule MessageReader::take_into_message(Bytes piece) {
  if (piece.empty()) return Rule::none;
  borrow(message_, config_->buffers);
  if (compressed_ == Compressed::yes) return inflate_into_message(piece);
  message_.insert(message_.end(), piece.begin(), piece.end());
  return judge_text(piece);
}

// No bytes at all: the message ends.
Rule MessageReader::inflate_into_message(Bytes piece) {
  const std::size_t had = message_.size();
  const std::uint64_t limit = config_->message_bytes_max;
  const auto outcome = piece.empty() ? inflater_->finish(message_, limit)
                                     : inflater_->append(piece, message_, limit);
  // First what came out before anything went wrong: so the pieces it came in change nothing.
  const Rule rule = judge_text(Bytes{message_}.subspan(had));
  if (rule != Rule::none || outcome == Inflater::Outcome::good) return rule;
  return outcome == Inflater::Outcome::corrupt ? Rule::deflate_corrupt : Rule::message_too_big;
}

Rule MessageReader::judge_text(Bytes bytes) {
  if (message_opcode_ != Opcode::text) return Rule::none;
  return utf8_.append(bytes) ? Rule::none : Rule::text_not_utf8;
}

Incoming MessageReader::end_message(Bytes payload) {
  const bool text = message_opcode_ == Opcode::text;
  if (text && !utf8_.at_boundary()) return broken(Rule::text_not_utf8);
  message_opcode_ = Opcode::continuation;
  announced_bytes_ = 0;
  fragments_ = 0;
  utf8_.reset();
  payload_ = payload;
  return text ? Incoming::text : Incoming::binary;
}

Incoming MessageReader::broken(Rule rule) {
  rule_ = rule;
  return Incoming::broken;
}

}  // namespace prise::websocket
