// Point:  the loop that only sends: `while True: await websocket.send(message)`.
// New:    send_text waits when the other side does not read: its queue is bounded.
// Kept:   client.cpp's main.
// Try:    --count 5 --interval 1, against ./prise run 18 both; stop the server in the middle.

#include "loops.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> speak(websocket::Url url, Pace pace, const drivers::Settings& settings) {
  auto websocket = co_await WebSocket::connect(url, settings);
  co_await produce(websocket, pace);
  co_await websocket.close();
}

int main(int argc, char** argv) {
  Pace pace;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--count", &pace.count, "Messages à envoyer avant de fermer"},
                     {"--interval", &pace.interval, "Secondes entre deux messages"}});
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;
  url.resource = "/producer";

  const drivers::Settings settings;
  asio::io_context loop{1};
  run(loop, speak(url, pace, settings));
}
