// What a coroutines::WebSocket does inside: its protocol, its stream, and its deadlines. Part of
// the asio driver; lesson 18.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "drivers/asio_loop.hpp"
#include "drivers/asio_stop.hpp"
#include "drivers/asio_stream.hpp"
#include "drivers/read_buffer.hpp"
#include "drivers/settings.hpp"
#include "drivers/timed_stream.hpp"
#include "net/address.hpp"
#include "protocol/websocket/connection.hpp"

namespace prise::drivers::coroutines {

// Coroutines wait for two things only: the socket, and ring(). There is one alarm for all
// deadlines, and it is lazy: what postpones a deadline leaves it set, and who is woken looks again.
class AsioConnection : public Stoppable,
                       private AsioLoop::Sleeper,
                       public std::enable_shared_from_this<AsioConnection> {
public:
  // `target`: what a client asks for; a server has none.
  AsioConnection(std::unique_ptr<AsioStream> stream, const net::Address& peer,
                 const websocket::Target* target, const Settings& settings, Deadline handshake);

  void start();
  asio::awaitable<void> shake_hands();
  asio::awaitable<std::optional<Message>> receive();
  asio::awaitable<bool> send(websocket::Opcode opcode, std::string_view payload, Leave leave);
  asio::awaitable<void> close(websocket::CloseCode code, std::string_view reason);
  void leave_with_this_turn();
  void offer_close(websocket::CloseCode code, std::string_view reason);
  void stop() override;
  void hang_up();

  [[nodiscard]] bool is_open() const { return protocol.is_open() && !ending; }
  [[nodiscard]] Deadline last_heard() const { return last_heard_; }
  [[nodiscard]] bool is_full() const {
    return !ending && protocol.output_bytes() > settings.send_queue_bytes_max;
  }

  const Settings& settings;
  const net::Address peer;
  websocket::Connection protocol;
  std::optional<Ending> ending;  // once all is over
  Traffic traffic;
  std::string path;

private:
  enum class Reader : std::uint8_t { nobody, program, closer };
  class Reading;

  asio::awaitable<void> wait_for_more();
  asio::awaitable<void> wait_readable();
  asio::awaitable<bool> wait_for_room();
  asio::awaitable<void> wait_rung();
  asio::awaitable<void> say_goodbye();
  std::optional<Message> next_message();
  void note(const websocket::Event& event);
  bool queue(websocket::Opcode opcode, std::string_view payload);
  void read_what_was_waited_for();
  bool read_more();
  void look();
  void flush();
  void wait_writable();
  void ring();
  void begin_closing();
  void give_up(Moved why);
  void finish(const Ending& how);
  void arm();
  void wake() override;
  void hear_nothing(Deadline now);
  [[nodiscard]] Deadline next_deadline() const;
  [[nodiscard]] bool must_write_first() const { return holds_back() && protocol.is_open(); }
  // Nothing is read before the peer has taken what is queued for it; but who takes nothing any more
  // is read to the end.
  [[nodiscard]] bool holds_back() const { return is_full() && peer_takes_bytes_; }
  [[nodiscard]] bool stream_is_open() const { return stream_->socket().is_open(); }

  std::unique_ptr<AsioStream> stream_;
  std::unique_ptr<asio::steady_timer> bell_;  // never fires: ring() cancels it
  StopMembership stop_;
  ReadBuffer buffer_;
  std::optional<Message> waiting_;  // came while nobody received
  std::unique_ptr<Ending> closed_;  // the last event: the goodbye is to be said
  asio::error_code wait_error_;
  Deadline deadline_;  // of the handshake, then of the end; max() while it is open
  Deadline last_heard_;
  Deadline silent_since_;  // as last_heard_, but for the silences that we have pinged or caused
  Deadline send_deadline_;
  Reader reader_ = Reader::nobody;
  std::uint8_t sent_since_receive_ = 0;
  bool message_is_out_ = false;  // the program may be looking at one, in buffer_
  bool was_open_ = false;
  bool ping_unanswered_ = false;
  bool writing_ = false;  // the kernel had no room
  bool flush_is_due_ = false;
  bool peer_takes_bytes_ = true;  // until a write fails: what has come can still be read
};

}  // namespace prise::drivers::coroutines
