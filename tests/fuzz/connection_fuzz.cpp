// A connection says and sends the same however its bytes are cut, in both roles, compressed or not;
// it says Closed once and last, and its memory keeps within its limits.
#include <string>
#include <vector>

#include "fuzz/chunks.hpp"
#include "protocol/websocket/accept_key.hpp"
#include "protocol/websocket/connection.hpp"

using namespace prise::websocket;
using prise::fuzz::Chunks;
using prise::fuzz::require;

namespace {

constexpr std::uint64_t message_bytes_max = 5000;

Config make_config(std::uint8_t choice) {
  Config config;
  config.message_bytes_max = message_bytes_max;
  config.fragments_max = 50;
  config.head.head_bytes_max = 600;
  config.mask_source = [] { return MaskKey{}; };
  config.subprotocols = {"chat"};
  if ((choice & 1) != 0) config.plain_requests = PlainRequests::hand_out;
  if ((choice & 2) != 0) config.deflate.emplace();
  if ((choice & 2) != 0 && (choice & 4) != 0) config.deflate->client_takeover = Takeover::none;
  return config;
}

struct Told {
  std::string events;
  std::string output;
};

void add(std::string& text, char what, std::string_view bytes) {
  (text += what) += std::to_string(bytes.size());
  (text += ':') += bytes;
}

void write_down(std::string& events, const Event& event) {
  const auto number = static_cast<char>('0' + event.index());
  if (const auto* text = std::get_if<Text>(&event)) {
    require(text->text.size() <= message_bytes_max);
    return add(events, number, text->text);
  }
  if (const auto* binary = std::get_if<Binary>(&event)) {
    require(binary->bytes.size() <= message_bytes_max);
    return add(events, number, text_of(binary->bytes));
  }
  if (const auto* ping = std::get_if<Ping>(&event))
    return add(events, number, text_of(ping->payload));
  if (const auto* pong = std::get_if<Pong>(&event))
    return add(events, number, text_of(pong->payload));
  add(events, number, {});
  if (const auto* closed = std::get_if<Closed>(&event)) {
    add(events, 'c', std::to_string(static_cast<unsigned>(closed->code)));
    add(events, 'r', closed->reason);
    add(events, 'R', facts_of(closed->rule).name);
  }
}

void drain(Connection& connection, Told& told) {
  while (const auto event = connection.next_event()) {
    write_down(told.events, *event);
    if (const auto* text = std::get_if<Text>(&*event)) connection.send_text(text->text);
    if (std::holds_alternative<Closed>(*event)) {
      require(!connection.is_open() && !connection.next_event());
      require(connection.transport() != Transport::keep_open);
    }
  }
  while (connection.output_bytes() > 0) {
    std::size_t count = 0;
    for (const Bytes piece : connection.output()) {
      told.output += text_of(piece);
      count += piece.size();
    }
    require(count > 0);
    connection.wrote(count);
  }
}

// Chunks whose memory is freed as soon as the connection is done with it.
Told play(Connection connection, Chunks chunks, Bytes handshake, bool in_one) {
  Told told;
  const auto receive = [&](Bytes bytes) {
    std::vector<std::byte> copy{bytes.begin(), bytes.end()};
    connection.receive(copy);
    drain(connection, told);
  };
  if (!handshake.empty()) receive(handshake);
  if (in_one) receive(chunks.rest());
  while (!in_one && !chunks.empty())
    receive(chunks.take_chunk());
  connection.receive_end();
  drain(connection, told);
  require(connection.transport() == Transport::close);
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Chunks chunks{data, size};
  const std::uint8_t choice = chunks.take_choice();
  const Config config = make_config(choice);
  const Target target{"localhost", "/", {}, {}};
  const auto make = [&] {
#ifdef PRISE_FUZZ_CLIENT
    return Connection::client(config, target);
#else
    return Connection::server(config);
#endif
  };

  // Most inputs begin after the handshake; the others are the handshake's.
  std::string handshake;
  if ((choice & 8) == 0) {
    const std::string key = key_of(Nonce{});
    const std::string request = upgrade_request(target, config, key);
#ifdef PRISE_FUZZ_CLIENT
    const auto parse = prise::protocol::parse_request_head(request);
    handshake = acceptance(key, judge_request(parse.head, config).agreement);
#else
    handshake = request;
#endif
  }
  const Told whole = play(make(), chunks, bytes_of(handshake), true);
  const Told cut = play(make(), chunks, bytes_of(handshake), false);
  // What refers beyond a small window may be understood in one piece only: see deflate.hpp.
  if (text_of(chunks.rest()).find("window_bits") != std::string_view::npos) return 0;
  require(whole.events == cut.events);
  require(whole.output == cut.output);
  return 0;
}
