#include "drivers/blocking.hpp"

#include <algorithm>
#include <stdexcept>

#include "drivers/answer.hpp"
#include "drivers/plain_only.hpp"

namespace prise::drivers {
namespace {

using websocket::Connection;
using websocket::Rule;
using websocket::Transport;

constexpr std::size_t buffer_bytes = 64 * 1024;        // of one recv
constexpr std::size_t waiting_bytes_max = 256 * 1024;  // of what leaves with the next

TimedStream connect_to_any(const websocket::Url& url, Deadline deadline, int stop_fd) {
  const std::vector<net::Address> addresses = net::resolve(url.host, url.port);
  for (std::size_t i = 0; i + 1 < addresses.size(); ++i) {
    try {
      return TimedStream::connect(addresses[i], deadline, stop_fd);
    } catch (const std::system_error&) {  // the last one's error is the one to tell
    }
  }
  return TimedStream::connect(addresses.back(), deadline, stop_fd);
}

}  // namespace

WebSocket::WebSocket(TimedStream stream, Connection connection, const Settings& settings,
                     Deadline deadline)
    : settings_{&settings},
      stream_{std::move(stream)},
      connection_{std::move(connection)},
      buffer_(buffer_bytes),
      deadline_{deadline},
      last_heard_{Clock::now()} {}

WebSocket WebSocket::connect(std::string_view url, const Settings& settings) {
  const auto parsed = websocket::parse_url(url);
  if (!parsed) throw std::invalid_argument("ws:// " + std::string(url));
  return connect(*parsed, settings);
}

WebSocket WebSocket::connect(const websocket::Url& url, const Settings& settings) {
  plain_only(url);
  const Deadline deadline = after(Clock::now(), settings.timeouts.handshake);
  WebSocket client{connect_to_any(url, deadline, settings.stop_fd),
                   Connection::client(settings.websocket, websocket::target_of(url)), settings,
                   deadline};
  client.path_ = url.resource;
  client.shake_hands();
  return client;
}

WebSocket WebSocket::accept(net::Stream client, const Settings& settings,
                            std::string_view received) {
  plain_only(settings);
  WebSocket server{TimedStream{std::move(client), settings.stop_fd},
                   Connection::server(settings.websocket), settings,
                   after(Clock::now(), settings.timeouts.handshake)};
  if (!received.empty()) {
    const auto bytes = websocket::bytes_of(received);
    server.buffer_.resize(std::max(server.buffer_.size(), bytes.size()));
    std::copy(bytes.begin(), bytes.end(), server.buffer_.begin());
    server.traffic_.received = bytes.size();
    server.connection_.receive({server.buffer_.data(), bytes.size()});
  }
  server.shake_hands();
  return server;
}

// What came with the handshake's last bytes stays in the connection, for receive().
void WebSocket::shake_hands() {
  while (!connection_.is_open() && !ending_) {
    while (const auto event = connection_.next_event()) {
      note(*event);
      if (connection_.is_open()) break;
    }
    flush();
    if (!connection_.is_open() && !ending_) read_more(Deadline::max());
  }
}

void WebSocket::note(const websocket::Event& event) {
  if (const auto* upgrade = std::get_if<websocket::UpgradeRequested>(&event)) {
    path_ = upgrade->request->target;
    answer(*upgrade, connection_, *settings_, peer());
  }
  if (const auto* plain = std::get_if<websocket::PlainRequested>(&event)) {
    path_ = plain->request->target;
    answer(*plain, connection_, *settings_);
  }
  if (const auto* opened = std::get_if<websocket::Opened>(&event)) {
    was_open_ = true;
    deadline_ = Deadline::max();
    subprotocol_ = opened->subprotocol;
    deflate_ = opened->deflate;
  }
  if (const auto* closed = std::get_if<websocket::Closed>(&event)) finish(*closed);
}

std::optional<Message> WebSocket::receive() {
  return receive_until(Deadline::max());
}

std::optional<Message> WebSocket::receive_within(std::chrono::milliseconds time) {
  return receive_until(Clock::now() + time);
}

std::optional<Message> WebSocket::receive_until(Deadline deadline) {
  while (!ending_) {
    while (const auto event = connection_.next_event()) {
      if (const auto* text = std::get_if<websocket::Text>(&*event))
        return Message{Kind::text, text->text};
      if (const auto* binary = std::get_if<websocket::Binary>(&*event))
        return Message{Kind::binary, websocket::text_of(binary->bytes)};
      note(*event);
      if (connection_.output_bytes() > waiting_bytes_max) flush();  // a thousand pongs
    }
    if (ending_) break;
    flush();
    if (!ending_ && !read_more(deadline)) return std::nullopt;
  }
  return std::nullopt;
}

// False: `deadline`, the caller's own, came first.
bool WebSocket::read_more(Deadline deadline) {
  const bool open = deadline_ == Deadline::max();
  const Deadline silence = after(last_heard_, settings_->timeouts.idle);
  const Deadline first = std::min(open ? silence : deadline_, deadline);
  const auto [outcome, bytes] = stream_.receive(buffer_, first);
  switch (outcome) {
    case Moved::some:
      last_heard_ = Clock::now();
      ping_unanswered_ = false;
      traffic_.received += bytes;
      connection_.receive({buffer_.data(), bytes});
      return true;
    case Moved::ended:
      connection_.receive_end();
      return true;
    case Moved::stopped:
      stop();
      return true;
    case Moved::timed_out:
      break;
  }
  if (first == deadline) return false;
  hear_nothing();
  return true;
}

// A peer that is alive answers a ping (RFC 6455 section 5.5.2). One that is not says nothing, and
// TCP alone would notice it after hours, if at all.
void WebSocket::hear_nothing() {
  if (!connection_.is_open() || ping_unanswered_) return give_up(Moved::timed_out);
  connection_.send_ping();
  ping_unanswered_ = true;
  last_heard_ = Clock::now();
}

bool WebSocket::send_text(std::string_view text, Leave leave) {
  return is_open() && connection_.send_text(text) && see_off(leave);
}

bool WebSocket::send_binary(std::string_view bytes, Leave leave) {
  return is_open() && connection_.send_binary(websocket::bytes_of(bytes)) && see_off(leave);
}

bool WebSocket::send_ping(std::string_view payload) {
  return is_open() && connection_.send_ping(websocket::bytes_of(payload)) && flush();
}

bool WebSocket::see_off(Leave leave) {
  const bool may_wait =
      leave == Leave::with_next && connection_.output_bytes() <= waiting_bytes_max;
  return may_wait || flush();
}

// Writes all that is queued. False: the peer takes no more.
bool WebSocket::flush() {
  while (peer_takes_bytes_ && !ending_) {
    const websocket::Output output = connection_.output();
    if (output.empty()) return true;
    const auto [outcome, bytes] =
        stream_.send(output, std::min(deadline_, after(Clock::now(), settings_->timeouts.send)));
    traffic_.sent += bytes;
    if (outcome == Moved::some) connection_.wrote(bytes);
    if (outcome == Moved::ended) peer_takes_bytes_ = false;
    if (outcome == Moved::stopped) stop();
    if (outcome == Moved::timed_out) give_up(outcome);
  }
  return false;
}

const Ending& WebSocket::close(websocket::CloseCode code, std::string_view reason) {
  if (is_open() && connection_.close(code, reason)) begin_closing();
  while (receive()) {
  }
  return *ending_;
}

// From here on, the peer has so long for all that is left to do.
void WebSocket::begin_closing() {
  deadline_ = after(Clock::now(), settings_->timeouts.close);
}

void WebSocket::stop() {
  stream_.ignore_stop();
  if (connection_.close(websocket::CloseCode::going_away)) return begin_closing();
  if (!was_open_) give_up(Moved::stopped);
}

void WebSocket::finish(const websocket::Closed& closed) {
  const Ending ending{closed.code, std::string(closed.reason), closed.rule, closed.http_status};
  const bool we_began = was_open_ && deadline_ != Deadline::max();
  if (!we_began) begin_closing();
  say_goodbye();
  stream_.close();
  ending_ = ending;
}

// What is left to send, and the end of the stream. It is read to its end: a socket that is closed
// on bytes not read sends a reset, which may destroy our Close frame before the peer has seen it.
void WebSocket::say_goodbye() {
  flush();
  if (ending_ || connection_.transport() == Transport::close) return;
  if (connection_.transport() == Transport::shut_down_writing) stream_.shut_down_sending();
  while (true) {
    const auto [outcome, bytes] = stream_.receive(buffer_, deadline_);
    traffic_.received += bytes;
    if (outcome == Moved::stopped)
      stream_.ignore_stop();
    else if (outcome != Moved::some)
      return;
  }
}

void WebSocket::give_up(Moved why) {
  Ending ending;
  ending.rule = was_open_ ? Rule::ended_without_close : Rule::handshake_cut;
  ending.timed_out = why == Moved::timed_out;
  stream_.close();
  ending_ = ending;
}

}  // namespace prise::drivers
