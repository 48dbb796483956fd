// The same verbatim echo on the asio driver. It says nothing but « Port : N », with --port 0.
#include <asio/co_spawn.hpp>
#include <set>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::WebSocket;

namespace {

asio::awaitable<void> echo(WebSocket& client) {
  while (const auto message = co_await client.receive()) {
    if (message->kind == drivers::Kind::text)
      co_await client.send_text(message->bytes, drivers::Leave::with_next);
    else
      co_await client.send_binary(message->bytes, drivers::Leave::with_next);
  }
}

class Room {
public:
  asio::awaitable<void> stay(WebSocket& client) {
    clients_.insert(&client);
    while (const auto message = co_await client.receive()) {
      const auto frame =
          message->kind == drivers::Kind::text
              ? websocket::PreparedFrame::text(message->bytes)
              : websocket::PreparedFrame::binary(websocket::bytes_of(message->bytes));
      for (WebSocket* other : clients_)
        if (other != &client) other->offer_prepared(frame);
    }
    clients_.erase(&client);
  }

private:
  std::set<WebSocket*> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  bool broadcast = false;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--broadcast", &broadcast, "Envoie aux autres, non à l'expéditeur"}});
  const CtrlC ctrl_c;
  drivers::Settings settings;
  settings.websocket.message_bytes_max = 16 << 20;
  settings.stop_fd = ctrl_c.fd();

  asio::io_context loop(1);
  drivers::coroutines::Listener listener(
      loop, net::resolve(options.host, options.port, net::Purpose::listen).front(), settings);
  say_chosen_port(options, listener.address().port());
  Room room;
  const auto talk = [&](WebSocket& client) { return broadcast ? room.stay(client) : echo(client); };
  drivers::coroutines::run(loop, drivers::coroutines::serve(listener, talk, 20'000));
}
