// Point:  a WebSocket begins as an HTTP request: the server proves that it understood, or refuses.
// New:    the key, the GUID, SHA-1 and base64; 101; the refusals of RFC 6455 section 4.2.
// Kept:   the head of a request (lesson 14), one client after another (lesson 03).
// Try:    client --version 8; client --without Upgrade; curl -i http://127.0.0.1:8765/

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "proof.hpp"
#include "protocol/http_head.hpp"
#include "shown_head.hpp"

using namespace prise;
using protocol::count_fields, protocol::field_value;

struct Refusal {
  int status;
  std::string_view reason;  // the status in words, as HTTP writes it
  std::string_view why;
};

// Does one of the fields of this name list the token? "keep-alive, Upgrade" lists Upgrade.
bool lists(const protocol::HeaderFields& fields, std::string_view name, std::string_view token) {
  const auto items = protocol::list_items(fields, name);
  return std::any_of(items.begin(), items.end(), [token](std::string_view item) {
    return protocol::equal_ignoring_case(item, token);
  });
}

// 16 bytes in base64: 22 characters, and two '=' to make it a multiple of four.
bool looks_like_a_key(std::string_view key) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") &&
         key.substr(0, 22).find_first_not_of(alphabet) == std::string_view::npos;
}

// What the request lacks, in the order of RFC 6455 section 4.2.1; nullopt: nothing.
std::optional<Refusal> judge(const protocol::RequestHead& request) {
  const auto& fields = request.fields;
  if (request.method != "GET") return Refusal{405, "Method Not Allowed", "il faut GET"};
  if (request.minor_version < 1) return Refusal{400, "Bad Request", "il faut HTTP/1.1"};
  if (count_fields(fields, "Host") != 1) return Refusal{400, "Bad Request", "il faut un Host"};
  if (!lists(fields, "Upgrade", "websocket"))
    return Refusal{426, "Upgrade Required", "il faut « Upgrade: websocket »"};
  if (!lists(fields, "Connection", "Upgrade"))
    return Refusal{400, "Bad Request", "il faut « Connection: Upgrade »"};
  if (count_fields(fields, "Sec-WebSocket-Key") != 1)
    return Refusal{400, "Bad Request", "il faut un Sec-WebSocket-Key, et un seul"};
  if (!looks_like_a_key(field_value(fields, "Sec-WebSocket-Key")))
    return Refusal{400, "Bad Request", "Sec-WebSocket-Key n'est pas fait de 16 octets en base64"};
  if (count_fields(fields, "Sec-WebSocket-Version") != 1 ||
      field_value(fields, "Sec-WebSocket-Version") != "13")
    return Refusal{426, "Upgrade Required", "il faut « Sec-WebSocket-Version: 13 »"};
  return std::nullopt;
}

void answer(net::Stream& client, const std::string& response) {
  client.send_all(response);
  show_head("Réponse envoyée :", response);
}

void refuse(net::Stream& client, const Refusal& refusal) {
  say("Refusé : {}.", refusal.why);
  const std::string body = std::string(refusal.why) + "\n";
  std::string response = fmt::format("HTTP/1.1 {} {}\r\n", refusal.status, refusal.reason);
  if (refusal.status == 405) response += "Allow: GET\r\n";
  if (refusal.status == 426)  // section 4.4: which version would do
    response += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  response += "Content-Type: text/plain; charset=utf-8\r\n";
  response += fmt::format("Content-Length: {}\r\nConnection: close\r\n\r\n", body.size());
  answer(client, response + body);
}

void accept(net::Stream& client, std::string_view key, const std::vector<std::string>& without) {
  const std::string key_and_guid = std::string(key) + std::string(guid);
  const std::string digest = sha1(key_and_guid);
  say("Clé reçue  : {}", key);
  say("Clé + GUID : {}", key_and_guid);
  say("SHA-1      : {}", hex(digest));
  say("En base64  : {}", base64(digest));
  answer(client, head_without(without, "HTTP/1.1 101 Switching Protocols",
                              {{"Upgrade", "websocket"},
                               {"Connection", "Upgrade"},
                               {"Sec-WebSocket-Accept", base64(digest)}}));
  say("Handshake terminé : cette connexion ne parle plus HTTP.");
}

void serve(net::Stream& client, const std::vector<std::string>& without) {
  using Outcome = protocol::HeadParse<protocol::RequestHead>::Outcome;
  std::string bytes;
  auto parse = protocol::parse_request_head(bytes);
  while (parse.outcome == Outcome::more) {  // a head over 16 KiB is broken, and so this ends
    const std::string arrived = client.receive_some(1024);
    if (arrived.empty()) return say("Le client est parti avant la fin de sa demande.");
    bytes += arrived;
    parse = protocol::parse_request_head(bytes);
  }
  if (parse.outcome == Outcome::broken)
    return refuse(client, {400, "Bad Request", "ce n'est pas une demande HTTP"});

  show_head("Demande reçue :", bytes.substr(0, parse.head_bytes));
  if (const auto refusal = judge(parse.head))
    refuse(client, *refusal);
  else
    accept(client, field_value(parse.head.fields, "Sec-WebSocket-Key"), without);
  // Closing with bytes unread would cut the connection, and perhaps our answer with it (lesson 07):
  // we say that we are done, and read until the client is.
  client.shutdown_sending();
  client.receive_all(64 * 1024);
}

int main(int argc, char** argv) {
  std::vector<std::string> without;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--without", &without, "En-têtes à oublier dans la réponse 101"}});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    say("Connexion de {}", client.peer());
    try {
      serve(client, without);
    } catch (const std::system_error&) {  // its failure is not that of the next one
      say("Le client a coupé la connexion.");
    }
  }
}
