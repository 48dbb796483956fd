// WebSockets in coroutines: many in one thread, each written as if it were alone. What waits says
// co_await, and meanwhile the others go on. First used in lesson 18.
//
//   asio::awaitable<void> echo(WebSocket& websocket) {
//     while (const auto message = co_await websocket.receive())
//       co_await websocket.send_text(message->bytes);
//   }
//
// What the peer does is an outcome, which closed() tells; std::system_error is for what this
// machine refuses. For an io_context that runs in one thread. A coroutine starts when it is
// awaited: `co_await` each of these at once, and what their arguments refer to need live no longer.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "drivers/settings.hpp"
#include "net/stream.hpp"
#include "protocol/websocket/frame_watcher.hpp"
#include "protocol/websocket/prepared_frame.hpp"
#include "protocol/websocket/url.hpp"

namespace prise::drivers::coroutines {

class AsioConnection;

// Destroyed while it is open, it hangs up without a word: the peer sees 1006. `settings`, here and
// below, must outlive it.
class WebSocket {
public:
  // "ws://localhost:8765/path", or wss://: tries each address of the name. Throws
  // std::invalid_argument when it is no such URL, std::system_error when nobody answers there. A
  // server whose certificate is not good is an outcome: closed() has a TlsFault in `error`.
  static asio::awaitable<WebSocket> connect(std::string_view url, const Settings& settings);
  static asio::awaitable<WebSocket> connect(websocket::Url url, const Settings& settings);
  static asio::awaitable<WebSocket> connect(std::string_view, Settings&& dies_at_once) = delete;
  static asio::awaitable<WebSocket> connect(websocket::Url, Settings&& dies_at_once) = delete;

  // A client that another listener has accepted. shake_hands() is still to come.
  static WebSocket over(net::Stream client, asio::io_context& loop, const Settings& settings);

  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;
  ~WebSocket();

  // Server: answers what the client asks: a WebSocket, a page, a refusal. Only the first is_open().
  asio::awaitable<bool> shake_hands();

  // The next message. Nothing: it is closed, and closed() says how. Pings are answered. What the
  // message refers to lives until the next receive() or close(), however long the program waits for
  // something else meanwhile. One coroutine receives; others may send.
  asio::awaitable<std::optional<Message>> receive();

  // False when it is closed, or closing: then nothing was sent. Waits while more than
  // Settings::send_queue_bytes_max is queued: a peer that does not read holds up who sends to it,
  // and nobody else. Several coroutines may send: messages leave whole, in the order of the calls.
  // A program that only sends sees a close, and answers pings, as long as no message comes; if some
  // may, let another coroutine receive them. A text must be valid UTF-8.
  asio::awaitable<bool> send_text(std::string_view text, Leave leave = Leave::now);
  asio::awaitable<bool> send_binary(std::string_view bytes, Leave leave = Leave::now);
  asio::awaitable<bool> send_ping(std::string_view payload = {});  // 125 bytes at most

  // For who sends to many, and waits for none of them: false too when the queue is full, and then
  // nothing was queued. All that is queued in one turn of the loop leaves in one write.
  bool offer_text(std::string_view text);
  bool offer_prepared(std::shared_ptr<const websocket::PreparedFrame> frame);
  [[nodiscard]] std::size_t queued_bytes() const;

  // Begins to close, and waits for nothing: who receives gets what still comes, then nothing. The
  // peer is told after all that is queued, if it reads within Timeouts::close.
  void offer_close(websocket::CloseCode code, std::string_view reason = {});

  // See websocket::FrameWatcher. It must live as long as this, or until watch(nullptr).
  void watch(websocket::FrameWatcher* watcher);

  // The closing handshake, then the end of the stream: when it returns, all is over. Messages that
  // were still on their way go to the coroutine that receives, or are dropped. The reason is UTF-8,
  // 123 bytes at most.
  asio::awaitable<Ending> close(websocket::CloseCode code = websocket::CloseCode::normal,
                                std::string_view reason = {});

  // Ends it at once, without a Close frame: for a peer that does not answer any more. Who receives
  // gets nothing, and it is closed() with 1006.
  void hang_up();

  [[nodiscard]] bool is_open() const;
  [[nodiscard]] const std::optional<Ending>& closed() const;
  [[nodiscard]] const net::Address& peer() const;
  [[nodiscard]] const std::string& path() const;  // as asked for, with its query
  [[nodiscard]] const std::string& subprotocol() const;
  [[nodiscard]] const Traffic& traffic() const;
  // When bytes last came, be they a message, a ping, a pong or a part of one.
  [[nodiscard]] std::chrono::steady_clock::time_point last_heard() const;

private:
  explicit WebSocket(std::shared_ptr<AsioConnection> connection);
  friend class Listener;
  std::shared_ptr<AsioConnection> connection_;
};

// A socket on which clients arrive: over TLS, if the settings name a certificate and a key. It must
// not outlive `loop`.
class Listener {
public:
  Listener(asio::io_context& loop, const net::Address& address, const Settings& settings);
  Listener(asio::io_context&, const net::Address&, Settings&& dies_at_once) = delete;
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The next client, before its handshake: another may be slow, and is waited for by nobody but its
  // own coroutine. Nothing: the stop descriptor of the settings has become readable. A client for
  // whom there is no descriptor left (ulimit -n) is told 503; over TLS, it is hung up on.
  asio::awaitable<std::optional<WebSocket>> accept();
  [[nodiscard]] net::Address address() const;

private:
  class Door;
  std::shared_ptr<Door> door_;
};

using Handler = std::function<asio::awaitable<void>(WebSocket&)>;

// A coroutine for each client: its handshake, then `handler`, then its close. Returns once it was
// stopped and all are gone. Those beyond clients_max wait in the kernel's queue (listen(2)). What a
// handler throws ends run().
asio::awaitable<void> serve(Listener& listener, Handler handler, std::size_t clients_max = 10'000);

// Runs the loop until `main`, and all that it started, has ended; throws what they throw.
void run(asio::io_context& loop, asio::awaitable<void> main);

// This coroutine waits, the thread does not: as asyncio.sleep().
asio::awaitable<void> sleep_for(std::chrono::milliseconds time);
asio::awaitable<void> sleep_until(std::chrono::steady_clock::time_point time);

// Both run by turns. gather: until both have ended, as asyncio.gather(); first_of: until one has,
// and the other's wait is cut short. What either throws, they throw.
asio::awaitable<void> gather(asio::awaitable<void> one, asio::awaitable<void> other);
asio::awaitable<void> first_of(asio::awaitable<void> one, asio::awaitable<void> other);

}  // namespace prise::drivers::coroutines
