// Point:  type and receive at once: two coroutines, and a keyboard that keeps neither waiting.
// New:    what blocks (ask) waits in a thread of its own, and its answer comes back to the loop.
// Kept:   gather (lesson 18); the line you type stays whole when another arrives (lesson 10).
// Try:    three of them; Ctrl-D in one; half a line in another; then Ctrl-C on the server.

#include <asio/co_spawn.hpp>
#include <asio/connect_pipe.hpp>
#include <asio/readable_pipe.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/writable_pipe.hpp>
#include <utility>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "ending.hpp"
#include "options.hpp"
#include "typed_text.hpp"

using namespace prise;
using drivers::coroutines::gather;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> receive_messages(WebSocket& websocket, asio::writable_pipe& bell) {
  // Closed however this ends: the other end of the pipe becomes readable, and ask returns.
  const asio::writable_pipe rings_when_closed = std::move(bell);
  while (const auto message = co_await websocket.receive())
    say("\n[Message reçu] {}", message->bytes);
}

asio::awaitable<Answer> ask_line(int server_gone) {
  co_return ask("Vous : ", server_gone);
}

// Python's run_in_executor(None, input, "Vous : "): ask_line runs in the thread of `keyboard`, and
// this coroutine goes on in its own.
asio::awaitable<void> send_messages(WebSocket& websocket, int server_gone, int& status) {
  asio::thread_pool keyboard{1};
  bool server_is_there = true;
  while (server_is_there) {
    const Answer typed =
        co_await asio::co_spawn(keyboard, ask_line(server_gone), asio::use_awaitable);
    if (typed)
      server_is_there = co_await websocket.send_text(typed_text(typed.line));
    else if (typed.kind == AnswerKind::readable)
      server_is_there = false;
    else
      break;  // Ctrl-D, Ctrl-C
  }
  const auto ending = co_await websocket.close();
  if (!server_is_there) status = explain_ending(ending);
}

asio::awaitable<void> chat(websocket::Url url, const drivers::Settings& settings, int& status) {
  auto websocket = co_await WebSocket::connect(url, settings);
  if (!websocket.is_open()) {
    status = explain_ending(*websocket.closed());
    co_return;
  }
  const CtrlC ctrl_c;  // before the thread of the keyboard; from here on Ctrl-C ends ask
  say("Connecté au chat. Tapez vos messages.");

  const auto executor = co_await asio::this_coro::executor;
  asio::readable_pipe server_gone{executor};
  asio::writable_pipe bell{executor};
  asio::connect_pipe(server_gone, bell);
  co_await gather(receive_messages(websocket, bell),
                  send_messages(websocket, server_gone.native_handle(), status));
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;

  int status = 0;
  const drivers::Settings settings;
  asio::io_context loop{1};
  run(loop, chat(url, settings, status));
  return status;
}
