// The client's side of HTTP: a request, and its response read by hand (RFC 9112).
#pragma once

#include <strings.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "net/stream.hpp"

namespace prise {

struct Response {
  int status = 0;
  std::string head;  // its lines, each with its CR LF, without the empty one
  std::string body;
};

enum class AfterAnswer { keep_open, close };  // what the client asks for, in Connection

class HttpClient {
public:
  explicit HttpClient(net::Address server, AfterAnswer after = AfterAnswer::keep_open)
      : server_(std::move(server)), after_(after) {}

  std::string request_text(std::string_view method, std::string_view target) const {
    std::string text = std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\n";
    text += "Host: " + server_.host_and_port() + "\r\n";
    if (after_ == AfterAnswer::close) text += "Connection: close\r\n";
    return text + "\r\n";
  }

  // Nothing: what came is no HTTP, or ended in the middle. Throws when nobody answers at all.
  std::optional<Response> get(std::string_view target) {
    const std::string request = request_text("GET", target);
    if (connection_) {
      // A server may close a connection that has been idle, just as we ask again: then the same
      // once more, on a new one. Safe, because GET changes nothing (RFC 9110 section 9.2.2).
      try {
        const auto response = exchange(request, "GET");
        if (response || arrived_ > 0) return response;
      } catch (const std::system_error&) {
      }
      connection_.reset();
    }
    return exchange(request, "GET");
  }

  std::optional<Response> exchange(const std::string& request, std::string_view method) {
    if (!connection_) {
      connection_ = net::Stream::connect(server_);
      ++connections;
    }
    arrived_ = 0;
    pending_.clear();
    ++requests;
    bytes_sent += request.size();
    connection_->send_all(request);
    auto response = read_response(method);
    if (!response || closes(*response)) connection_.reset();
    return response;
  }

  std::uint64_t requests = 0, connections = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;

private:
  static constexpr std::size_t head_bytes_max = 16384, body_bytes_max = 1 << 20;

  bool receive_more() {
    const std::string some = connection_->receive_some(16384);
    arrived_ += some.size();
    bytes_received += some.size();
    pending_ += some;
    return !some.empty();
  }

  std::optional<Response> read_response(std::string_view method) {
    Response response;
    std::size_t end = 0;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
      if (pending_.size() > head_bytes_max || !receive_more()) return std::nullopt;
    response.head = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);

    // "HTTP/1.1 200 OK": the number is for programs, the words after it for people.
    if (!response.head.starts_with("HTTP/1.") || response.head.size() < 12) return std::nullopt;
    const std::string digits = response.head.substr(9, 3);
    if (digits.find_first_not_of("0123456789") != digits.npos) return std::nullopt;
    response.status = std::stoi(digits);

    if (method == "HEAD" || response.status == 204) return response;  // never a body
    const std::string length = field(response, "Content-Length");
    if (length.empty()) {  // then the end of the stream ends it, as in HTTP/1.0
      while (pending_.size() <= body_bytes_max && receive_more()) {
      }
      response.body = std::exchange(pending_, {});
      return response;
    }
    if (length.find_first_not_of("0123456789") != length.npos || length.size() > 6)
      return std::nullopt;
    const std::size_t bytes = std::stoul(length);
    while (pending_.size() < bytes)
      if (!receive_more()) return std::nullopt;
    response.body = pending_.substr(0, bytes);
    return response;
  }

  static std::string field(const Response& response, std::string_view name) {
    std::string_view rest = response.head;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(line.size() + 2);
      if (line.size() <= name.size() || line[name.size()] != ':') continue;
      if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
      const std::string_view value = line.substr(name.size() + 1);
      const std::size_t begin = value.find_first_not_of(" \t");
      if (begin == value.npos) return {};
      return std::string(value.substr(begin, value.find_last_not_of(" \t") - begin + 1));
    }
    return {};
  }

  static bool closes(const Response& response) {
    const std::string length = field(response, "Content-Length");
    return response.head.starts_with("HTTP/1.0") || field(response, "Connection") == "close" ||
           (length.empty() && response.status != 204);
  }

  net::Address server_;
  AfterAnswer after_;
  std::optional<net::Stream> connection_;
  std::string pending_;
  std::size_t arrived_ = 0;  // of the response
};

}  // namespace prise
