// Point:  the loop that only receives: `async for message in websocket`.
// New:    it waits, and costs nothing meanwhile; it ends when the other side closes.
// Kept:   client.cpp's main.
// Try:    --count 5, against ./prise run 18 both; then stop the server with Ctrl-C.

#include "loops.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

asio::awaitable<void> listen(websocket::Url url, std::size_t count,
                             const drivers::Settings& settings) {
  auto websocket = co_await WebSocket::connect(url, settings);
  co_await consume(websocket, count);
  co_await websocket.close();
}

int main(int argc, char** argv) {
  std::size_t count = 3;
  const auto options = parse_options(argc, argv, {.port = 8765},
                                     {{"--count", &count, "Messages à recevoir avant de fermer"}});
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;
  url.resource = "/consumer";

  const drivers::Settings settings;
  asio::io_context loop{1};
  run(loop, listen(url, count, settings));
}
