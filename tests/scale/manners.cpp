#include "scale/manners.hpp"

namespace prise::scale {
namespace {

constexpr std::size_t many_bytes = 100'000;

std::string half_of(const std::string& whole) {
  return whole.substr(0, whole.size() / 2);
}

std::vector<Manner> made() {
  const std::string asks = request();
  const std::string bytes = message(binary, std::string(many_bytes, '\x7f'));
  const std::string fragments =
      masked_frame(text, "~un, ") + message(ping, "?") + masked_frame(0x80, "deux");
  const std::string too_large("\x82\xff\0\0\0\0\0\x20\0\1\1\2\3\4", 14);
  using enum Departure;
  return {
      {"écoutent", asks, "", says_so},
      {"parlent", asks, message(text, "~Bonjour !") + message(text, "~Il y a quelqu'un ?"),
       says_so},
      {"parlent en fragments", asks, fragments, says_so},
      {.who = "envoient 100 000 octets",
       .first = asks,
       .then = bytes,
       .departure = says_so,
       .bytes_come_back = many_bytes},
      {"raccrochent", asks, "", hangs_up},
      {"raccrochent au milieu d'une trame", asks, half_of(bytes), hangs_up},
      {"se ferment sans attendre", asks, close_message(1000), at_once},
      {"sont tués", asks, message(text, "~Ah"), is_killed},
      {"sont tués au milieu d'une trame", asks, half_of(bytes), is_killed},
      {"demandent une page", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "", shown_out, 426},
      {"ne parlent pas HTTP", "\x16\x03\x01\r\n\r\n", "", shown_out, 400},
      {"ne finissent pas leur requête", half_of(asks), "", shown_out, any},
      {"envoient une trame interdite", asks, masked_frame(0xFF, "?"), shown_out, 101, 1002},
      {"ne masquent pas", asks, "\x81\x01?", shown_out, 101, 1002},
      {"envoient ce qui n'est pas du texte", asks, message(text, "\xC3("), shown_out, 101, 1007},
      {"envoient trop", asks, too_large, shown_out, 101, 1009},
      {"ne finissent pas leur message", asks, half_of(bytes), shown_out, 101, any, false},
      {"ne répondent plus", asks, "", shown_out, 101, any, false},
      {"ne lisent plus", asks, "", shown_out, 101, any, true, true},
  };
}

}  // namespace

const std::vector<Manner>& all_manners() {
  static const std::vector<Manner> manners = made();
  return manners;
}

}  // namespace prise::scale
