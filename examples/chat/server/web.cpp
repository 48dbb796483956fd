#include "web.hpp"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "protocol/websocket/origin.hpp"

namespace prise::chat {

namespace fs = std::filesystem;
using protocol::equal_ignoring_case;

namespace {

struct FileType {
  std::string_view extension, content_type;
};
// A file of another kind is not shown.
constexpr auto file_types = std::to_array<FileType>({
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".txt", "text/plain; charset=utf-8"},
});

// Nothing from elsewhere, no script in the page itself, no frame of another site around it.
constexpr std::string_view page_fields =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cache-Control: no-cache\r\n";

std::string contents_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "host" of "host:port" and "[::1]:port".
std::string host_of(std::string_view authority) {
  if (authority.starts_with('[')) return std::string(authority.substr(1, authority.find(']') - 1));
  return std::string(authority.substr(0, authority.find(':')));
}

// A page can make its own name lead to us (DNS rebinding), but no number.
bool is_ip_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::map<std::string, drivers::Page, std::less<>> pages_of(const fs::path& folder) {
  std::map<std::string, drivers::Page, std::less<>> pages;
  std::error_code missing;
  for (const auto& entry : fs::recursive_directory_iterator(folder, missing)) {
    const std::string extension = entry.path().extension().string();
    const auto* const type =
        std::find_if(file_types.begin(), file_types.end(),
                     [&](const FileType& one) { return one.extension == extension; });
    if (!entry.is_regular_file() || type == file_types.end()) continue;
    const std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
    pages[path] = {std::string(type->content_type), contents_of(entry.path()),
                   std::string(page_fields)};
  }
  const auto index = pages.find("/index.html");
  if (index != pages.end()) pages["/"] = index->second;
  return pages;
}

drivers::Page health_page(std::string json) {
  return {"application/json", std::move(json),
          "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"};
}

bool is_loopback(const net::Address& address) {
  const std::string host = address.host();
  return host == "::1" || host.starts_with("127.") || host.starts_with("::ffff:127.");
}

std::string as_browsers_say(std::string_view origin) {
  const auto scheme_is = [&](std::string_view scheme) {
    return origin.size() > scheme.size() &&
           equal_ignoring_case(origin.substr(0, scheme.size()), scheme);
  };
  const bool encrypted = scheme_is("https://");
  if (!encrypted && !scheme_is("http://")) return {};
  if (origin.ends_with('/')) origin.remove_suffix(1);
  if (origin.find_first_of("/?#@ ", encrypted ? 8 : 7) != std::string_view::npos) return {};
  const std::string_view usual_port = encrypted ? ":443" : ":80";
  if (origin.ends_with(usual_port)) origin.remove_suffix(usual_port.size());
  return std::string(origin);
}

OriginRule::OriginRule(bool listens_on_loopback, std::vector<std::string> allowed)
    : listens_on_loopback_{listens_on_loopback},
      allowed_{std::move(allowed)},
      machine_{machine_name()} {}

bool OriginRule::admits(const protocol::RequestHead& request) const {
  const std::size_t count = protocol::count_fields(request.fields, "Origin");
  if (count != 1) return count == 0;  // none: no browser, and it could lie
  const std::string_view origin = protocol::field_value(request.fields, "Origin");
  const auto is_this = [&](const std::string& one) { return equal_ignoring_case(origin, one); };
  if (std::any_of(allowed_.begin(), allowed_.end(), is_this)) return true;
  if (listens_on_loopback_) return websocket::is_local_origin(origin);
  const std::string_view host = protocol::field_value(request.fields, "Host");
  return websocket::is_own_origin(origin, host) && is_our_host(host);
}

bool OriginRule::is_our_host(std::string_view authority) const {
  const std::string host = host_of(authority);
  if (is_ip_address(host) || equal_ignoring_case(host, "localhost")) return true;
  return !machine_.empty() &&
         (equal_ignoring_case(host, machine_) || equal_ignoring_case(host, machine_ + ".local"));
}

}  // namespace prise::chat
