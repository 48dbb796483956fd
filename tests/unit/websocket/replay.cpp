#include "unit/websocket/replay.hpp"

#include <algorithm>

#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/close_payload.hpp"

namespace prise::websocket::test {
namespace {

Nonce nonce_of_test_config() {
  Nonce nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i)
    nonce[i] = mask_key[i % 4];
  return nonce;
}

// Long payloads by their size and a checksum, so that a failure can be read.
std::string shown(Bytes bytes) {
  if (bytes.size() <= 200) return std::string{text_of(bytes)};
  std::uint32_t sum = 0;
  for (const std::byte byte : bytes)
    sum = sum * 31 + std::to_integer<std::uint32_t>(byte);
  return std::to_string(bytes.size()) + " bytes, sum " + std::to_string(sum);
}

std::string code_and(CloseCode code, std::string_view text) {
  std::string out = std::to_string(static_cast<unsigned>(code));
  return text.empty() ? out : out + " " + std::string{text};
}

std::string call(std::string_view name, std::string_view inside) {
  std::string text{name};
  return text.append("(").append(inside).append(")");
}

struct Describe {
  std::string operator()(const UpgradeRequested& event) const {
    return call("upgrade", event.request->target);
  }
  std::string operator()(const PlainRequested& event) const {
    return call("plain", event.request->target);
  }
  std::string operator()(const Opened& event) const {
    return call("opened", event.subprotocol) + (event.deflate ? "+deflate" : "");
  }
  std::string operator()(const Text& event) const {
    return call("text", shown(bytes_of(event.text)));
  }
  std::string operator()(const Binary& event) const { return call("binary", shown(event.bytes)); }
  std::string operator()(const Ping& event) const { return call("ping", shown(event.payload)); }
  std::string operator()(const Pong& event) const { return call("pong", shown(event.payload)); }
  std::string operator()(const Closed& event) const {
    const auto rule = event.rule == Rule::none ? event.reason : facts_of(event.rule).name;
    return call("closed", code_and(event.code, rule)) +
           (event.http_status != 0 ? std::string{"+"}.append(std::to_string(event.http_status))
                                   : "");
  }
};

std::string described_frame(const FrameHead& head, Bytes payload) {
  static const std::vector<std::string> names{"continuation", "text", "binary", "", "", "", "", "",
                                              "close",        "ping", "pong"};
  std::string out = names[static_cast<std::size_t>(head.opcode)];
  if (head.compressed == Compressed::yes) out += "+deflate";
  if (head.fin == Fin::more) out += "...";
  if (head.opcode != Opcode::close) return out + "(" + shown(payload) + ")";
  const ClosePayload close = parse_close_payload(payload);
  if (close.rule != Rule::none) return out + "(broken)";
  return out + "(" + (payload.empty() ? "" : code_and(close.code, close.reason)) + ")";
}

void join(std::string& text, const std::string& more) {
  text += (text.empty() ? "" : " ") + more;
}

}  // namespace

Config test_config() {
  Config config;
  config.mask_source = [] { return mask_key; };
  return config;
}

std::string request_for(const Config& config) {
  return upgrade_request({"localhost", "/", {}, {}}, config, key_of(nonce_of_test_config()));
}

std::string response_for(const Config& config) {
  const std::string request = request_for(config);
  const auto parse = protocol::parse_request_head(request);
  return acceptance(key_of(nonce_of_test_config()), judge_request(parse.head, config).agreement);
}

Connection opened(Role role, const Config& config) {
  Connection connection = role == Role::server
                              ? Connection::server(config)
                              : Connection::client(config, {"localhost", "/", {}, {}});
  Buffer head = buffer(role == Role::server ? request_for(config) : response_for(config));
  connection.receive(head);
  while (connection.next_event())
    continue;
  taken_output(connection);
  return connection;
}

std::string described(const Event& event) {
  return std::visit(Describe{}, event);
}

std::string described(Bytes wire, Role sender) {
  Buffer bytes = buffer(wire);
  MutableBytes rest{bytes};
  std::string text;
  while (!rest.empty()) {
    const auto parse = parse_frame_head(rest, sender == Role::client ? Role::server : Role::client);
    if (parse.outcome != FrameHeadParse::Outcome::value ||
        rest.size() - parse.head_bytes < parse.head.payload_bytes) {
      join(text, to_hex(rest));
      return text;
    }
    const MutableBytes payload = rest.subspan(parse.head_bytes, parse.head.payload_bytes);
    apply_mask(payload, parse.head.key);
    join(text, described_frame(parse.head, payload));
    rest = rest.subspan(parse.head_bytes + payload.size());
  }
  return text;
}

Buffer taken_output(Connection& connection) {
  Buffer out;
  while (connection.output_bytes() > 0) {
    const Output output = connection.output();
    std::size_t count = 0;
    for (const Bytes piece : output) {
      out.insert(out.end(), piece.begin(), piece.end());
      count += piece.size();
    }
    connection.wrote(count);
  }
  return out;
}

std::string played_events(Connection& connection, Bytes bytes,
                          const std::vector<std::size_t>& chunks) {
  std::string events;
  std::size_t next = 0;
  while (!bytes.empty()) {
    const std::size_t wanted = chunks[std::min(next++, chunks.size() - 1)];
    const std::size_t count = std::min(wanted, bytes.size());
    Buffer shared = buffer(bytes.first(count));
    bytes = bytes.subspan(count);
    connection.receive(shared);
    while (const auto event = connection.next_event())
      join(events, described(*event));
    std::fill(shared.begin(), shared.end(), std::byte{0xEE});
  }
  return events;
}

Played played(Role role, const Config& config, Bytes bytes,
              const std::vector<std::size_t>& chunks) {
  Connection connection = opened(role, config);
  std::string events = played_events(connection, bytes, chunks);
  return {std::move(events), described(taken_output(connection), role)};
}

}  // namespace prise::websocket::test
