#include "merge/content.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "protocol/http_head.hpp"
#include "protocol/websocket/close_payload.hpp"
#include "protocol/websocket/deflate.hpp"
#include "protocol/websocket/frame.hpp"
#include "visible_text.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

using namespace prise::websocket;

// What the log has of a flow. Where a long call was cut short there is a hole.
class Recorded {
public:
  explicit Recorded(const Flow& flow) : flow_(flow) {}

  // As many bytes as there are from here on, up to `most`, without a hole.
  std::string from(std::size_t offset, std::size_t most) const {
    std::string found;
    for (const Flow::Piece& piece : flow_.sent) {
      const std::size_t at = offset + found.size();
      if (found.size() == most || piece.offset > at) break;
      if (piece.offset + piece.count <= at) continue;
      const std::size_t skipped = at - piece.offset;
      if (skipped >= piece.data.size()) break;
      found += piece.data.substr(skipped, most - found.size());
      if (piece.data.size() < piece.count) break;
    }
    return found;
  }

  std::size_t end() const {
    return flow_.sent.empty() ? 0 : flow_.sent.back().offset + flow_.sent.back().count;
  }

private:
  const Flow& flow_;
};

std::string_view word(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
      return "continuation";
    case Opcode::text:
      return "text";
    case Opcode::binary:
      return "binary";
    case Opcode::close:
      return "close";
    case Opcode::ping:
      return "ping";
    case Opcode::pong:
      return "pong";
  }
  return "?";
}

std::string_view french(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
      return "suite d'un message";
    case Opcode::text:
      return "texte";
    case Opcode::binary:
      return "binaire";
    case Opcode::close:
      return "fermeture";
    case Opcode::ping:
      return "ping";
    case Opcode::pong:
      return "pong";
  }
  return "?";
}

// The frames of one direction, from the end of the handshake on.
class FrameReader {
public:
  FrameReader(const Recorded& bytes, Role reader) : bytes_(bytes), reader_(reader) {}

  void read(std::size_t offset, std::map<std::size_t, Frame>& frames) {
    while (offset < bytes_.end()) {
      const std::string head = bytes_.from(offset, frame_head_bytes_max);
      const FrameHeadParse parsed = parse_frame_head(bytes_of(head), reader_);
      if (parsed.outcome != FrameHeadParse::Outcome::value) return;
      frames[offset] = frame(offset, head.substr(0, parsed.head_bytes), parsed.head);
      offset += parsed.head_bytes + static_cast<std::size_t>(parsed.head.payload_bytes);
    }
  }

private:
  Frame frame(std::size_t offset, const std::string& head_bytes, const FrameHead& head) {
    const auto length = static_cast<std::size_t>(head.payload_bytes);
    std::string payload = bytes_.from(offset + head_bytes.size(), length);
    if (head.masked)
      apply_mask(std::as_writable_bytes(std::span{payload.data(), payload.size()}), head.key);
    Frame frame;
    frame.opcode = word(head.opcode);
    frame.fin = head.fin == Fin::last;
    frame.masked = head.masked;
    frame.compressed = head.compressed == Compressed::yes;
    frame.length = length;
    frame.header_hex = shown_hex(head_bytes);
    frame.meaning =
        fmt::format("{} de {} octet{}{}{}{}", french(head.opcode), length, length > 1 ? "s" : "",
                    head.masked ? ", masqué" : "", frame.compressed ? ", compressé" : "",
                    frame.fin ? "" : ", à suivre");
    if (!is_control(head.opcode) && head.opcode != Opcode::continuation)
      compressed_ = frame.compressed;
    if (!is_control(head.opcode) && compressed_)
      payload = inflated(payload, payload.size() == length, frame.fin);
    if (head.opcode == Opcode::close) {
      const ClosePayload close = parse_close_payload(bytes_of(payload));
      frame.payload_text = shown_text(close.reason);
      if (length >= 2) frame.meaning += fmt::format(", code {}", static_cast<int>(close.code));
    } else {
      frame.payload_text = shown_text(payload);
    }
    return frame;
  }

  // RFC 7692: each message may refer to those before it, so one that the log has not whole ends it.
  std::string inflated(const std::string& payload, bool whole, bool last) {
    static constexpr std::uint64_t most = 1 << 20;
    if (!whole) inflater_.reset();
    if (!inflater_) return "";
    Buffer out;
    Inflater::Outcome outcome = inflater_->append(bytes_of(payload), out, most);
    if (outcome == Inflater::Outcome::good && last) outcome = inflater_->finish(out, most);
    if (outcome != Inflater::Outcome::good) inflater_.reset();
    return std::string(text_of(out));
  }

  const Recorded& bytes_;
  Role reader_;
  bool compressed_ = false;  // the message in progress
  std::unique_ptr<Inflater> inflater_ = std::make_unique<Inflater>(15, Takeover::keep);
};

constexpr std::size_t head_bytes_max = 16 * 1024;

// The requests of a client that speaks HTTP. Gives where the first head ends, when it asks for a
// WebSocket.
std::optional<std::size_t> read_request(const Recorded& bytes, Content& content) {
  const std::string begin = bytes.from(0, head_bytes_max);
  const auto parsed = protocol::parse_request_head(begin);
  if (parsed.outcome != decltype(parsed.outcome)::value) return std::nullopt;
  const bool upgrade = protocol::equal_ignoring_case(
      protocol::field_value(parsed.head.fields, "Upgrade"), "websocket");
  content.marks[0] = {fmt::format("une requête HTTP : {} {}{}", parsed.head.method,
                                  shown_text(parsed.head.target, 60),
                                  upgrade ? ", qui demande à passer à WebSocket" : "")};
  if (!upgrade) return std::nullopt;
  return parsed.head_bytes;
}

std::optional<std::size_t> read_response(const Recorded& bytes, Content& content) {
  const std::string begin = bytes.from(0, head_bytes_max);
  const auto parsed = protocol::parse_response_head(begin);
  if (parsed.outcome != decltype(parsed.outcome)::value) return std::nullopt;
  content.marks[0] = {fmt::format("une réponse HTTP : {} {}{}", parsed.head.status,
                                  shown_text(parsed.head.reason, 60),
                                  parsed.head.status == 101 ? ", et c'est un WebSocket" : "")};
  if (parsed.head.status != 101) return std::nullopt;
  return parsed.head_bytes;
}

// RFC 8446 section 5.1: type, version, length. What the type says of what is encrypted is little.
bool read_tls(const Recorded& bytes, Content& content) {
  for (std::size_t offset = 0; offset < bytes.end();) {
    const std::string head = bytes.from(offset, 6);
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
    if (head.size() < 6 || at(0) < 20 || at(0) > 23 || at(1) != 3) return offset > 0;
    const std::size_t length = at(3) * 256U + at(4);
    const char* kind = at(0) == 20   ? "ChangeCipherSpec"
                       : at(0) == 21 ? "alerte"
                       : at(0) == 23 ? "données chiffrées"
                       : at(5) == 1  ? "ClientHello"
                       : at(5) == 2  ? "ServerHello"
                                     : "poignée de main";
    content.marks[offset] = {fmt::format("un enregistrement TLS : {}, {}", kind, octets(length)),
                             true, 5 + length};
    offset += 5 + length;
  }
  return true;
}

}  // namespace

std::vector<Content> read_contents(const Followed& all, const Flows& flows) {
  std::vector<Content> contents(flows.flows.size());
  for (std::size_t i = 0; i < flows.flows.size(); ++i) {
    const Flow& requests = flows.flows[i];
    if (all.endpoints[requests.sender].what != What::stream) continue;
    const Recorded asked(requests);
    if (read_tls(asked, contents[i])) continue;
    const auto asked_end = read_request(asked, contents[i]);
    const auto answers = std::find_if(
        flows.flows.begin(), flows.flows.end(),
        [&](const Flow& flow) { return requests.receiver && flow.sender == *requests.receiver; });
    if (!contents[i].marks.contains(0) || answers == flows.flows.end()) continue;
    const auto other = static_cast<std::size_t>(answers - flows.flows.begin());
    const Recorded answered(*answers);
    const auto answered_end = read_response(answered, contents[other]);
    if (!asked_end || !answered_end) continue;
    FrameReader(asked, Role::server).read(*asked_end, contents[i].frames);
    FrameReader(answered, Role::client).read(*answered_end, contents[other].frames);
  }
  return contents;
}

std::string marked(const Content& content, std::size_t offset, std::size_t end, Marks which) {
  std::string text;
  const auto next = content.marks.lower_bound(offset);
  if (next != content.marks.begin()) {
    const auto before = std::prev(next);
    if (before->second.hides_bytes && offset < before->first + before->second.bytes)
      text = fmt::format("la suite de l'enregistrement TLS, {}",
                         octets(std::min(end, before->first + before->second.bytes) - offset));
  }
  for (auto mark = next; mark != content.marks.end() && mark->first < end; ++mark)
    if (which == Marks::all || mark->second.hides_bytes)
      text += (text.empty() ? "" : " ; ") + mark->second.meaning;
  return text;
}

std::string shown_text(std::string_view bytes, std::size_t bytes_max) {
  const bool cut = bytes.size() > bytes_max;
  bytes = bytes.substr(0, bytes_max);
  // A character that the cut went through would show as what is not UTF-8.
  for (std::size_t back = 1; cut && back <= 3 && back <= bytes.size(); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xC0) continue;
    if (back < (byte >= 0xF0 ? 4U : byte >= 0xE0 ? 3U : 2U)) bytes.remove_suffix(back);
    break;
  }
  return visible_text(bytes) + (cut ? "…" : "");
}

std::string shown_hex(std::string_view bytes, std::size_t bytes_max) {
  std::string hex;
  for (const char byte : bytes.substr(0, bytes_max))
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", static_cast<unsigned char>(byte));
  return hex;
}

}  // namespace prise::trace
