// What the two sides agree on before they compress, by hand and from the client's side (RFC 7692
// section 7.1): the offer it writes, the answer it reads. The server's side is the exercise.
#pragma once

#include <fmt/core.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "compressor.hpp"

namespace prise {

// "server" is about messages that the server sends, "client" about the client's.
struct Terms {
  Context server_context = Context::kept, client_context = Context::kept;
  int server_window_bits = 15, client_window_bits = 15;  // 8 to 15: from 256 bytes to 32 KiB
};

inline std::string offer_of(const Terms& wished) {
  std::string offer = "permessage-deflate";
  if (wished.server_context == Context::fresh) offer += "; server_no_context_takeover";
  if (wished.client_context == Context::fresh) offer += "; client_no_context_takeover";
  if (wished.server_window_bits < 15)
    offer += fmt::format("; server_max_window_bits={}", wished.server_window_bits);
  // Without a value: "whatever you want, I can do it". Not there at all would mean "not less than
  // 15" (section 7.1.2.2).
  offer += "; client_max_window_bits";
  if (wished.client_window_bits < 15) offer += fmt::format("={}", wished.client_window_bits);
  return offer;
}

// "8" to "15", and no other spelling: not "08", not "+9" (section 7.1.2.1).
inline std::optional<int> window_bits_in(std::string_view text) {
  for (int bits = 8; bits <= 15; ++bits)
    if (text == std::to_string(bits)) return bits;
  return std::nullopt;
}

inline std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes what stands before the mark, and the mark; all if there is none.
inline std::string_view take_until(char mark, std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(part.size() < rest.size() ? part.size() + 1 : rest.size());
  return trimmed(part);
}

// Nothing: the server answered what was not offered, and the connection must fail (section 7.1).
inline std::optional<Terms> terms_in(std::string_view answer, const Terms& wished) {
  if (take_until(';', answer) != "permessage-deflate") return std::nullopt;
  Terms agreed;
  std::set<std::string_view> seen;
  while (!answer.empty()) {
    std::string_view value = take_until(';', answer);
    const std::string_view name = take_until('=', value);
    const auto bits = window_bits_in(value);
    if (!seen.insert(name).second) return std::nullopt;
    if (name == "server_no_context_takeover" && value.empty())
      agreed.server_context = Context::fresh;
    else if (name == "client_no_context_takeover" && value.empty())
      agreed.client_context = Context::fresh;
    else if (name == "server_max_window_bits" && bits)
      agreed.server_window_bits = *bits;
    else if (name == "client_max_window_bits" && bits)
      agreed.client_window_bits = *bits;
    else
      return std::nullopt;
  }
  // The server may do with less than it was asked, never with more.
  if (wished.server_context == Context::fresh && agreed.server_context == Context::kept)
    return std::nullopt;
  if (agreed.server_window_bits > wished.server_window_bits) return std::nullopt;
  // About our own messages, a server that says nothing leaves us free: we do what we wished.
  if (wished.client_context == Context::fresh) agreed.client_context = Context::fresh;
  agreed.client_window_bits = std::min(agreed.client_window_bits, wished.client_window_bits);
  return agreed;
}

// In words, on one line.
inline std::string text_of(const Terms& terms) {
  const auto side = [](Context context, int window_bits) {
    return fmt::format("contexte {}, fenêtre de {} octets",
                       context == Context::kept ? "gardé" : "neuf", 1 << window_bits);
  };
  return "serveur, " + side(terms.server_context, terms.server_window_bits) + " ; client, " +
         side(terms.client_context, terms.client_window_bits);
}

}  // namespace prise
