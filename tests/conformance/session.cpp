#include "conformance/session.hpp"

#include <algorithm>

#include "conformance/judge.hpp"
#include "conformance/test_data.hpp"

namespace prise::conformance {
namespace {

// Between two chops of a few bytes. Long enough for a peer to read each by itself.
constexpr Seconds chop_pause(0.0002);
constexpr std::size_t small_chop_bytes_max = 32;

}  // namespace

Session::Session(const Case& one, Tested tested, Wire wire, const Settings& settings)
    : case_(one),
      tested_(tested),
      wire_(std::move(wire)),
      settings_(settings),
      chance_(static_cast<unsigned>(std::hash<std::string>{}(one.number))) {}

Deadline Session::deadline() const {
  return within(Seconds(std::max(settings_.patience, case_.seconds)));
}

bool Session::over() const {
  return record_.peer_close || wire_.end() != Wire::End::none;
}

// Never zero, another for each frame: an unmasking that forgets its place or its key shows.
MaskBytes Session::next_key() {
  MaskBytes key;
  for (unsigned char& byte : key)
    byte = static_cast<unsigned char>(chance_() % 255 + 1);
  return key;
}

void Session::play_steps() {
  for (std::size_t i = first_step_; i < case_.steps.size() && !over(); ++i)
    std::visit([this](const auto& step) { play(step); }, case_.steps[i]);
}

std::string Session::encoded(const Frame& frame) {
  std::string payload = frame.payload.text();
  const bool compress = frame.compress && codec_;
  if (compress) payload = codec_->compress(payload);
  const bool masks = (tested_ == Tested::server) == (frame.masking != Masking::wrong);
  std::string bytes;
  std::size_t sent = 0;
  // A payload that is a multiple of the fragments' size gets an empty last one: so does Autobahn's.
  for (bool last = false; !last;) {
    const std::size_t piece = frame.fragment_bytes == 0 ? payload.size() : frame.fragment_bytes;
    last = frame.fragment_bytes == 0 || sent + piece > payload.size();
    Frame part = frame;
    if (sent > 0) part.opcode = 0;
    if (compress && sent == 0) part.rsv |= 4;
    part.fin = frame.fin && last;
    std::optional<MaskBytes> key;
    if (masks) key = frame.masking == Masking::zero_key ? MaskBytes{} : next_key();
    bytes += frame_bytes(part, std::string_view(payload).substr(sent, piece), key).bytes;
    sent += piece;
  }
  return bytes;
}

void Session::play(const Send& send) {
  std::vector<std::string> frames;
  for (const Frame& frame : send.frames)
    frames.push_back(encoded(frame));
  if (send.payload_bytes) {  // one frame, a part of it for now
    const std::size_t payload = send.frames.front().payload.text().size();
    const std::size_t kept = payload - *send.payload_bytes;
    held_back_ = frames.front().substr(frames.front().size() - kept);
    frames.front().resize(frames.front().size() - kept);
  }
  deliver(send, frames);
}

void Session::deliver(const Send& send, const std::vector<std::string>& frames) {
  std::string all;
  for (const std::string& frame : frames) {
    if (send.delivery == Delivery::framewise) wire_.send(frame, deadline());
    all += frame;
  }
  if (send.delivery == Delivery::framewise) return;
  const std::size_t step = send.delivery == Delivery::chopped ? send.chop_bytes : all.size();
  for (std::size_t sent = 0; sent < all.size() && !over(); sent += step) {
    if (!wire_.send(std::string_view(all).substr(sent, step), deadline())) return;
    if (send.delivery == Delivery::chopped && step <= small_chop_bytes_max)
      pump(within(chop_pause));
  }
}

void Session::play(const SendHeldBack& held) {
  const std::size_t count = std::min(held.bytes.value_or(held_back_.size()), held_back_.size());
  wire_.send(std::string_view(held_back_).substr(0, count), deadline());
  held_back_.erase(0, count);
}

void Session::play(const SendRaw& raw) {
  wire_.send(raw.bytes, deadline());
}

void Session::play(const Pause& pause) {
  const Deadline end = within(Seconds(pause.seconds));
  while (!over() && (pause.until == 0 || record_.events.size() < pause.until))
    if (!pump(end)) break;
  if (!over() && !pause.name.empty())
    record_.events.push_back({Happening::Kind::timeout, pause.name});
}

void Session::play(const SendClose& close) {
  send_close(close.code, close.reason);
}

void Session::send_close(std::optional<int> code, const std::string& reason) {
  Frame frame;
  frame.opcode = 8;
  if (code)
    frame.payload =
        std::string{static_cast<char>(*code >> 8), static_cast<char>(*code & 0xFF)} + reason;
  record_.we_closed = true;
  wire_.send(encoded(frame), deadline());
}

// Each message is compared with its echo; they are not kept.
void Session::play(const RoundTrips& trips) {
  const std::string& data = test_data(trips.data);
  const auto kind = trips.opcode == 1 ? Happening::Kind::text : Happening::Kind::binary;
  Frame frame;
  frame.opcode = trips.opcode;
  frame.fragment_bytes = trips.fragment_bytes;
  frame.compress = trips.compress;
  const std::size_t count = std::min(trips.count, settings_.rounds);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    frame.payload = {trips.unit, trips.bytes};
    if (!data.empty()) {
      std::string message = data.substr(at, trips.bytes);
      message += data.substr(0, trips.bytes - message.size());
      at = (at + trips.bytes) % data.size();
      frame.payload = std::move(message);
    }
    const Deadline end = deadline();
    wire_.send(encoded(frame), end);
    while (record_.events.empty() && !over())
      if (!pump(end)) break;
    const auto events = std::exchange(record_.events, {});
    if (events.size() == 1 && events[0].kind == kind && events[0].payload == frame.payload.text())
      continue;
    record_.trouble = events.empty() ? "no echo" : "not what was sent";
    record_.trouble += ", message " + std::to_string(i + 1);
    return;
  }
}

void Session::play(const Cut& cut) {
  record_.we_cut = true;
  if (cut.how == CutHow::reset)
    wire_.reset();
  else
    wire_.finish_sending();
}

// We close as soon as what came is what an outcome wants before we do.
bool Session::may_close() const {
  if (record_.we_closed || record_.we_cut || !record_.trouble.empty()) return false;
  return std::any_of(case_.outcomes.begin(), case_.outcomes.end(), [&](const Outcome& outcome) {
    return outcome.closing.by == Closing::By::harness && came_as(outcome, record_.events);
  });
}

void Session::settle() {
  const Deadline end = deadline();
  while (!over()) {
    if (may_close()) send_close(1000, {});
    if (!pump(end)) break;
  }
  if (record_.peer_close && !record_.we_closed) send_close(record_.peer_close->code, {});
  end_tcp();
}

// Section 7.1.1: the server goes first. When that is us, the client has its time to follow.
void Session::end_tcp() {
  if (tested_ == Tested::client && !record_.we_cut) wire_.finish_sending();
  const bool waits = record_.peer_close || record_.we_cut;
  const Deadline end = within(Seconds(waits ? settings_.patience : 0));
  while (wire_.end() == Wire::End::none)
    if (!pump(end)) break;
  record_.tcp_end = wire_.end();
}

}  // namespace prise::conformance
