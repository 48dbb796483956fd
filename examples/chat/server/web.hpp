// What a browser finds at the chat's port, and which pages may open its WebSocket.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "drivers/settings.hpp"

namespace prise::chat {

// The files of `folder`, by path; its index.html is "/". They are read once.
std::map<std::string, drivers::Page, std::less<>> pages_of(const std::filesystem::path& folder);

// "/health".
drivers::Page health_page(std::string json);

// An origin as browsers write it (RFC 6454, section 6.2): without a last slash, nor the scheme's
// own port. "" for what is none.
std::string as_browsers_say(std::string_view origin);

// PROTOCOL.md, « L'origine ».
class OriginRule {
public:
  // `allowed`: of --origin, "https://chat.example".
  OriginRule(bool listens_on_loopback, std::vector<std::string> allowed);
  [[nodiscard]] bool admits(const protocol::RequestHead& request) const;

private:
  [[nodiscard]] bool is_our_host(std::string_view host) const;

  bool listens_on_loopback_;
  std::vector<std::string> allowed_;
  std::string machine_;  // its name
};

bool is_loopback(const net::Address& address);

}  // namespace prise::chat
