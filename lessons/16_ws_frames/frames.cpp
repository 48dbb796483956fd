// Point:  any bytes, drawn as frames: every bit in its place, and what it means.
// New:    the codec of common/protocol/websocket: the one by hand, made fast, and for any pieces.
// Kept:   the grid that server and client draw.
// Try:    frames 8185 37fa213d 7f9f4d5158; frames 03 00; a recording: --file, or through a pipe.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "explanation.hpp"
#include "grid.hpp"
#include "input.hpp"
#include "options.hpp"
#include "protocol/websocket/close_payload.hpp"
#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/utf8.hpp"

using namespace prise;
using namespace prise::websocket;

// The message whose frames go by.
struct Message {
  Opcode opcode = Opcode::continuation;  // none is being read
  bool compressed = false;
  bool beginning_known = true;
  Utf8Validator utf8 = {};
};

// Its frame's place among those before it (section 5.4). A recording may begin in the middle of a
// message: its first frame may be a continuation, of a kind that nobody knows.
Rule judge_place(const FrameHead& head, Message& message, bool first_data_frame) {
  const bool begins = head.opcode != Opcode::continuation;
  const bool inside = message.opcode != Opcode::continuation;
  if (begins && inside) return Rule::message_inside_message;
  if (!begins && !inside && !first_data_frame) return Rule::continuation_without_message;
  if (begins) message = {head.opcode, head.compressed == Compressed::yes};
  if (!begins && !inside) message = {Opcode::binary, false, false};
  return Rule::none;
}

Rule judge_data(const FrameHead& head, Bytes payload, Message& message) {
  const bool is_text = message.opcode == Opcode::text && !message.compressed;
  const bool last = head.fin == Fin::last;
  show_content(text_of(payload), is_text ? Style::as_text : Style::in_hex);
  if (message.compressed) say("            comprimé, par permessage-deflate (RFC 7692)");
  if (!message.beginning_known) say("            la suite d'un message commencé avant ces octets");
  if (last) message.opcode = Opcode::continuation;
  if (!is_text) return Rule::none;
  if (!message.utf8.append(payload) || (last && !message.utf8.at_boundary()))
    return Rule::text_not_utf8;
  if (!message.utf8.at_boundary())
    say("            un caractère est coupé, sa fin est dans la trame suivante : c'est permis");
  return Rule::none;
}

Rule judge_control(const FrameHead& head, Bytes payload) {
  const bool is_close = head.opcode == Opcode::close;
  show_content(text_of(payload), !is_close && is_utf8(payload) ? Style::as_text : Style::in_hex);
  if (!is_close || payload.empty()) return Rule::none;
  const ClosePayload close = parse_close_payload(payload);
  if (close.rule != Rule::none) return close.rule;
  say("  code      {}", static_cast<unsigned>(close.code));
  if (!close.reason.empty()) say("  raison    « {} »", close.reason);
  return Rule::none;
}

Rule judge_compressed_bit(const FrameHead& head, bool compression_agreed) {
  if (head.compressed == Compressed::no) return Rule::none;
  if (!compression_agreed) return Rule::reserved_bit_set;
  const bool begins = head.opcode == Opcode::text || head.opcode == Opcode::binary;
  return begins ? Rule::none : Rule::compressed_bit_misplaced;
}

struct Reading {
  std::string from;  // who sent the frames: "client", "server", or either
  bool compression_agreed = false;
  Message message = {};
  bool first_data_frame = true;
};

// The head is good, and the payload is there as far as it goes.
Rule judge_frame(const FrameHead& head, Bytes masked, Reading& reading) {
  const Rule rule = judge_compressed_bit(head, reading.compression_agreed);
  if (rule != Rule::none) return rule;
  std::vector<std::byte> payload(masked.begin(), masked.end());
  if (head.masked) {
    explain_unmasking(masked, head.key);
    apply_mask(payload, head.key);
  }
  if (payload.size() < head.payload_bytes) {
    show_content(text_of(payload), Style::in_hex);
    return Rule::none;
  }
  if (is_control(head.opcode)) return judge_control(head, payload);
  const Rule place = judge_place(head, reading.message, reading.first_data_frame);
  reading.first_data_frame = false;
  return place != Rule::none ? place : judge_data(head, payload, reading.message);
}

// Takes one frame off the bytes and says all of it. What is wrong with it, in French; empty:
// nothing.
std::string read_frame(Bytes& rest, Reading& reading) {
  using Outcome = FrameHeadParse::Outcome;
  const bool masked = rest.size() > 1 && (std::to_integer<unsigned>(rest[1]) & 0x80) != 0;
  const bool to_server = reading.from == "client" || (reading.from.empty() && masked);
  const auto parse = parse_frame_head(rest, to_server ? Role::server : Role::client);

  const Bytes after =
      rest.subspan(parse.outcome == Outcome::value ? parse.head_bytes : rest.size());
  const auto there =
      static_cast<std::size_t>(std::min<std::uint64_t>(after.size(), parse.head.payload_bytes));
  const Bytes frame = rest.first(rest.size() - after.size() + there);
  for (const std::string& line : grid_of(text_of(frame)))
    say("{}", line);
  if (there > payload_bytes_drawn)
    say("(Le contenu a {} octets de plus, qui ne sont pas dessinés.)", there - payload_bytes_drawn);
  explain_head(frame);
  rest = rest.subspan(frame.size());

  if (parse.outcome == Outcome::broken) return "interdite : " + explanation_of(parse.rule);
  if (parse.outcome == Outcome::more) return "inachevée : l'en-tête est coupé (RFC 6455 §5.2)";
  const Rule rule = judge_frame(parse.head, after.first(there), reading);
  if (rule != Rule::none) return "interdite : " + explanation_of(rule);
  if (there < parse.head.payload_bytes)
    return fmt::format("inachevée : contenu de {} octets, dont {} sont là (RFC 6455 §5.2)",
                       parse.head.payload_bytes, there);
  return "";
}

int main(int argc, char** argv) {
  std::vector<std::string> words;
  std::string file;
  Reading reading;
  parse_arguments(argc, argv,
                  {{"octets", &words, "Les octets, en hexadécimal ; sans eux, l'entrée standard"},
                   {"--file", &file, "Les lire dans un fichier, en hexadécimal ou tels quels"},
                   {"--from", &reading.from, "Qui les envoie : client (masqués) ou server"},
                   {"--deflate", &reading.compression_agreed, "RSV1 est permis (leçon 21)"}});
  if (!reading.from.empty() && reading.from != "client" && reading.from != "server") {
    warn("Erreur : --from attend client ou server.");
    return 2;
  }
  const Input input = read_input(words, file);
  if (!input.fault.empty()) {
    warn("Erreur : {}", input.fault);
    return 2;
  }

  Bytes rest = bytes_of(input.bytes);
  for (int number = 1; !rest.empty(); ++number) {
    if (number > 1) say("");
    say("Trame {}", number);
    const std::string fault = read_frame(rest, reading);
    if (!fault.empty()) {
      warn("Erreur : trame {} {}.", number, fault);
      return 1;
    }
  }
  if (reading.message.opcode != Opcode::continuation)
    say("\nLe message n'est pas fini : sa dernière trame, avec FIN, n'est pas là.");
}
