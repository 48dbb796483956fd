// A verbatim echo server on the event loop, for any load generator: text comes back as text, bytes
// as bytes. With --broadcast, to all the others instead. It says nothing but « Port : N », with
// --port 0.
#include "console.hpp"
#include "echo_handler.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::size_t message_bytes_max = 16 << 20;
  bool deflate = false;
  bool with_poll = false;
  bool broadcast = false;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--limit", &message_bytes_max, "Octets d'un message, au plus"},
                     {"--deflate", &deflate, "Accepte la compression (permessage-deflate)"},
                     {"--broadcast", &broadcast, "Envoie aux autres, non à l'expéditeur"},
                     {"--poll", &with_poll, "poll(2) à la place d'epoll(7)"}});
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.websocket.message_bytes_max = message_bytes_max;
  settings.stop_fd = ctrl_c.fd();
  if (deflate) settings.websocket.deflate.emplace();

  Echo echo;
  Room room;
  drivers::Handler& handler = broadcast ? static_cast<drivers::Handler&>(room) : echo;
  drivers::EventLoop loop(settings, with_poll ? net::Backend::poll : net::best_backend());
  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  const auto port = listener.address().port();
  loop.listen(std::move(listener), handler);
  say_chosen_port(options, port);
  loop.run();
}
