// The same room on the asio driver.
#include <chrono>
#include <set>

#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"

using namespace prise;
using drivers::coroutines::WebSocket;

namespace {

class Room {
public:
  asio::awaitable<void> stay(WebSocket& client) {
    const Seat seat(*this, client);
    while (const auto message = co_await client.receive()) {
      if (message->kind == drivers::Kind::binary)
        co_await client.send_binary(message->bytes, drivers::Leave::with_next);
      else
        tell_all(message->bytes);
    }
  }

private:
  struct Seat {
    Seat(Room& its_room, WebSocket& client) : room{its_room}, who{&client} {
      room.clients_.insert(who);
    }
    ~Seat() { room.clients_.erase(who); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    Room& room;
    WebSocket* const who;
  };

  // Who does not read is put out, so that nobody who stays misses a word.
  void tell_all(std::string_view text) {
    const auto frame = websocket::PreparedFrame::text(text);
    for (WebSocket* client : clients_)
      if (client->is_open() && !client->offer_prepared(frame)) client->hang_up();
  }

  std::set<WebSocket*> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  drivers::Settings settings;
  double seconds = 10;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--queue", &settings.send_queue_bytes_max, "Octets qui attendent un client, au plus"},
       {"--patience", &seconds, "Secondes laissées à un client pour chaque chose"}});
  const CtrlC ctrl_c;
  settings.stop_fd = ctrl_c.fd();
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  settings.timeouts = {
      .handshake = patience, .idle = patience, .send = patience, .close = patience};

  asio::io_context loop{1};
  drivers::coroutines::Listener listener(
      loop, net::resolve(options.host, options.port, net::Purpose::listen).front(), settings);
  say_chosen_port(options, listener.address().port());
  Room room;
  const auto stay = [&room](WebSocket& client) { return room.stay(client); };
  constexpr std::size_t clients_max = 1'000'000;  // ulimit -n is the limit
  drivers::coroutines::run(loop, drivers::coroutines::serve(listener, stay, clients_max));
}
