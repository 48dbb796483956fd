// Mistake: names of fields are compared as they are written here.
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t head_bytes_max = 8192;  // la ligne vide comprise

// Ce qui suit la réponse : une autre requête, ou la fin.
enum class Then { keep_open, close };

struct Reply {
  std::string status;  // "404 Not Found"
  Then then = Then::close;
  std::string fields = {};  // des en-têtes de plus, chacun avec son CR LF
  std::string body = {};
};

// Ferme sans rien perdre : fermer sur des octets jamais lus couperait brutalement le client, qui
// n'aurait peut-être pas encore sa réponse (exercice 02).
void part_from(net::Stream& client) {
  client.shutdown_sending();
  const timeval patience{1, 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int i = 0; i < 256 && !client.receive_some(65536).empty(); ++i) {
  }
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left == right;
}

// Retire de text ce qui précède separator, et separator avec.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

// Des en-têtes, ce dont ce serveur a besoin.
struct Fields {
  int hosts = 0;
  bool has_body = false, asks_to_close = false, malformed = false;
};

Fields read_fields(std::string_view lines) {
  Fields fields;
  while (!lines.empty()) {
    std::string_view value = take_until(lines, "\r\n");
    const bool has_colon = value.find(':') != std::string_view::npos;
    const std::string_view name = take_until(value, ":");
    if (!has_colon || name.empty() || name.find(' ') != name.npos) fields.malformed = true;
    while (value.starts_with(' '))
      value.remove_prefix(1);
    while (value.ends_with(' '))
      value.remove_suffix(1);
    if (equal_ignoring_case(name, "Host")) ++fields.hosts;
    if (equal_ignoring_case(name, "Connection") && equal_ignoring_case(value, "close"))
      fields.asks_to_close = true;
    if (equal_ignoring_case(name, "Content-Length") ||
        equal_ignoring_case(name, "Transfer-Encoding"))
      fields.has_body = true;
  }
  return fields;
}

// head : les lignes de la tête, sans la ligne vide, chacune finie par CR LF.
Reply reply_to(std::string_view head, const std::string& text) {
  std::string_view version = take_until(head, "\r\n");
  const std::string_view method = take_until(version, " ");
  const std::string_view target = take_until(version, " ");
  const Fields fields = read_fields(head);
  const bool three_words = !method.empty() && !target.empty() && version.starts_with("HTTP/") &&
                           version.find(' ') == version.npos;
  if (!three_words || fields.malformed) return {"400 Bad Request"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {"505 HTTP Version Not Supported"};
  if (fields.hosts > 1 || (version == "HTTP/1.1" && fields.hosts == 0)) return {"400 Bad Request"};
  if (method != "GET") return {"405 Method Not Allowed", Then::close, "Allow: GET\r\n"};
  if (fields.has_body) return {"400 Bad Request"};

  const bool close = fields.asks_to_close || version == "HTTP/1.0";
  const Then then = close ? Then::close : Then::keep_open;
  if (target != "/") return {"404 Not Found", then};
  return {"200 OK", then, "Content-Type: text/plain; charset=utf-8\r\n", text};
}

std::string response_text(const Reply& reply) {
  std::string response = "HTTP/1.1 " + reply.status + "\r\n" + reply.fields;
  // size compte des octets : un « é » en fait deux.
  response += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  if (reply.then == Then::close) response += "Connection: close\r\n";
  return response + "\r\n" + reply.body;
}

bool has_line_without_cr(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at + 1))
    if (at == 0 || bytes[at - 1] != '\r') return true;
  return false;
}

// La réponse à la prochaine requête ; rien si le client est parti. pending garde ce qui est arrivé
// et n'est pas encore lu : un recv peut donner un morceau de requête, ou plusieurs requêtes.
std::optional<Reply> next_reply(net::Stream& client, std::string& pending,
                                const std::string& text) {
  while (true) {
    const std::size_t end = pending.find("\r\n\r\n");
    // Jugée avant d'être entière : sa fin peut ne jamais venir.
    const std::size_t bytes = end == std::string::npos ? pending.size() + 1 : end + 4;
    if (bytes > head_bytes_max) return Reply{"431 Request Header Fields Too Large"};
    if (end != std::string::npos) {
      const std::string head = pending.substr(0, end + 2);
      pending.erase(0, end + 4);
      if (has_line_without_cr(head)) return Reply{"400 Bad Request"};
      return reply_to(head, text);
    }
    if (has_line_without_cr(pending)) return Reply{"400 Bad Request"};
    const std::string arrived = client.receive_some(4096);
    if (arrived.empty()) return std::nullopt;
    pending += arrived;
  }
}

// Un client, de sa première requête à la fin de la connexion.
void serve(net::Stream& client, const std::string& text) {
  std::string pending;
  while (const auto reply = next_reply(client, pending, text)) {
    say("Réponse : {}", reply->status);
    client.send_all(response_text(*reply));
    if (reply->then == Then::close) return part_from(client);
  }
}

// --- À partir d'ici, rien à changer.

int main(int argc, char** argv) {
  std::string text = "Bientôt l'été !";
  const auto options =
      parse_options(argc, argv, {.port = 8765}, {{"--text", &text, "Le texte que donne GET /"}});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur HTTP en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    try {
      serve(client, text);
    } catch (const std::system_error&) {  // un client qui disparaît ne prive pas le suivant
    }
  }
}
