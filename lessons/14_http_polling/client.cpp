// Point:  an HTTP request is text, and so is the beginning of its response: here are both, whole.
// New:    a request written by hand; the length that says where the response ends.
// Kept:   send_all (lesson 03), a length that announces (lesson 08).
// Try:    client /; client /nulle/part; --method POST; --method HEAD; the same with curl -v.

#include <algorithm>
#include <string>
#include <string_view>

#include "console.hpp"
#include "exchange.hpp"
#include "options.hpp"

using namespace prise;

void say_lines(const std::string& before, std::string_view text, std::string_view line_end) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find(line_end));
    say("{}{}{}", before, before.empty() || line.empty() ? "" : " ", line);
    text.remove_prefix(std::min(line.size() + line_end.size(), text.size()));
  }
}

int main(int argc, char** argv) {
  std::string path = "/price", method = "GET";
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"path", &path, "Ce qui est demandé"}, {"--method", &method, "La méthode de la requête"}});

  HttpClient client(net::resolve(options.host, options.port).front(), AfterAnswer::close);
  const std::string request = client.request_text(method, path);
  const auto response = client.exchange(request, method);
  say_lines(">", request, "\r\n");
  if (!response) {
    warn("Erreur : ce qui a répondu là ne parle pas HTTP, ou s'est arrêté au milieu.");
    return 1;
  }
  say_lines("<", response->head + "\r\n", "\r\n");
  say_lines("", response->body, "\n");
}
