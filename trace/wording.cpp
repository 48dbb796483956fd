#include "wording.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "drawing.hpp"
#include "visible_text.hpp"

namespace prise::trace {
namespace {

constexpr std::size_t calls_told_max = 60;

std::string several(std::size_t count, std::string_view one, std::string_view more) {
  return fmt::format("{}\u00a0{}", number(count), count < 2 ? one : more);
}

struct Opcode {
  std::string_view name;
  int number;
  std::string_view says;
};

const Opcode* find_opcode(std::string_view name) {
  static constexpr std::array<Opcode, 6> opcodes{
      {{"continuation", 0, "la suite d'un message fragmenté"},
       {"text", 1, "du texte, en UTF-8"},
       {"binary", 2, "des octets quelconques"},
       {"close", 8, "fin de la connexion\u00a0: un code, une raison"},
       {"ping", 9, "«\u00a0êtes-vous là\u00a0?\u00a0»"},
       {"pong", 10, "«\u00a0oui\u00a0»"}}};
  const auto found = std::find_if(opcodes.begin(), opcodes.end(),
                                  [name](const Opcode& opcode) { return opcode.name == name; });
  return found == opcodes.end() ? nullptr : &*found;
}

std::string length_says(std::size_t length) {
  if (length <= 125) return "octets de contenu, dits sur 7 bits";
  return length <= 0xFFFF ? "octets de contenu, dits sur 16 bits, après 126"
                          : "octets de contenu, dits sur 64 bits, après 127";
}

// The four bytes before the payload.
std::string masking_key(const Frame& frame) {
  constexpr std::size_t key_digits = 11;  // "37 fa 21 3d"
  if (frame.header_hex.size() < key_digits) return frame.header_hex;
  return frame.header_hex.substr(frame.header_hex.size() - key_digits);
}

void show(std::string& text) {
  text = visible_text(text);
}

}  // namespace

// Thousands apart, as the French write them.
std::string number(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t place = digits.size(); place > 3; place -= 3)
    digits.insert(place - 3, "\u202f");
  return digits;
}

std::string duration(double seconds) {
  const double milliseconds = std::round(seconds * 1000);
  if (seconds * 1000 < 1) return "moins de 1\u00a0ms";
  if (milliseconds < 1000) return fmt::format("{:.0f}\u00a0ms", milliseconds);
  return decimal(seconds, seconds < 99.95 ? 1 : 0) + "\u00a0s";
}

std::string octets(std::size_t count) {
  return several(count, "octet", "octets");
}

std::string woken_by(const Diagram& diagram, std::size_t waker) {
  return fmt::format("réveillé par {}, appel\u00a0{}",
                     diagram.lanes.at(diagram.events.at(waker).lane).label, waker + 1);
}

std::string arrow_label(const Arrow& arrow) {
  switch (arrow.kind) {
    case ArrowKind::connection:
      return "connexion";
    case ArrowKind::bytes:
      return octets(arrow.bytes);
    case ArrowKind::datagram:
      return "datagramme de " + octets(arrow.bytes);
    case ArrowKind::end:
      return "fin du flux";
    case ArrowKind::lost:
      return octets(arrow.bytes) + (arrow.bytes < 2 ? ", jamais lu" : ", jamais lus");
  }
  return {};
}

// RFC 6455, section 5.2, field by field.
std::vector<FrameField> frame_fields(const Frame& frame) {
  std::vector<FrameField> fields;
  fields.push_back(
      {"fin", "FIN", frame.fin ? "1" : "0",
       frame.fin ? "dernier fragment du message" : "d'autres fragments du message suivent"});
  if (frame.compressed)
    fields.push_back({"rsv", "RSV1", "1", "contenu compressé (permessage-deflate)"});
  const Opcode* opcode = find_opcode(frame.opcode);
  if (opcode == nullptr)
    fields.push_back({"opcode", "opcode", frame.opcode, "inconnu"});
  else
    fields.push_back({"opcode", "opcode", fmt::format("{:x} {}", opcode->number, frame.opcode),
                      std::string(opcode->says)});
  fields.push_back({"mask", "MASK", frame.masked ? "1" : "0",
                    frame.masked ? "contenu masqué, comme tout ce qu'envoie un client"
                                 : "sans masque, comme tout ce qu'envoie un serveur"});
  fields.push_back({"length", "longueur", number(frame.length), length_says(frame.length)});
  if (frame.masked)
    fields.push_back(
        {"key", "clé", masking_key(frame), "chaque octet du contenu est XOR un octet de la clé"});
  if (frame.length > 0)
    fields.push_back({"payload", "contenu", frame.payload_text,
                      frame.masked ? "une fois démasqué" : "tel quel"});
  return fields;
}

std::string description(const Diagram& diagram) {
  const auto waits = std::count_if(diagram.events.begin(), diagram.events.end(),
                                   [](const Event& event) { return event.waited; });
  std::string lanes;
  for (const Lane& lane : diagram.lanes)
    lanes += (lanes.empty() ? "" : ", ") + lane.label;
  std::string text = fmt::format(
      "Diagramme de séquence, le temps va de haut en bas. {}\u00a0: {}. {}, dont {}\u00a0; {} de "
      "l'un à l'autre.",
      several(diagram.lanes.size(), "colonne", "colonnes"), lanes.empty() ? "aucune" : lanes,
      several(diagram.events.size(), "appel système", "appels système"),
      several(static_cast<std::size_t>(waits), "qui attend", "qui attendent"),
      several(diagram.arrows.size(), "flèche", "flèches"));
  const std::size_t told = std::min(diagram.events.size(), calls_told_max);
  for (std::size_t i = 0; i < told; ++i) {
    const Event& event = diagram.events[i];
    text +=
        fmt::format(" {}. {}\u00a0: {}", i + 1, diagram.lanes.at(event.lane).label, event.meaning);
  }
  if (told < diagram.events.size()) {
    text += fmt::format(" Puis {}.",
                        several(diagram.events.size() - told, "autre appel", "autres appels"));
  }
  return text;
}

std::vector<std::string_view> lane_colours(const std::vector<Lane>& lanes) {
  constexpr std::array<std::string_view, 4> others{"client", "third", "fourth", "fifth"};
  std::vector<std::string_view> colours;
  std::size_t next = 0;
  for (const Lane& lane : lanes) {
    if (!lane.first_thread && !colours.empty())
      colours.push_back(colours.back());
    else if (lane.label.rfind("serveur", 0) == 0)
      colours.push_back("server");
    else
      colours.push_back(others[next++ % others.size()]);
  }
  return colours;
}

Diagram with_visible_text(Diagram diagram) {
  show(diagram.title);
  if (diagram.title.empty()) diagram.title = "Trace";
  for (Lane& lane : diagram.lanes) {
    show(lane.label);
    show(lane.program);
  }
  for (Event& event : diagram.events) {
    for (std::string* text : {&event.call, &event.arguments, &event.result, &event.meaning})
      show(*text);
    if (!event.source) continue;
    show(event.source->file);
    show(event.source->text);
  }
  for (Arrow& arrow : diagram.arrows) {
    show(arrow.text);
    show(arrow.hex);
    for (Frame& frame : arrow.frames) {
      for (std::string* text :
           {&frame.opcode, &frame.header_hex, &frame.payload_text, &frame.meaning})
        show(*text);
    }
  }
  for (std::string& note : diagram.notes)
    show(note);
  return diagram;
}

}  // namespace prise::trace
