// Exercice 21 : négocier la compression. Lire les offres du client, accepter la première qui
// convient, et répondre ce que le serveur accorde : ni plus, ni ce qui n'était pas demandé.
//
// L'énoncé entier est dans README.md, à la section « Exercice ». Vérifiez avec : ./prise check 21

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/http_head.hpp"
#include "protocol/websocket/accept_key.hpp"

using namespace prise;

constexpr std::string_view extensions = "Sec-WebSocket-Extensions";

// Ce que veut le serveur, quoi que demande le client.
struct Policy {
  bool no_context_takeover = false;  // dans les deux sens
  int server_bits = 15;              // la fenêtre du serveur : 2^bits octets au plus
  int client_bits = 15;              // celle qu'il souhaite au client
};

// TODO 1 : protocol::list_items(fields, extensions) rend les offres une à une, dans l'ordre, de
//          toutes les lignes. Découpez chacune : un nom, puis « ; nom », « ; nom=valeur » ou
//          « ; nom="valeur" », des blancs autour. protocol::is_token dit si un nom ou une
//          valeur est un mot ; si l'un n'en est pas un, rendez std::nullopt.
// TODO 2 : une offre convient si elle s'appelle permessage-deflate et si chacun de ses
//          paramètres est connu, n'est là qu'une fois, et a la valeur qu'il doit avoir : voyez
//          le tableau de l'énoncé.
// TODO 3 : à la première qui convient, répondez « permessage-deflate », suivi de ce que le
//          serveur accorde. Aucune ne convient : rendez "".
// TODO 4 : tenez compte de policy.
//
// Rend la valeur de Sec-WebSocket-Extensions ; "" : aucune offre ne convient, et il n'y aura pas
// de compression ; std::nullopt : une offre est mal écrite, et le handshake est refusé.
std::optional<std::string> negotiate(const protocol::HeaderFields& fields,
                                     [[maybe_unused]] const Policy& policy) {
  return std::string(protocol::field_value(fields, extensions));
}

// --- À partir d'ici, rien à changer.

// Un client, de sa demande à la réponse. Personne ne se parlera après.
void serve(net::Stream& client, const Policy& policy) {
  using Outcome = protocol::HeadParse<protocol::RequestHead>::Outcome;
  std::string bytes;
  auto parse = protocol::parse_request_head(bytes);
  while (parse.outcome == Outcome::more) {
    const std::string arrived = client.receive_some(1024);
    if (arrived.empty()) return;
    bytes += arrived;
    parse = protocol::parse_request_head(bytes);
  }
  const auto key = protocol::field_value(parse.head.fields, "Sec-WebSocket-Key");
  const bool good = parse.outcome == Outcome::value && websocket::is_key(key);
  const auto agreed = good ? negotiate(parse.head.fields, policy) : std::nullopt;
  if (agreed) {
    std::string response =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket::accept_key(key) + "\r\n";
    if (!agreed->empty()) response += std::string(extensions) + ": " + *agreed + "\r\n";
    client.send_all(response + "\r\n");
    say("Accordé : {}", agreed->empty() ? "aucune extension" : *agreed);
  } else {
    client.send_all("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    say("Refusé : 400");
  }
  client.shutdown_sending();  // fermer avec des octets non lus couperait la connexion (leçon 07)
  client.receive_all(64 * 1024);
}

int main(int argc, char** argv) {
  Policy policy;
  std::size_t server_bits = 15, client_bits = 15;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--no-context-takeover", &policy.no_context_takeover,
                      "Un contexte neuf à chaque message, dans les deux sens"},
                     {"--server-bits", &server_bits, "Fenêtre du serveur, 2^bits octets au plus"},
                     {"--client-bits", &client_bits, "Celle du client, de même"}});
  policy.server_bits = static_cast<int>(std::clamp<std::size_t>(server_bits, 8, 15));
  policy.client_bits = static_cast<int>(std::clamp<std::size_t>(client_bits, 8, 15));

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    try {
      serve(client, policy);
    } catch (const std::system_error& error) {  // un client qui disparaît ne prive pas le suivant
      const bool gone = error.code() == std::errc::connection_reset ||
                        error.code() == std::errc::broken_pipe ||
                        error.code() == std::errc::not_connected;
      if (!gone) throw;
    }
  }
}
