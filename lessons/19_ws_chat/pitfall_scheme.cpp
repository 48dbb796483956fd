// Point:  ws:// and http:// may share a port, and are not the same conversation.
// New:    what becomes of an address with the wrong scheme, or with a misprint.
// Kept:   lesson 14's request by hand; the driver's connect.
// Try:    beside ./prise run 19 server; then beside ./prise run 18 server, which has no page.

#include <stdexcept>
#include <string>
#include <string_view>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "ending.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "pages.hpp"

using namespace prise;
using drivers::coroutines::run;
using drivers::coroutines::WebSocket;

// The address is judged before anything leaves: nobody was even looked for.
asio::awaitable<void> open(std::string url, const drivers::Settings& settings, int& status) {
  try {
    auto websocket = co_await WebSocket::connect(std::string_view(url), settings);
    if (!websocket.is_open()) {
      status = explain_ending(*websocket.closed());
      co_return;
    }
    say("{} : ouvert, on peut se parler", url);
    co_await websocket.close();
  } catch (const std::invalid_argument&) {
    say("{} : refusé, ce n'est pas l'adresse d'un WebSocket", url);
  }
}

// What a browser does with an http:// address: a request, and its answer. Then all is said.
std::string first_line_of_page(const Options& options, const std::string& authority) {
  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  server.send_all("GET / HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n\r\n");
  const std::string answer = server.receive_some(4096);
  return answer.substr(0, answer.find("\r\n"));
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});
  const std::string port = ':' + std::to_string(options.port);
  const std::string authority = shown_host(options.host) + port;

  int status = 0;
  const drivers::Settings settings;
  asio::io_context loop{1};
  const auto try_to_open = [&](const std::string& url) {
    run(loop, open(url, settings, status));
    loop.restart();  // it had nothing left to do, and stopped
  };

  const std::string answer = first_line_of_page(options, authority);
  say("Le piège :");
  say("GET http://{}/ : {}", authority, answer);
  try_to_open("http://" + authority + '/');
  try_to_open("ws:" + authority + '/');
  try_to_open("ws://" + port + '/');
  say("La parade :");
  try_to_open("ws://" + authority + '/');
  return status;
}
