// Point:  over HTTP only the client may begin: how does it learn that a price has changed?
// New:    an HTTP request read by hand (request.hpp), an answer that waits, a status a fault.
// Kept:   Listener and Stream; bounds on what a peer sends (08); a thread a client (11).
// Try:    curl -v, or a browser, at http://127.0.0.1:8765/; --period 2000; nc -C and your fingers.

#include <algorithm>
#include <charconv>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>

#include "console.hpp"
#include "drivers/blocking.hpp"
#include "feed.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "page.hpp"
#include "request.hpp"

using namespace prise;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds hold_time_max = 20s;  // of a long poll, when nothing happens
constexpr std::ptrdiff_t clients_max = 100;               // at once; the others wait in the queue

struct Reply {
  int status = 200;
  std::string body = {};
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string_view more_fields = {};
};

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    default:
      return "HTTP Version Not Supported";
  }
}

enum class Then { keep_open, close };

std::string response_text(const Reply& reply, Then then, bool with_body) {
  std::string text =
      "HTTP/1.1 " + std::to_string(reply.status) + ' ' + std::string(reason(reply.status)) + "\r\n";
  if (reply.status != 204) {  // which has no body, nor a length of it (RFC 9110 section 8.6)
    text += "Content-Type: " + std::string(reply.content_type) + "\r\n";
    text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";  // bytes, not letters
  }
  text += "Cache-Control: no-store\r\n";  // a price kept by a cache is a price of the past
  text += reply.more_fields;
  if (then == Then::close) text += "Connection: close\r\n";
  text += "\r\n";
  return with_body ? text + reply.body : text;
}

// The number in "/price?after=12"; nothing if it is not one.
std::optional<std::int64_t> number_after(std::string_view target) {
  constexpr std::string_view before = "/price?after=";
  std::int64_t number = 0;
  if (!target.starts_with(before)) return std::nullopt;
  const char* const end = target.data() + target.size();
  const auto [stopped, error] = std::from_chars(target.data() + before.size(), end, number);
  if (error != std::errc() || stopped != end || number < 0) return std::nullopt;
  return number;
}

Reply reply_to(const Request& request, const Feed& feed) {
  if (request.method != "GET" && request.method != "HEAD")
    return {405, "Ici, on ne peut que lire : GET ou HEAD.\n", "text/plain; charset=utf-8",
            "Allow: GET, HEAD\r\n"};
  if (request.target == "/") return {200, std::string(page), "text/html; charset=utf-8"};
  if (request.target == "/price")
    return {200, feed.latest().text()};                    // polling: now, whatever it is
  if (const auto number = number_after(request.target)) {  // long-polling: when there is a new one
    const auto price = feed.newer_than(*number, hold_time_max);
    return price ? Reply{200, price->text()} : Reply{204};
  }
  return {404, "Il n'y a rien à cette adresse.\n"};
}

// Push. All that is HTTP is over after the handshake; lessons 15 to 17 open this box.
void push(net::Stream client, const std::string& received, const Feed& feed) {
  static const drivers::Settings settings;
  auto socket = drivers::WebSocket::accept(std::move(client), settings, received);
  Price price = feed.latest();
  while (socket.is_open() && socket.send_text(price.text())) {
    // A client that leaves says so: nobody else wakes us between two prices.
    socket.receive_within(0ms);
    while (socket.is_open()) {
      const auto next = feed.newer_than(price.number, 1s);
      if (next) price = *next;
      if (next) break;
      socket.receive_within(0ms);
    }
  }
}

// To close on bytes that were not read would reset the connection, and perhaps destroy the answer
// before the client has it (lesson 02's exercise): they are read, a bounded number of them.
void part_from(net::Stream& client) {
  client.shutdown_sending();
  const timeval patience{1, 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (int i = 0; i < 256 && !client.receive_some(65536).empty(); ++i) {
  }
}

void serve(net::Stream client, const Feed& feed, std::chrono::seconds patience) {
  RequestReader reader(client, patience);
  while (const auto asked = reader.next()) {
    if (const auto* refusal = std::get_if<Refusal>(&*asked)) {
      say("{} : {}, {}", client.peer(), refusal->status, refusal->why);
      client.send_all(response_text({refusal->status, refusal->why + "\n"}, Then::close, true));
      return part_from(client);
    }
    const auto& request = std::get<Request>(*asked);
    if (request.target == "/push")
      return push(std::move(client), request.head + reader.pending(), feed);
    const Reply reply = reply_to(request, feed);
    if (reply.status >= 400)
      say("{} : {} {} → {}", client.peer(), request.method, request.target, reply.status);
    const Then then = request.keeps_open() ? Then::keep_open : Then::close;
    client.send_all(response_text(reply, then, request.method != "HEAD"));
    if (then == Then::close) return part_from(client);
  }
}

int main(int argc, char** argv) {
  std::size_t period_milliseconds = 200, seed = 14, patience_seconds = 10;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"--period", &period_milliseconds, "Millisecondes entre deux prix, en moyenne"},
       {"--seed", &seed, "Le tirage des prix : le même donne les mêmes"},
       {"--patience", &patience_seconds, "Secondes laissées à une requête pour arriver entière"}});
  if (period_milliseconds == 0 || period_milliseconds > 60'000) {
    warn("Erreur : --period va de 1 à 60000 ms.");
    return 2;
  }
  const std::chrono::seconds patience(std::min<std::size_t>(patience_seconds, 3600));

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur HTTP en écoute sur le port {}...", listener.address().port());

  Feed feed(std::chrono::milliseconds(period_milliseconds), seed);
  std::thread([&feed] { feed.run(); }).detach();
  std::counting_semaphore<clients_max> places(clients_max);
  while (true) {
    places.acquire();
    std::thread([&feed, &places, patience, client = listener.accept()]() mutable {
      try {
        serve(std::move(client), feed, patience);
      } catch (const std::system_error&) {  // who left in the middle harms nobody else
      }
      places.release();
    }).detach();  // Ctrl-C ends them all: nothing here is worth a farewell
  }
}
