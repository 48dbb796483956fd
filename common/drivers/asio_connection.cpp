#include "drivers/asio_connection.hpp"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <cassert>
#include <utility>

#include "drivers/answer.hpp"

namespace prise::drivers::coroutines {

using asio::ip::tcp;
using websocket::Rule;
using websocket::Transport;

// One coroutine reads at a time.
class AsioConnection::Reading {
public:
  Reading(AsioConnection& connection, Reader who) : connection_{connection} {
    assert(connection.reader_ == Reader::nobody);  // another coroutine is in receive() already
    connection.reader_ = who;
    connection.message_is_out_ = false;
    connection.sent_since_receive_ = 0;
  }
  ~Reading() { connection_.reader_ = Reader::nobody; }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

private:
  AsioConnection& connection_;
};

AsioConnection::AsioConnection(std::unique_ptr<AsioStream> stream, const net::Address& peer_address,
                               const websocket::Target* target, const Settings& all_settings,
                               Deadline handshake)
    : Sleeper{AsioLoop::of(stream->socket().get_executor(), all_settings)},
      settings{all_settings},
      peer{peer_address},
      protocol{target != nullptr ? websocket::Connection::client(config(), *target)
                                 : websocket::Connection::server(config())},
      stream_{std::move(stream)},
      deadline_{handshake},
      last_heard_{Clock::now()},
      silent_since_{last_heard_},
      send_deadline_{Deadline::max()} {}

void AsioConnection::start() {
  stop_ = StopMembership{stream_->socket().get_executor(), settings.stop_fd, *this};
  arm();
  if (stop_.stopped()) stop();
}

// What came with the handshake's last bytes stays in the protocol, for receive().
asio::awaitable<void> AsioConnection::shake_hands() {
  const auto self = shared_from_this();
  const Reading reading{*this, Reader::program};
  flush();
  while (!protocol.is_open() && !closed_ && !ending) {
    while (const auto event = protocol.next_event()) {
      note(*event);
      if (protocol.is_open()) break;
    }
    if (protocol.is_open()) protocol.keep_input();
    buffer_.give_back();
    flush();
    if (protocol.is_open() || closed_) break;
    co_await wait_readable();
    read_what_was_waited_for();
  }
  if (closed_) co_await say_goodbye();
}

asio::awaitable<std::optional<Message>> AsioConnection::receive() {
  std::shared_ptr<AsioConnection> self;  // once it waits: the program may let go of us meanwhile
  if (reader_ == Reader::closer) {
    self = shared_from_this();
    while (!ending)
      co_await wait_rung();
    co_return std::nullopt;
  }
  const Reading reading{*this, Reader::program};
  while (!ending) {
    if (auto message = next_message()) {
      message_is_out_ = true;
      co_return message;
    }
    if (!self) self = shared_from_this();
    co_await wait_for_more();
    read_what_was_waited_for();
  }
  co_return std::nullopt;
}

// There is no message in what has come: lets what was sent leave, and waits. No coroutine of its
// own, for each that waits is memory that an idle connection holds.
asio::awaitable<void> AsioConnection::wait_for_more() {
  buffer_.give_back();
  flush();
  if (closed_) return say_goodbye();
  // A peer that does not read is not read, or its pongs would pile up.
  return must_write_first() ? wait_rung() : wait_readable();
}

// asio would try to read before it waits, mostly in vain.
asio::awaitable<void> AsioConnection::wait_readable() {
  return stream_->socket().async_wait(stream_->receive_waits_for(),
                                      asio::redirect_error(asio::use_awaitable, wait_error_));
}

void AsioConnection::read_what_was_waited_for() {
  const asio::error_code error = std::exchange(wait_error_, {});
  if (error && stream_is_open()) throw std::system_error(system_code(error), "recv");
  if (!must_write_first()) read_more();
}

asio::awaitable<void> AsioConnection::wait_rung() {
  if (!bell_)
    bell_ = std::make_unique<asio::steady_timer>(stream_->socket().get_executor(), Deadline::max());
  asio::error_code cancelled;
  co_await bell_->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

void AsioConnection::ring() {
  if (bell_) bell_->cancel();
}

// False: nothing has come.
bool AsioConnection::read_more() {
  if (!stream_is_open()) return false;
  const websocket::MutableBytes room = buffer_.borrow();
  const auto [outcome, bytes] = stream_->try_receive(room);
  if (stream_->send_waits_for() == tcp::socket::wait_read) writing_ = false;  // it may go on
  if (outcome == Tried::ended) protocol.receive_end();
  if (outcome == Tried::some) {
    last_heard_ = silent_since_ = Clock::now();
    ping_unanswered_ = false;
    traffic.received += bytes;
    protocol.receive(room.first(bytes));
  }
  return outcome != Tried::not_now;
}

std::optional<Message> AsioConnection::next_message() {
  if (waiting_) return std::exchange(waiting_, std::nullopt);
  while (!closed_) {
    const auto event = protocol.next_event();
    if (!event) break;
    if (const auto* text = std::get_if<websocket::Text>(&*event))
      return Message{Kind::text, text->text};
    if (const auto* binary = std::get_if<websocket::Binary>(&*event))
      return Message{Kind::binary, websocket::text_of(binary->bytes)};
    note(*event);
    if (is_full()) flush();  // a thousand pongs
  }
  return std::nullopt;
}

void AsioConnection::note(const websocket::Event& event) {
  if (const auto* upgrade = std::get_if<websocket::UpgradeRequested>(&event)) {
    path = upgrade->request->target;
    answer(*upgrade, protocol, settings, peer);
  }
  if (const auto* plain = std::get_if<websocket::PlainRequested>(&event)) {
    path = plain->request->target;
    answer(*plain, protocol, settings);
  }
  if (std::holds_alternative<websocket::Opened>(event)) {
    was_open_ = true;
    deadline_ = Deadline::max();
    silent_since_ = Clock::now();
    arm();
  }
  if (const auto* closed = std::get_if<websocket::Closed>(&event)) {
    closed_ = std::make_unique<Ending>(
        Ending{closed->code, std::string(closed->reason), closed->rule, closed->http_status});
    const bool we_began = was_open_ && deadline_ != Deadline::max();
    if (!we_began) begin_closing();
    ring();
  }
}

// A program that only sends must see a close, and answer pings, all the same. It goes no further
// than the first message, and not while the program may still look at the last one.
void AsioConnection::look() {
  if (reader_ != Reader::nobody || message_is_out_ || waiting_ || closed_ || ending) return;
  waiting_ = next_message();
  while (!waiting_ && !closed_ && !holds_back()) {
    if (!read_more()) break;
    waiting_ = next_message();
  }
  if (!waiting_) buffer_.give_back();
  flush();
}

asio::awaitable<bool> AsioConnection::send(websocket::Opcode opcode, std::string_view payload,
                                           Leave leave) {
  if (!is_open()) co_return false;
  if (!peer_takes_bytes_) {
    look();  // it may have left a Close frame, and has an end in any case
    co_return false;
  }
  if (!queue(opcode, payload)) co_return false;
  if (leave == Leave::now || is_full()) flush();
  if (++sent_since_receive_ > 1) {
    sent_since_receive_ = 1;
    look();
  }
  if (!is_full()) co_return peer_takes_bytes_ && !ending;
  const bool left = co_await wait_for_room();
  co_return left;
}

bool AsioConnection::queue(websocket::Opcode opcode, std::string_view payload) {
  const websocket::Bytes bytes = websocket::bytes_of(payload);
  if (opcode == websocket::Opcode::ping) return protocol.send_ping(bytes);
  if (bytes.size() < uncopied_bytes_min)
    return opcode == websocket::Opcode::text ? protocol.send_text(payload)
                                             : protocol.send_binary(bytes);
  struct Keeping {
    websocket::Connection& protocol;
    ~Keeping() { protocol.keep_output(); }
  } const keeping{protocol};  // even if flush() throws
  const bool queued = protocol.send_uncopied(opcode, bytes);
  flush();
  return queued;
}

asio::awaitable<bool> AsioConnection::wait_for_room() {
  const auto self = shared_from_this();
  while (is_full() && peer_takes_bytes_ && !ending)
    co_await wait_rung();
  co_return peer_takes_bytes_ && !ending;
}

void AsioConnection::leave_with_this_turn() {
  if (std::exchange(flush_is_due_, true)) return;
  asio::post(stream_->socket().get_executor(), [self = shared_from_this()] {
    self->flush_is_due_ = false;
    self->flush();
  });
}

// Writes what the kernel takes now; the rest follows when it has room.
void AsioConnection::flush() {
  while (peer_takes_bytes_ && !writing_ && stream_is_open()) {
    const websocket::Output output = protocol.output();
    if (output.empty()) break;
    const auto [outcome, bytes] = stream_->try_send(output);
    traffic.sent += bytes;
    if (outcome == Tried::some) protocol.wrote(bytes);
    if (outcome == Tried::ended) peer_takes_bytes_ = false;
    if (outcome == Tried::not_now) wait_writable();
  }
  if (!is_full() || !peer_takes_bytes_) ring();
}

void AsioConnection::wait_writable() {
  writing_ = true;
  const auto waits_for = stream_->send_waits_for();
  const bool for_room = waits_for == tcp::socket::wait_write;
  send_deadline_ = for_room ? after(Clock::now(), settings.timeouts.send) : Deadline::max();
  arm();
  stream_->socket().async_wait(waits_for, [weak = weak_from_this()](const asio::error_code& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->writing_ = false;
    if (!error) self->flush();
  });
}

asio::awaitable<void> AsioConnection::close(websocket::CloseCode code, std::string_view reason) {
  const auto self = shared_from_this();
  if (is_open() && protocol.close(code, reason)) begin_closing();
  flush();
  if (reader_ != Reader::nobody) {
    while (!ending)
      co_await wait_rung();
    co_return;
  }
  const Reading reading{*this, Reader::closer};
  waiting_.reset();
  while (!ending) {
    if (next_message()) continue;
    co_await wait_for_more();
    read_what_was_waited_for();
  }
}

void AsioConnection::offer_close(websocket::CloseCode code, std::string_view reason) {
  if (!is_open() || !protocol.close(code, reason)) return;
  begin_closing();
  leave_with_this_turn();
}

// From here on, the peer has so long for all that is left to do.
void AsioConnection::begin_closing() {
  deadline_ = after(Clock::now(), settings.timeouts.close);
  arm();
}

void AsioConnection::stop() {
  if (ending) return;
  if (protocol.close(websocket::CloseCode::going_away)) {
    begin_closing();
    flush();
  } else if (!was_open_) {
    give_up(Moved::stopped);
  }
}

// What is left to send, and the end of the stream. It is read to its end: a socket that is closed
// on bytes not read sends a reset, which may destroy our Close frame before the peer has seen it.
asio::awaitable<void> AsioConnection::say_goodbye() {
  flush();
  while (writing_ && stream_is_open())
    co_await wait_rung();
  if (stream_is_open() && protocol.transport() != Transport::close) {
    if (protocol.transport() == Transport::shut_down_writing) stream_->shut_down_sending();
    Tried outcome = Tried::some;
    while (outcome != Tried::ended && stream_is_open()) {
      co_await wait_readable();
      wait_error_.clear();
      if (!stream_is_open()) break;
      const Trial attempt = stream_->try_receive(buffer_.borrow());
      buffer_.give_back();
      traffic.received += attempt.bytes;
      outcome = attempt.outcome;
    }
  }
  finish(*closed_);
}

void AsioConnection::give_up(Moved why) {
  Ending how;
  how.rule = was_open_ ? Rule::ended_without_close : Rule::handshake_cut;
  how.timed_out = why == Moved::timed_out;
  finish(closed_ ? *closed_ : how);
}

void AsioConnection::finish(const Ending& how) {
  if (!ending) {
    ending = how;
    const bool cut = how.rule == Rule::ended_without_close || how.rule == Rule::handshake_cut;
    if (cut && !how.timed_out) ending->error = stream_->fault();
  }
  stream_->close();
  sleep_on();
  stop_ = {};
  ring();
}

void AsioConnection::hang_up() {
  if (!ending) give_up(Moved::ended);
}

}  // namespace prise::drivers::coroutines
