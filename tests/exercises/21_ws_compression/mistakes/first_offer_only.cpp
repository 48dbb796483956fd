// Mistake: the first offer decides, the others are only read.
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

struct Parameter {
  std::string_view name;
  std::optional<std::string_view> value;  // sans ses guillemets
};

struct Offer {
  std::string_view name;
  std::vector<Parameter> parameters;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// « nom », « nom=valeur » ou « nom="valeur" ». Rien : c'est mal écrit.
std::optional<Parameter> parameter_in(std::string_view text) {
  const std::size_t equals = text.find('=');
  Parameter parameter{trimmed(text.substr(0, equals)), std::nullopt};
  if (!protocol::is_token(parameter.name)) return std::nullopt;
  if (equals == text.npos) return parameter;
  std::string_view value = trimmed(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  if (!protocol::is_token(value)) return std::nullopt;
  parameter.value = value;
  return parameter;
}

std::optional<Offer> offer_in(std::string_view text) {
  std::size_t semicolon = text.find(';');
  Offer offer{trimmed(text.substr(0, semicolon)), {}};
  if (!protocol::is_token(offer.name)) return std::nullopt;
  while (semicolon != text.npos) {
    text.remove_prefix(semicolon + 1);
    semicolon = text.find(';');
    const auto parameter = parameter_in(text.substr(0, semicolon));
    if (!parameter) return std::nullopt;
    offer.parameters.push_back(*parameter);
  }
  return offer;
}

// « 8 » à « 15 », sans zéro devant ni rien d'autre : comparer les textes suffit.
std::optional<int> bits_in(const Parameter& parameter) {
  for (int bits = 8; bits <= 15; ++bits)
    if (parameter.value == std::to_string(bits)) return bits;
  return std::nullopt;
}

// La réponse à une offre. Rien : elle ne convient pas.
std::optional<std::string> answer_to(const Offer& offer, const Policy& policy) {
  if (offer.name != "permessage-deflate") return std::nullopt;
  bool server_fresh = policy.no_context_takeover, client_fresh = policy.no_context_takeover;
  std::optional<int> server_bits, client_bits;
  std::set<std::string_view> seen;
  for (const Parameter& parameter : offer.parameters) {
    const auto bits = bits_in(parameter);
    if (!seen.insert(parameter.name).second) return std::nullopt;
    if (parameter.name == "server_no_context_takeover" && !parameter.value)
      server_fresh = true;
    else if (parameter.name == "client_no_context_takeover" && !parameter.value)
      client_fresh = true;
    else if (parameter.name == "server_max_window_bits" && bits)
      server_bits = bits;
    else if (parameter.name == "client_max_window_bits" && (bits || !parameter.value))
      client_bits = bits.value_or(15);  // sans valeur : « comme vous voudrez »
    else
      return std::nullopt;
  }

  std::string answer(offer.name);
  if (server_fresh) answer += "; server_no_context_takeover";
  if (client_fresh) answer += "; client_no_context_takeover";
  const int server_granted = std::min(server_bits.value_or(15), policy.server_bits);
  if (server_bits || server_granted < 15)
    answer += fmt::format("; server_max_window_bits={}", server_granted);
  // Sans ce paramètre dans l'offre, le client ne saurait pas obéir (RFC 7692 §7.1.2.2).
  const int client_granted = std::min(client_bits.value_or(15), policy.client_bits);
  if (client_bits && client_granted < 15)
    answer += fmt::format("; client_max_window_bits={}", client_granted);
  return answer;
}

std::optional<std::string> negotiate(const protocol::HeaderFields& fields, const Policy& policy) {
  // Une virgule ne peut pas se trouver entre guillemets : il n'y a là qu'un mot (RFC 6455 §9.1).
  std::optional<std::string> agreed;
  for (const std::string_view item : protocol::list_items(fields, extensions)) {
    const auto offer = offer_in(item);
    if (!offer) return std::nullopt;
    if (!agreed) agreed = answer_to(*offer, policy).value_or("");
  }
  return agreed.value_or("");
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
