#include <algorithm>
#include <array>

#include "protocol/websocket/handshake.hpp"

namespace prise::websocket {
namespace {

struct Phrase {
  int status;
  std::string_view text;
};

constexpr auto phrases = std::to_array<Phrase>({
    {101, "Switching Protocols"},
    {200, "OK"},
    {204, "No Content"},
    {302, "Found"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
});

std::string response(int status, std::string_view more_fields, std::string_view content_type,
                     std::string_view body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(reason_phrase(status)).append("\r\n").append(more_fields);
  if (!content_type.empty()) text.append("Content-Type: ").append(content_type).append("\r\n");
  text += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  return text.append(body);
}

}  // namespace

std::string_view reason_phrase(int status) {
  const auto* const found = std::find_if(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    return phrase.status == status;
  });
  return found == phrases.end() ? "Status" : found->text;
}

std::string refusal(Rule rule, int status) {
  std::string_view more_fields;
  if (status == 405) more_fields = "Allow: GET\r\n";
  if (status == 426) more_fields = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  std::string body;
  body.append(facts_of(rule).name).append(" (").append(facts_of(rule).section).append(")\n");
  return response(status, more_fields, "text/plain; charset=utf-8", body);
}

std::string plain_response(int status, std::string_view content_type, std::string_view body,
                           std::string_view more_fields) {
  return response(status, more_fields, content_type, body);
}

}  // namespace prise::websocket
