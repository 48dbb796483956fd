// A chat room on the event loop: what is said there, all hear, who says it too; bytes come back to
// their sender alone. Who does not read is put out (1013), so that nobody who stays misses a word.
#include <chrono>
#include <set>

#include "console.hpp"
#include "drivers/event_loop.hpp"
#include "options.hpp"

using namespace prise;

namespace {

class Room : public drivers::Handler {
public:
  // Every so many arrivals, one is lost or comes twice; 0: never. Who counts them must notice.
  std::size_t lose_every = 0, double_every = 0;

  void opened(drivers::Peer& peer) override { peers_.insert(&peer); }
  void closed(drivers::Peer& peer, const drivers::Ending&) override { peers_.erase(&peer); }

  void message(drivers::Peer& sender, const drivers::Message& message) override {
    if (message.kind == drivers::Kind::binary) {
      sender.send_binary(message.bytes);
      return;
    }
    const auto frame = websocket::PreparedFrame::text(message.bytes);
    for (drivers::Peer* peer : peers_) {
      ++arrivals_;
      if (lose_every != 0 && arrivals_ % lose_every == 0) continue;
      peer->send_prepared(frame);
      if (double_every != 0 && arrivals_ % double_every == 0) peer->send_prepared(frame);
    }
  }

private:
  std::set<drivers::Peer*> peers_;
  std::size_t arrivals_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  drivers::Settings settings;
  Room room;
  double seconds = 10;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--queue", &settings.send_queue_bytes_max, "Octets qui attendent un client, au plus"},
       {"--patience", &seconds, "Secondes laissées à un client pour chaque chose"},
       {"--lose-every", &room.lose_every, "Perd une arrivée sur N, pour essayer qui les compte"},
       {"--double-every", &room.double_every, "Double une arrivée sur N, de même"}});
  const CtrlC ctrl_c;
  settings.stop_fd = ctrl_c.fd();
  const auto patience =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  settings.timeouts = {
      .handshake = patience, .idle = patience, .send = patience, .close = patience};

  drivers::EventLoop loop(settings);
  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  loop.listen(std::move(listener), room);
  loop.run();
}
