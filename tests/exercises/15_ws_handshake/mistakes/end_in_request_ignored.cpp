// Mistake: the end of the stream in the middle of a request is not seen.
#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/http_head.hpp"

using namespace prise;

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// Les 20 octets du SHA-1 d'un texte : des octets quelconques, pas un texte.
std::string sha1(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned count = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &count, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL n'a pas voulu calculer le SHA-1.");
  return std::string(digest.begin(), digest.begin() + count);
}

// Des octets en base64 : quatre caractères pour trois octets.
std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL y ajoute un zéro final
  const int count = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

using protocol::HeaderFields;

std::string accept_for(std::string_view key) {
  return base64(sha1(std::string(key) + std::string(guid)));
}

// 16 octets font 22 caractères de base64, et deux '=' pour arriver à un multiple de quatre.
bool is_key(std::string_view key) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") &&
         key.substr(0, 22).find_first_not_of(alphabet) == std::string_view::npos;
}

// « keep-alive, Upgrade » contient Upgrade : c'est une liste, et la casse n'y compte pas.
bool lists(const HeaderFields& fields, std::string_view name, std::string_view token) {
  const auto items = protocol::list_items(fields, name);
  return std::any_of(items.begin(), items.end(), [token](std::string_view item) {
    return protocol::equal_ignoring_case(item, token);
  });
}

// Le statut du refus ; 101 : il n'y a rien à redire.
int judge(const protocol::RequestHead& request) {
  const HeaderFields& fields = request.fields;
  if (request.method != "GET") return 405;
  if (request.minor_version < 1) return 400;
  if (protocol::count_fields(fields, "Host") != 1) return 400;
  if (!lists(fields, "Upgrade", "websocket")) return 426;
  if (!lists(fields, "Connection", "Upgrade")) return 400;
  if (protocol::count_fields(fields, "Sec-WebSocket-Key") != 1) return 400;
  if (!is_key(protocol::field_value(fields, "Sec-WebSocket-Key"))) return 400;
  if (protocol::count_fields(fields, "Sec-WebSocket-Version") != 1) return 426;
  if (protocol::field_value(fields, "Sec-WebSocket-Version") != "13") return 426;
  return 101;
}

void refuse(net::Stream& client, int status) {
  std::string response = fmt::format("HTTP/1.1 {} Refus\r\n", status);
  if (status == 426) response += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  client.send_all(response + "Content-Length: 0\r\nConnection: close\r\n\r\n");
  say("Refusé : {}", status);
  client.shutdown_sending();  // fermer avec des octets non lus couperait la connexion (leçon 07)
  client.receive_all(64 * 1024);
}

void accept(net::Stream& client, const HeaderFields& fields) {
  const std::string proof = accept_for(protocol::field_value(fields, "Sec-WebSocket-Key"));
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      proof + "\r\n";
  if (lists(fields, "Sec-WebSocket-Protocol", "chat"))
    response += "Sec-WebSocket-Protocol: chat\r\n";
  client.send_all(response + "\r\n");
  say("Accepté : {}", proof);
}

// Un client, de sa demande à son départ.
void serve(net::Stream& client) {
  using Outcome = protocol::HeadParse<protocol::RequestHead>::Outcome;
  std::string bytes;
  auto parse = protocol::parse_request_head(bytes);
  while (parse.outcome == Outcome::more) {
    const std::string arrived = client.receive_some(1024);
    bytes += arrived;
    parse = protocol::parse_request_head(bytes);
  }
  const int status =
      parse.outcome == Outcome::broken ? protocol::status_of(parse.fault) : judge(parse.head);
  if (status != 101) return refuse(client, status);

  accept(client, parse.head.fields);
  std::size_t after = bytes.size() - parse.head_bytes;  // déjà arrivés, avec la demande
  while (true) {
    const std::size_t more = client.receive_some(4096).size();
    if (more == 0) break;
    after += more;
  }
  say("Octets après la demande : {}", after);
}

// --- À partir d'ici, rien à changer.

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 8765});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    say("Connexion de {}", client.peer());
    try {
      serve(client);
    } catch (const std::system_error& error) {  // un client qui disparaît ne prive pas le suivant
      const bool gone = error.code() == std::errc::connection_reset ||
                        error.code() == std::errc::broken_pipe ||
                        error.code() == std::errc::not_connected;
      if (!gone) throw;
      say("Le client a coupé la connexion.");
    }
  }
}
