// The chat in a terminal: for our server, and for the lab's. One thread waits for what is typed;
// the loop's thread does all the rest.
//
//   main          options                      view       what the server sends, as lines to read
//   conversation  one connection after the     actions    what is asked of it, as JSON
//                 other, with one server       commands   what is typed, understood
//   backoff       how long to wait between     typing     what is typed, line by line
#include "console.hpp"
#include "conversation.hpp"
#include "options.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::string user, ca_file;
  bool tls = false;
  const auto options =
      parse_options(argc, argv, {.port = 8001, .host = "127.0.0.2"},
                    {{"user", &user, "Votre pseudo"},
                     {"--tls", &tls, "wss://"},
                     {"--ca", &ca_file, "Le certificat à croire (PEM), sinon ceux du système"}});
  const CtrlC ctrl_c;
  while (user.empty()) {
    const Answer answer = ask("Pseudo : ");
    if (!answer) return 0;
    user = answer.line;
  }
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;
  if (tls) url.scheme = websocket::Scheme::wss;
  drivers::Settings settings;
  settings.stop_fd = ctrl_c.fd();
  settings.tls.ca_file = ca_file;

  asio::io_context loop{1};
  chat::Conversation conversation(loop, url, settings, ctrl_c, user);
  bool left = false;
  const auto talk = [&]() -> asio::awaitable<void> { left = co_await conversation.talk(); };
  drivers::coroutines::run(loop, talk());
  return left ? 0 : 1;
}
