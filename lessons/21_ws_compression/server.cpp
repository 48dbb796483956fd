// Point:  a server that compresses is the same server: its settings say so, its driver does it.
// New:    Settings.websocket.deflate; what was agreed; octets of messages beside those of TCP.
// Kept:   lesson 17's echo. One client at a time, to read its figures in peace.
// Try:    --no-deflate; --no-context-takeover; --bits 9; the same client each time.

#include <string>

#include "console.hpp"
#include "drivers/blocking.hpp"
#include "options.hpp"
#include "terms.hpp"

using namespace prise;

Terms terms_of(const websocket::DeflateParameters& agreed) {
  const auto context = [](websocket::Takeover takeover) {
    return takeover == websocket::Takeover::keep ? Context::kept : Context::fresh;
  };
  return {context(agreed.server_takeover), context(agreed.client_takeover),
          agreed.server_window_bits, agreed.client_window_bits};
}

void echo(net::Stream stream, const drivers::Settings& settings) {
  auto websocket = drivers::WebSocket::accept(std::move(stream), settings);
  if (!websocket.is_open()) return;  // it wanted a page, or was refused
  say("Connexion de {}", websocket.peer());
  const auto& agreed = websocket.deflate();
  say("Compression : {}", agreed ? text_of(terms_of(*agreed)) : "aucune");

  const drivers::Traffic handshake = websocket.traffic();
  std::size_t messages = 0, bytes = 0;
  while (const auto message = websocket.receive()) {
    ++messages;
    bytes += message->bytes.size();
    if (message->kind == drivers::Kind::text)
      websocket.send_text(message->bytes);
    else
      websocket.send_binary(message->bytes);
  }

  const drivers::Ending& ending = *websocket.closed();
  if (ending.rule != websocket::Rule::none)
    say("Rompu : {}, code {}", websocket::facts_of(ending.rule).name,
        static_cast<int>(ending.code));
  say("Messages : {}, soit {} octets ; sur TCP, {} reçus et {} envoyés", messages, bytes,
      websocket.traffic().received - handshake.received, websocket.traffic().sent - handshake.sent);
}

int main(int argc, char** argv) {
  bool no_deflate = false, no_context_takeover = false;
  std::size_t bits = 15, message_bytes_max = 1 << 20;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--no-deflate", &no_deflate, "Refuse la compression"},
                     {"--no-context-takeover", &no_context_takeover,
                      "Chaque message se compresse seul, dans les deux sens"},
                     {"--bits", &bits, "Fenêtres de 2^bits octets au plus, de 8 à 15"},
                     {"--limit", &message_bytes_max, "Octets d'un message décompressé, au plus"}});
  if (bits < 8 || bits > 15) {
    warn("Erreur : --bits va de 8 à 15.");
    return 2;
  }
  const CtrlC ctrl_c;

  drivers::Settings settings;
  settings.stop_fd = ctrl_c.fd();
  settings.websocket.message_bytes_max = message_bytes_max;
  if (!no_deflate) {
    websocket::DeflateOptions& deflate = settings.websocket.deflate.emplace();
    deflate.server_window_bits_max = deflate.client_window_bits_max = static_cast<int>(bits);
    if (no_context_takeover)
      deflate.server_takeover = deflate.client_takeover = websocket::Takeover::none;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());
  while (ctrl_c.wait_until_readable(listener.fd()))
    echo(listener.accept(), settings);
}
