// Peers that mean harm, against lesson 17's echo_server over real sockets: each of them ends in a
// close code or a timeout, the server's memory stays within what its limits say, and the next
// client is served as if nothing had been.
#include <poll.h>

#include <fstream>
#include <thread>

#include "lessons/started_program.hpp"
#include "net/stream.hpp"
#include "protocol/websocket/deflate.hpp"
#include "protocol/websocket/frame.hpp"
#include "support/loopback.hpp"

using namespace prise;
using namespace prise::testing;
using websocket::Compressed;
using websocket::Fin;
using websocket::Opcode;

namespace {

constexpr std::size_t mib = 1 << 20;
constexpr std::size_t limit = mib;  // of a message
// What a few connections at once may add to the server's memory: buffers, a message and its echo,
// threads; not what is thrown at it, which is many times more.
constexpr std::size_t growth_max = 24 * mib;

constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

std::string frame(Opcode opcode, std::string_view payload, Fin fin = Fin::last,
                  Compressed compressed = Compressed::no) {
  std::vector<std::byte> bytes;
  websocket::FrameHead head;
  head.opcode = opcode;
  head.fin = fin;
  head.compressed = compressed;
  head.masked = true;
  head.key = {std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};
  websocket::append_frame(bytes, head, websocket::bytes_of(payload));
  return std::string(websocket::text_of(bytes));
}

std::string close_with(int code) {
  return {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
}

class Victim {
public:
  explicit Victim(const std::string& patience_seconds = "2") {
    Command command;
    command.program = std::filesystem::path(PRISE_BINARY_DIR) / "lessons/17_ws_echo/echo_server";
    command.arguments = {"--port",         "0",       "--patience",
                         patience_seconds, "--limit", std::to_string(limit)};
    // A sanitizer keeps what was freed, to see who still uses it: that is not our memory.
    command.environment = {{"ASAN_OPTIONS", "detect_leaks=0:quarantine_size_mb=1"}};
    server_.emplace(command);
    port_ = port_said_by(*server_);
    check_serves();
    before_ = memory_at_most();
  }

  // It serves the next one, has kept its memory, and ends well.
  ~Victim() {
    check_serves();
    const std::size_t after = memory_at_most();
    INFO("kilobytes before: " << before_ / 1024 << ", after: " << after / 1024);
    CHECK(after <= before_ + growth_max);
    check_killable(*server_);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;

  net::Stream connect() const {
    return net::Stream::connect(net::Address::ipv4("127.0.0.1", port_));
  }

  // Past the handshake.
  net::Stream open(std::string_view extensions = {}) const {
    net::Stream peer = connect();
    peer.send_all(std::string(upgrade).append(extensions).append("\r\n"));
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = peer.receive_some(1);
      REQUIRE_FALSE(byte.empty());
      head += byte;
    }
    CHECK(head.starts_with("HTTP/1.1 101"));
    return peer;
  }

private:
  void check_serves() const {
    net::Stream peer = open();
    peer.send_all(frame(Opcode::text, "Suivant") + frame(Opcode::close, ""));
    CHECK(peer.receive_all(100) == "\x81\x07Suivant" + std::string("\x88\0", 2));
  }

  // In bytes, the most it has ever had: proc(5), VmHWM.
  std::size_t memory_at_most() const {
    std::ifstream status("/proc/" + std::to_string(server_->program_pid()) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
    FAIL("no VmHWM");
    return 0;
  }

  std::optional<Process> server_;
  std::uint16_t port_ = 0;
  std::size_t before_ = 0;
};

// What the server says until it ends the stream; nothing if it resets.
std::string last_words(net::Stream& peer) {
  try {
    return peer.receive_all(64 * mib).value_or("");
  } catch (const std::system_error&) {
    return {};
  }
}

// False: the server takes no more.
bool try_send(net::Stream& peer, std::string_view bytes) {
  try {
    peer.send_all(bytes);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool speaks_within(const net::Stream& peer, int milliseconds) {
  pollfd watched{peer.fd(), POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) == 1;
}

// Sends `bytes` again and again until the server speaks, or has had much more than it may keep.
void send_without_end(net::Stream& peer, const std::string& bytes) {
  for (std::size_t sent = 0; sent < 256 * mib && !speaks_within(peer, 0); sent += bytes.size())
    if (!try_send(peer, bytes)) return;
}

}  // namespace

TEST_CASE("a handshake that comes byte by byte has a time", "[malicious]") {
  const Victim victim("1");
  net::Stream peer = victim.connect();
  const Deadline deadline = within(Seconds(20));
  std::size_t sent = 0;
  while (!speaks_within(peer, 100)) {  // far too slow for 150 bytes
    REQUIRE(Clock::now() < deadline);
    if (!try_send(peer, upgrade.substr(sent++ % upgrade.size(), 1))) break;
  }
  CHECK(sent < upgrade.size());
  CHECK(last_words(peer).empty());
}

TEST_CASE("a header without end is refused with 431", "[malicious]") {
  const Victim victim;
  net::Stream peer = victim.connect();
  peer.send_all("GET / HTTP/1.1\r\n");
  const std::string field =
      GENERATE(as<std::string>(), "X-Field: value\r\n", std::string(1000, 'x'));
  send_without_end(peer, field);
  CHECK(peer.receive_some(100).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("fragments without end are refused with 1009", "[malicious]") {
  const Victim victim;
  net::Stream peer = victim.open();
  peer.send_all(frame(Opcode::binary, "x", Fin::more));
  std::string many;
  const std::string piece(GENERATE(0, 1000), 'x');
  for (int i = 0; i < 1000; ++i)
    many += frame(Opcode::continuation, piece, Fin::more);
  send_without_end(peer, many);
  CHECK(peer.receive_some(100).substr(2, 2) == close_with(1009));
}

TEST_CASE("messages of one byte by the hundred thousand come back", "[malicious]") {
  const Victim victim;
  net::Stream peer = victim.open();
  constexpr std::size_t count = 200'000;
  std::jthread writer([&peer] {
    std::string many;
    for (int i = 0; i < 1000; ++i)
      many += frame(Opcode::binary, "x");
    for (std::size_t i = 0; i < count / 1000; ++i)
      if (!try_send(peer, many)) return;
  });
  std::array<std::byte, 65536> buffer;
  std::size_t received = 0;
  while (received < count * 3) {
    const std::size_t some = peer.receive_some(buffer);
    REQUIRE(some > 0);
    received += some;
  }
  CHECK(received == count * 3);
}

TEST_CASE("a peer that sends without reading is dropped", "[malicious]") {
  const Victim victim("1");
  net::Stream peer = victim.open();
  const std::string piece = frame(Opcode::binary, std::string(60'000, 'x'));
  bool taken = true;
  for (std::size_t sent = 0; taken && sent < 256 * mib; sent += piece.size())
    taken = try_send(peer, piece);
  CHECK_FALSE(taken);
}

TEST_CASE("a deflate bomb is refused with 1009", "[malicious]") {
  const Victim victim;
  net::Stream peer = victim.open("Sec-WebSocket-Extensions: permessage-deflate\r\n");
  websocket::Deflater deflater(15, websocket::Takeover::none, {});
  const std::string zeros(64 * mib, '\0');
  const auto bomb = deflater.deflate(websocket::bytes_of(zeros));
  CHECK(bomb.size() < limit);
  peer.send_all(frame(Opcode::binary, websocket::text_of(bomb), Fin::last, Compressed::yes));
  CHECK(peer.receive_some(100).substr(2, 2) == close_with(1009));
}

TEST_CASE("a frame that announces 2^62 bytes is refused with 1009 at once", "[malicious]") {
  const Victim victim;
  net::Stream peer = victim.open();
  peer.send_all(std::string("\x82\xFF\x40\0\0\0\0\0\0\0\1\2\3\4", 14));
  CHECK(peer.receive_some(100).substr(2, 2) == close_with(1009));
}

TEST_CASE("a close in the middle of a frame is the end of one client only", "[malicious]") {
  const Victim victim;
  for (int i = 0; i < 50; ++i) {
    net::Stream peer = victim.open();
    peer.send_all(frame(Opcode::text, std::string(1000, 'x')).substr(0, 500));
    if (i % 2 == 0) reset(peer);
  }
  net::Stream half = victim.open();
  half.send_all(frame(Opcode::text, "Bonjour").substr(0, 5));
  half.shutdown_sending();
  CHECK(last_words(half).empty());
}

TEST_CASE("a peer that vanished is pinged, then dropped", "[malicious]") {
  const Victim victim("0.4");
  net::Stream peer = victim.open();  // and not a word any more
  CHECK(last_words(peer) == std::string("\x89\0", 2));
}

TEST_CASE("a peer that never answers the close is dropped", "[malicious]") {
  const Victim victim("0.4");
  net::Stream peer = victim.open();
  peer.send_all("\x81\x01x");  // not masked
  CHECK(peer.receive_some(100).substr(2, 2) == close_with(1002));
  const Deadline deadline = within(Seconds(20));
  while (try_send(peer, "x")) {  // it neither reads nor closes: in the end, nobody is there
    REQUIRE(Clock::now() < deadline);
    speaks_within(peer, 0);
    ::poll(nullptr, 0, 10);
  }
}
