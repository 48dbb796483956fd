// The same echo as a client, until the server closes: what conformance runs in the other role.
#include "echo_handler.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string url;
  parse_arguments(argc, argv, {{"url", &url, "ws://machine:port/chemin"}});
  drivers::Settings settings;
  settings.websocket.message_bytes_max = 16 << 20;
  settings.websocket.deflate.emplace();
  Echo echo;
  drivers::EventLoop loop(settings);
  loop.connect(url, echo);
  loop.run();
}
