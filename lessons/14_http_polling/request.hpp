// An HTTP/1.1 request, read by hand (RFC 9112): a head made of lines, then as many bytes of body as
// the head announces. common/protocol/http_head.hpp is what the course keeps of it.
#pragma once

#include <poll.h>
#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

#include "net/stream.hpp"

namespace prise {

constexpr std::size_t head_bytes_max = 8192;  // RFC 9112 section 3 wants 8000 for the first line
constexpr std::size_t body_bytes_max = 65536;

// Names of fields, and the words of most, are the same in capitals (RFC 9110 section 5.1).
inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

struct Field {
  std::string name, value;
};

struct Request {
  std::string method, target;  // "GET", "/price?after=3"
  int minor_version = 0;       // of HTTP/1.x
  std::vector<Field> fields;
  std::string body;
  std::string head;  // as it came, its empty line included

  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(),
        [name](const Field& field) { return equal_ignoring_case(field.name, name); }));
  }
  std::string_view value_of(std::string_view name) const {  // of the first; empty: there is none
    for (const Field& field : fields)
      if (equal_ignoring_case(field.name, name)) return field.value;
    return {};
  }
  // May another request follow on this connection? (RFC 9112 section 9.3)
  bool keeps_open() const {
    return minor_version > 0 && !equal_ignoring_case(value_of("Connection"), "close");
  }
};

// What cannot be answered as asked. `why` is French, for whoever reads the answer.
struct Refusal {
  int status;
  std::string why;
};

inline std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t'))
    text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t'))
    text.remove_suffix(1);
  return text;
}

// What methods and names are made of (RFC 9110 section 5.6.2): no blank, no separator.
inline bool is_token(std::string_view text) {
  constexpr std::string_view allowed =
      "!#$%&'*+-.^_`|~0123456789"
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

inline bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

// Takes what stands before the first `separator` off `text`, and the separator too.
inline std::string_view take_until(std::string_view& text, std::string_view separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return taken;
}

// "GET /price HTTP/1.1": three words, one blank between each (RFC 9112 section 3).
inline std::optional<Refusal> read_first_line(std::string_view line, Request& request) {
  request.method = take_until(line, " ");
  request.target = take_until(line, " ");
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool is_version = line.size() == 8 && line.starts_with("HTTP/") && is_digit(line[5]) &&
                          line[6] == '.' && is_digit(line[7]);
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  const bool target_is_path = request.target.starts_with('/') &&
                              std::all_of(request.target.begin(), request.target.end(), is_visible);
  if (!is_token(request.method) || !target_is_path || !is_version)
    return Refusal{400, "la première ligne n'est pas « MÉTHODE /chemin HTTP/1.1 »"};
  if (line[5] != '1') return Refusal{505, "cette version de HTTP n'est pas parlée ici"};
  request.minor_version = line[7] - '0';
  return std::nullopt;
}

// "Host: localhost:8765": no blank before the colon, any around the value (RFC 9112 section 5).
inline std::optional<Refusal> read_field(std::string_view line, Request& request) {
  const bool has_colon = line.find(':') != std::string_view::npos;
  const std::string_view name = take_until(line, ":");
  if (!has_colon || !is_token(name)) return Refusal{400, "un en-tête n'est pas « Nom: valeur »"};
  request.fields.push_back({std::string(name), std::string(without_blanks(line))});
  return std::nullopt;
}

// How many bytes of body follow the head (RFC 9112 section 6). Two programs that disagree on this
// take each other's bodies for requests: whatever is doubtful is refused.
inline std::variant<std::size_t, Refusal> body_bytes(const Request& request) {
  const std::size_t lengths = request.count("Content-Length");
  const std::string_view digits = request.value_of("Content-Length");
  if (request.count("Transfer-Encoding") > 0) {
    if (lengths > 0) return Refusal{400, "Content-Length et Transfer-Encoding à la fois"};
    return Refusal{501, "Transfer-Encoding n'est pas compris ici"};
  }
  if (lengths == 0) return std::size_t{0};
  if (lengths > 1 || digits.empty() || digits.find_first_not_of("0123456789") != digits.npos)
    return Refusal{400, "Content-Length n'est pas un nombre d'octets"};
  if (digits.size() > 6 || std::stoul(std::string(digits)) > body_bytes_max)
    return Refusal{413, "le corps est trop long"};
  return std::size_t{std::stoul(std::string(digits))};
}

// head: all its lines, each with its CR LF, the empty one included.
inline std::variant<Request, Refusal> parse_head(std::string_view head) {
  Request request;
  request.head = head;
  if (const auto refusal = read_first_line(take_until(head, "\r\n"), request)) return *refusal;
  while (head != "\r\n") {
    const std::string_view line = take_until(head, "\r\n");
    if (has_control_byte(line)) return Refusal{400, "un octet de contrôle dans la tête"};
    if (const auto refusal = read_field(line, request)) return *refusal;
  }
  // A machine may have many names: which one is meant? (RFC 9112 section 3.2)
  if (request.count("Host") > 1 || (request.minor_version > 0 && request.count("Host") == 0))
    return Refusal{400, "il faut un en-tête Host, et un seul"};
  return request;
}

// One request after another on a connection. What has come of the next one is kept (pipelining).
class RequestReader {
public:
  // request_time_max: for a request to come whole, the silence before it included.
  RequestReader(net::Stream& client, std::chrono::seconds request_time_max)
      : client_(&client), request_time_max_(request_time_max) {}

  // Nothing: the client has gone, or stays silent.
  std::optional<std::variant<Request, Refusal>> next() {
    deadline_ = std::chrono::steady_clock::now() + request_time_max_;
    const auto too_slow = [this]() -> std::optional<std::variant<Request, Refusal>> {
      if (gone_ || pending_.empty()) return std::nullopt;
      return Refusal{408, "la requête n'est pas arrivée à temps"};
    };
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos || end + 4 > head_bytes_max) {
      // Judged before the end is there, like a line that is too long (lesson 08).
      if (pending_.size() >= head_bytes_max) return Refusal{431, "la tête est trop longue"};
      if (has_line_without_cr()) return Refusal{400, "une ligne se termine sans CR LF"};
      if (!receive_more()) return too_slow();
    }
    auto parsed = parse_head(std::string_view(pending_).substr(0, end + 4));
    pending_.erase(0, end + 4);
    auto* request = std::get_if<Request>(&parsed);
    if (request == nullptr) return parsed;

    const auto announced = body_bytes(*request);
    if (const auto* refusal = std::get_if<Refusal>(&announced)) return *refusal;
    const std::size_t bytes = std::get<std::size_t>(announced);
    while (pending_.size() < bytes)
      if (!receive_more()) return too_slow();
    request->body = pending_.substr(0, bytes);
    pending_.erase(0, bytes);
    return parsed;
  }

  // What came after the last request.
  const std::string& pending() const { return pending_; }

private:
  // False: nothing more comes, or not in time. One recv is some bytes, not a request.
  bool receive_more() {
    using namespace std::chrono;
    const auto left = ceil<milliseconds>(deadline_ - steady_clock::now()).count();
    pollfd watched{client_->fd(), POLLIN, 0};
    const int ready = poll(&watched, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready == -1 && errno == EINTR) return receive_more();
    if (ready == 0) return false;
    try {
      const std::string arrived = client_->receive_some(4096);
      gone_ = arrived.empty();
      pending_ += arrived;
    } catch (const std::system_error&) {  // a reset: gone, without the forms
      gone_ = true;
    }
    return !gone_;
  }

  bool has_line_without_cr() const {
    for (std::size_t at = pending_.find('\n'); at != std::string::npos;
         at = pending_.find('\n', at + 1))
      if (at == 0 || pending_[at - 1] != '\r') return true;
    return false;
  }

  net::Stream* client_;
  std::chrono::seconds request_time_max_;
  std::chrono::steady_clock::time_point deadline_;
  std::string pending_;
  bool gone_ = false;
};

}  // namespace prise
