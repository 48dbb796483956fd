// TLS under the asio driver: whom it believes, what it refuses, and how either side may end. That
// WebSockets work over it as over TCP, the contract suite shows.
#include <openssl/err.h>
#include <poll.h>

#include <exception>
#include <future>
#include <string>

#include "drivers/asio_websocket.hpp"
#include "drivers/blocking.hpp"
#include "drivers/event_loop.hpp"
#include "drivers/tls_fault.hpp"
#include "drivers/tls_stream.hpp"
#include "support/catch.hpp"
#include "unit/drivers/raw_peer.hpp"
#include "unit/drivers/tls_relay.hpp"

namespace {

using namespace prise;
using namespace prise::testing;
using drivers::Ending;
using drivers::EventLoop;
using drivers::Handler;
using drivers::Message;
using drivers::Peer;
using drivers::Settings;
using drivers::Tls;
using drivers::TlsFault;
using namespace std::chrono_literals;
using asio::awaitable;
using drivers::coroutines::Listener;
using drivers::coroutines::WebSocket;
namespace coroutines = drivers::coroutines;
using websocket::CloseCode;
using websocket::Rule;

Settings trusting() {
  Settings settings;
  settings.tls = {identity().certificate_file, identity().key_file, identity().ca_file};
  return settings;
}

const Settings& usual() {
  static const Settings settings = trusting();
  return settings;
}

awaitable<void> echo_one(Listener& listener, Ending& ending) {
  std::optional<WebSocket> client = co_await listener.accept();
  co_await client->shake_hands();
  while (const auto message = co_await client->receive())
    co_await client->send_text(message->bytes);
  ending = co_await client->close();
}

// A server in a thread of its own: one client, then how it ended.
struct Server {
  explicit Server(const Settings& settings, const net::Address& address = loopback())
      : loop{std::make_shared<asio::io_context>(1)},
        listener{std::make_shared<Listener>(*loop, address, settings)},
        ending{std::async(std::launch::async, [loop = loop, listener = listener] {
          Ending how;
          coroutines::run(*loop, echo_one(*listener, how));
          return how;
        })} {}

  [[nodiscard]] net::Address address() const { return listener->address(); }
  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "wss://" + host + ":" + std::to_string(address().port()) + "/";
  }

  std::shared_ptr<asio::io_context> loop;
  std::shared_ptr<Listener> listener;
  std::future<Ending> ending;
};

awaitable<void> say_hello(std::string url, const Settings& settings, Ending& ending) {
  WebSocket client = co_await WebSocket::connect(url, settings);
  if (client.is_open()) {
    co_await client.send_text("Bonjour");
    const auto reply = co_await client.receive();
    CHECK((reply && reply->bytes == "Bonjour"));
  }
  ending = co_await client.close();
}

// A client, in this thread.
Ending connect(const std::string& url, const Settings& settings = usual()) {
  asio::io_context loop{1};
  Ending ending;
  coroutines::run(loop, say_hello(url, settings, ending));
  return ending;
}

// A server that shows such a certificate.
struct Shown {
  explicit Shown(const Certificate& certificate) {
    settings.tls.certificate_file = folder.write("server.pem", certificate.pem());
    settings.tls.key_file = folder.write("server.key", certificate.key_pem());
  }
  CertificateFolder folder;
  Settings settings;
};

std::error_code refusal_of(const Certificate& certificate, const Settings& client = usual()) {
  const Shown shown(certificate);
  Server server(shown.settings);
  const Ending ending = connect(server.url(), client);
  CHECK(ending.rule == Rule::handshake_cut);
  CHECK(ending.code == CloseCode::closed_abnormally);
  const Ending seen = server.ending.get();
  CHECK(seen.error == TlsFault::peer_refuses);
  return ending.error;
}

// The authority of identity() is not among these.
const Certificate& authority() {
  static const Certificate made = Certificate::authority();
  return made;
}

struct Believing {
  Believing() { settings.tls.ca_file = folder.write("ca.pem", authority().pem()); }
  CertificateFolder folder;
  Settings settings;
};

// A client with OpenSSL alone, that waits, and verifies nothing.
struct PlainOpenSsl {
  explicit PlainOpenSsl(const net::Address& address)
      : peer{net::Stream::connect(address), Role::client},
        session{relay_session(false, identity())} {
    SSL_set_fd(session.get(), peer.stream().fd());
  }
  bool shake_hands() { return SSL_do_handshake(session.get()) == 1; }
  void send(std::string_view text) {
    REQUIRE(SSL_write(session.get(), text.data(), static_cast<int>(text.size())) > 0);
  }
  std::string receive() {
    std::string text(4096, '\0');
    const int count = SSL_read(session.get(), text.data(), static_cast<int>(text.size()));
    text.resize(static_cast<std::size_t>(std::max(count, 0)));
    return text;
  }
  void open() {
    REQUIRE(shake_hands());
    send(std::string(upgrade) + "\r\n");
    REQUIRE(receive().starts_with("HTTP/1.1 101"));
  }
  RawPeer peer;
  TlsSession session;
};

// A stream on which, from some moment on, nothing can be sent: the peer has gone, or reads no more.
class Deaf : public drivers::AsioStream {
public:
  Deaf(std::unique_ptr<AsioStream> stream, const bool& deaf)
      : stream_{std::move(stream)}, deaf_{deaf} {}
  drivers::Trial try_receive(websocket::MutableBytes buffer) override {
    return stream_->try_receive(buffer);
  }
  drivers::Trial try_send(const websocket::Output& output) override {
    return deaf_ ? drivers::Trial{drivers::Tried::ended} : stream_->try_send(output);
  }
  void shut_down_sending() override { stream_->shut_down_sending(); }
  asio::ip::tcp::socket& socket() override { return stream_->socket(); }

private:
  std::unique_ptr<AsioStream> stream_;
  const bool& deaf_;
};

// asio's own wait does not wait on a socket that is non-blocking.
void wait_for(drivers::AsioStream& stream, drivers::AsioStream::Wait what) {
  const short events = what == asio::ip::tcp::socket::wait_read ? POLLIN : POLLOUT;
  pollfd socket{stream.socket().native_handle(), events, 0};
  REQUIRE(::poll(&socket, 1, 10'000) == 1);
}

// What comes next, and "" at the end.
std::string next_from(drivers::AsioStream& stream) {
  std::string text(64, '\0');
  while (true) {
    const auto [outcome, bytes] = stream.try_receive(std::as_writable_bytes(std::span(text)));
    if (outcome != drivers::Tried::not_now) return text.substr(0, bytes);
    wait_for(stream, stream.receive_waits_for());
  }
}

}  // namespace

TEST_CASE("a server is believed by name and by address", "[tls]") {
  Server server(usual(), loopback(GENERATE(AF_INET, AF_INET6)));
  const bool v6 = server.address().family() == AF_INET6;
  const Ending ending = connect(server.url(v6 ? "[::1]" : GENERATE("localhost", "127.0.0.1")));
  CHECK(ending.code == CloseCode::normal);
  CHECK_FALSE(ending.error);
  const Ending seen = server.ending.get();
  CHECK(seen.code == CloseCode::normal);
  CHECK_FALSE(seen.error);
}

TEST_CASE("a certificate of an unknown issuer is refused", "[tls][rfc5280][6.1]") {
  CHECK(refusal_of(authority().issue()) == TlsFault::unknown_issuer);
  CHECK(refusal_of(Certificate::self_signed()) == TlsFault::unknown_issuer);
  const Settings of_the_system;
  CHECK(refusal_of(authority().issue(), of_the_system) == TlsFault::unknown_issuer);
}

TEST_CASE("a certificate for another name is refused, and so is one for another address",
          "[tls][rfc6125][6]") {
  const Believing believing;
  const auto refused = [&](const Terms& terms) {
    return refusal_of(authority().issue(terms), believing.settings) == TlsFault::wrong_host_name;
  };
  CHECK(refused({.name = "ailleurs.example", .alternatives = "DNS:ailleurs.example"}));
  CHECK(refused({.name = "127.0.0.1", .alternatives = "IP:127.0.0.2"}));
  CHECK(refused({.name = "127.0.0.1", .alternatives = "DNS:127.0.0.1"}));  // an address is no name
  CHECK(refused({.name = "127.0.0.1", .alternatives = "DNS:*"}));
}

TEST_CASE("a certificate has its time", "[tls][rfc5280][4.1.2.5]") {
  const Believing believing;
  const auto refusal = [&](const Terms& terms) {
    return refusal_of(authority().issue(terms), believing.settings);
  };
  CHECK(refusal({.valid_from = -2h, .valid_until = -1h}) == TlsFault::expired);
  CHECK(refusal({.valid_from = 1h, .valid_until = 2h}) == TlsFault::not_yet_valid);
}

TEST_CASE("a certificate that was signed by a mere server's is refused", "[tls][rfc5280][6.1.4]") {
  const Believing believing;
  const Certificate server = authority().issue();
  CHECK(refusal_of(server.issue(), believing.settings));
}

TEST_CASE("files that cannot be used are named", "[tls]") {
  const CertificateFolder folder;
  const std::string empty = folder.write("vide.pem", "");
  const std::string other = folder.write("autre.pem", authority().key_pem());
  const auto fault = [](const Tls& tls) {
    Settings settings;
    settings.tls = tls;
    asio::io_context loop{1};
    try {
      const Listener listener(loop, loopback(), settings);
    } catch (const std::system_error& error) {
      const std::string what = error.what();
      CHECK(what.starts_with("« "));
      return error.code();
    }
    return std::error_code();
  };
  const Tls good = usual().tls;
  CHECK_FALSE(fault(good));
  CHECK(fault({"absent", good.key_file, ""}) == TlsFault::certificate_unreadable);
  CHECK(fault({empty, good.key_file, ""}) == TlsFault::certificate_unreadable);
  CHECK(fault({"", good.key_file, ""}) == std::error_code(TlsFault::certificate_unreadable));
  CHECK(fault({good.certificate_file, "absent", ""}) == TlsFault::key_unreadable);
  CHECK(fault({good.certificate_file, empty, ""}) == TlsFault::key_unreadable);
  CHECK(fault({good.certificate_file, other, ""}) == TlsFault::key_of_another_certificate);
  Settings client;
  for (const std::string& file : {empty, std::string("absent")}) {
    client.tls.ca_file = file;
    CHECK_THROWS_AS(connect("wss://127.0.0.1:1/", client), std::system_error);
  }
}

TEST_CASE("who speaks plain HTTP to a TLS port is told so", "[tls]") {
  Server server(usual());
  RawPeer peer(net::Stream::connect(server.address()), Role::client);
  peer.send(std::string(upgrade) + "\r\n");
  const std::string answer = peer.stream().receive_all(4096).value();
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(answer.ends_with("\r\n\r\nIci, on parle TLS : https://, ou bien wss://\n"));
  peer.stream().close();
  const Ending seen = server.ending.get();
  CHECK(seen.error == TlsFault::plain_http);
  CHECK(seen.rule == Rule::handshake_cut);
}

TEST_CASE("garbage, and an end, are no TLS", "[tls]") {
  Server server(usual());
  RawPeer peer(net::Stream::connect(server.address()), Role::client);
  const bool garbage = GENERATE(true, false);
  if (garbage) {
    peer.send(pattern(1000));
    CHECK(peer.stream().receive_all(4096).value().size() < 100);  // an alert at most
  } else {
    peer.send("\x16\x03\x01");
  }
  peer.stream().close();
  const Ending seen = server.ending.get();
  CHECK(seen.error == (garbage ? TlsFault::not_tls : TlsFault::handshake_cut));
}

TEST_CASE("a server that speaks no TLS is an outcome", "[tls]") {
  net::Listener listener(loopback());
  const std::string answer = GENERATE("HTTP/1.1 400 Bad Request\r\n\r\n", "");
  auto plain = std::async(std::launch::async, [&] {
    RawPeer peer(listener.accept(), Role::server);
    peer.receive(1);
    peer.send(answer);
    peer.stream().shutdown_sending();
    while (!peer.ended()) {
    }
  });
  const Ending ending = connect("wss://" + listener.address().host_and_port());
  CHECK(ending.error == (answer.empty() ? TlsFault::handshake_cut : TlsFault::not_tls));
  CHECK(ending.rule == Rule::handshake_cut);
  plain.get();
}

TEST_CASE("who stops within TLS's handshake is dropped when its time is up", "[tls]") {
  Settings settings = trusting();
  settings.timeouts.handshake = 50ms;
  SECTION("a client") {
    Server server(settings);
    RawPeer peer(net::Stream::connect(server.address()), Role::client);
    peer.send("\x16\x03\x01\x02\x00");  // a record's head, and nothing of its 512 bytes
    CHECK(peer.ended());
    CHECK(server.ending.get().timed_out);
  }
  SECTION("a client that is turned away, and stays") {
    Server server(settings);
    RawPeer peer(net::Stream::connect(server.address()), Role::client);
    peer.send("GET / HTTP/1.1\r\n");
    CHECK(server.ending.get().timed_out);
  }
  SECTION("a server") {
    const net::Listener silent(loopback());
    CHECK(connect("wss://" + silent.address().host_and_port(), settings).timed_out);
  }
}

TEST_CASE("an end without close_notify is a truncation, and one with it is none",
          "[tls][rfc8446][6.1]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  client.open();
  const bool notified = GENERATE(true, false);
  if (notified) SSL_shutdown(client.session.get());
  client.peer.stream().shutdown_sending();
  client.receive();
  const Ending seen = server.ending.get();
  CHECK(seen.rule == Rule::ended_without_close);
  CHECK(seen.error == (notified ? std::error_code() : make_error_code(TlsFault::truncated)));
}

TEST_CASE("what came before nothing more could be sent is read to its end", "[tls]") {
  asio::io_context loop;
  asio::ip::tcp::acceptor listener(loop, {asio::ip::make_address("127.0.0.1"), 0});
  const std::uint16_t port = listener.local_endpoint().port();
  auto client = std::async(std::launch::async, [port] {
    PlainOpenSsl peer(net::resolve("127.0.0.1", port).front());
    REQUIRE(peer.shake_hands());
    CHECK(peer.receive() == "Bonjour");
    peer.send("Adieu");
    SSL_shutdown(peer.session.get());
    peer.peer.stream().shutdown_sending();
    peer.peer.ended();
  });
  bool deaf = false;
  auto below = std::make_unique<Deaf>(drivers::plain_stream(listener.accept()), deaf);
  const auto stream = drivers::tls_stream(
      std::move(below), drivers::TlsSession(relay_session(true, identity()).release()));
  websocket::Output output;
  output.add(websocket::bytes_of("Bonjour"));
  while (stream->try_send(output).outcome == drivers::Tried::not_now)
    wait_for(*stream, stream->send_waits_for());
  deaf = true;
  CHECK(stream->try_send(output).outcome == drivers::Tried::ended);
  CHECK(next_from(*stream) == "Adieu");
  CHECK(next_from(*stream).empty());
  CHECK_FALSE(stream->fault());
  stream->close();
  client.get();
}

TEST_CASE("a record that was changed on the way ends the connection", "[tls][rfc8446][5.2]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  client.open();
  client.peer.send(std::string("\x17\x03\x03\x00\x20", 5) + pattern(32));
  client.receive();
  const Ending seen = server.ending.get();
  CHECK(seen.error == TlsFault::broken);
  CHECK(seen.rule == Rule::ended_without_close);
}

TEST_CASE("the driver's own ends come with close_notify", "[tls][rfc8446][6.1]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  client.open();
  client.send(client.peer.frame(Opcode::close, close_payload(1000)));
  CHECK(client.receive() == client.peer.driver_frame(Opcode::close, close_payload(1000)));
  CHECK(client.receive().empty());
  CHECK((SSL_get_shutdown(client.session.get()) & SSL_RECEIVED_SHUTDOWN) != 0);
  client.peer.stream().close();
  CHECK(server.ending.get().code == CloseCode::normal);
}

TEST_CASE("TLS 1.1 is refused", "[tls][rfc8996]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  SSL_set_cipher_list(client.session.get(), "ALL:@SECLEVEL=0");
  SSL_set_min_proto_version(client.session.get(), TLS1_VERSION);
  SSL_set_max_proto_version(client.session.get(), TLS1_1_VERSION);
  CHECK_FALSE(client.shake_hands());
  client.peer.stream().close();
  CHECK(server.ending.get().error == TlsFault::no_common_terms);
}

TEST_CASE("TLS 1.2 is spoken, and not negotiated twice", "[tls][rfc5746]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  SSL_set_max_proto_version(client.session.get(), TLS1_2_VERSION);
  client.open();
  CHECK(std::string(SSL_get_version(client.session.get())) == "TLSv1.2");
  CHECK(SSL_SESSION_has_ticket(SSL_get_session(client.session.get())) == 0);
  CHECK(SSL_renegotiate(client.session.get()) == 1);
  CHECK_FALSE(client.shake_hands());
  client.peer.stream().close();
  CHECK(server.ending.get().rule == Rule::ended_without_close);
}

TEST_CASE("a client that offers protocols must offer HTTP/1.1", "[tls][rfc7301]") {
  Server server(usual());
  PlainOpenSsl client(server.address());
  const bool both = GENERATE(true, false);
  const std::string offered = both ? "\x02h2\x08http/1.1" : "\x02h2";
  SSL_set_alpn_protos(client.session.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                      static_cast<unsigned>(offered.size()));
  CHECK(client.shake_hands() == both);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client.session.get(), &chosen, &size);
  if (both) CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
  client.peer.stream().close();
  server.ending.get();
}

TEST_CASE("the other drivers refuse wss:// rather than speak in plain", "[tls]") {
  CHECK_THROWS_AS(drivers::WebSocket::connect("wss://localhost", usual()), std::invalid_argument);
  auto [client, server] = connected();
  CHECK_THROWS_AS(drivers::WebSocket::accept(std::move(server), usual()), std::invalid_argument);
  struct Nobody : Handler {
    void message(Peer&, const Message&) override {}
  } nobody;
  EventLoop loop(usual());
  CHECK_THROWS_AS(loop.listen(net::Listener(loopback()), nobody), std::invalid_argument);
  CHECK_THROWS_AS(loop.connect("wss://localhost", nobody), std::invalid_argument);
}
