// The same echo as a client on the asio driver, until the server closes: what conformance runs in
// the other role.
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::WebSocket;

namespace {

asio::awaitable<void> echo(const std::string& url, const drivers::Settings& settings) {
  WebSocket server = co_await WebSocket::connect(url, settings);
  while (const auto message = co_await server.receive()) {
    if (message->kind == drivers::Kind::text)
      co_await server.send_text(message->bytes, drivers::Leave::with_next);
    else
      co_await server.send_binary(message->bytes, drivers::Leave::with_next);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string url;
  parse_arguments(argc, argv, {{"url", &url, "ws://machine:port/chemin"}});
  drivers::Settings settings;
  settings.websocket.message_bytes_max = 16 << 20;
  settings.websocket.deflate.emplace();
  asio::io_context loop{1};
  drivers::coroutines::run(loop, echo(url, settings));
}
