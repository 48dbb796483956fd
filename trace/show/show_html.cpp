#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "drawing.hpp"
#include "show/layout.hpp"
#include "show/order.hpp"
#include "show/page_files.hpp"
#include "show/show.hpp"
#include "show/svg_drawing.hpp"
#include "visible_text.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

using nlohmann::json;

std::string_view name_of(Outcome outcome) {
  if (outcome == Outcome::unfinished) return "unfinished";
  return outcome == Outcome::failed ? "failed" : "done";
}

std::string duration_of(const Diagram& diagram, const Event& event,
                        std::optional<std::size_t> waker) {
  if (event.outcome == Outcome::unfinished) return "attend encore quand la trace s'arrête";
  if (!event.waited) return "revient aussitôt";
  return "attend " + duration(event.ended - event.began) +
         (waker ? ", " + woken_by(diagram, *waker) : "");
}

json to_json(const Diagram& diagram, const Event& event, std::optional<std::size_t> waker) {
  json value{{"lane", event.lane},
             {"began", event.began},
             {"ended", event.ended},
             {"waited", event.waited},
             {"call", event.call},
             {"arguments", event.arguments},
             {"result", event.result},
             {"meaning", event.meaning},
             {"outcome", name_of(event.outcome)},
             {"duration", duration_of(diagram, event, waker)},
             {"clock", decimal(event.began, 3) + "\u00a0s"},
             {"source", nullptr}};
  if (event.source)
    value["source"] = {
        {"file", event.source->file}, {"line", event.source->line}, {"text", event.source->text}};
  return value;
}

json to_json(const Frame& frame) {
  json fields = json::array();
  for (const FrameField& field : frame_fields(frame))
    fields.push_back(
        {{"role", field.role}, {"name", field.name}, {"value", field.value}, {"says", field.says}});
  return {{"meaning", frame.meaning}, {"header", frame.header_hex}, {"fields", fields}};
}

json to_json(const Arrow& arrow) {
  json frames = json::array();
  for (const Frame& frame : arrow.frames)
    frames.push_back(to_json(frame));
  return {{"from", arrow.from},
          {"to", arrow.to ? json(*arrow.to) : json(nullptr)},
          {"label", arrow_label(arrow)},
          {"bytes", arrow.bytes},
          {"text", arrow.text},
          {"hex", arrow.hex},
          {"frames", frames}};
}

// All that the page's script shows. In ASCII and without '<': it can neither end the element that
// it stands in nor, with U+2028, a line.
std::string data(const Diagram& diagram) {
  json value{{"lanes", json::array()}, {"events", json::array()}, {"arrows", json::array()}};
  const auto colours = lane_colours(diagram.lanes);
  for (std::size_t lane = 0; lane < diagram.lanes.size(); ++lane)
    value["lanes"].push_back({{"label", diagram.lanes[lane].label}, {"colour", colours[lane]}});
  const auto woken_by = wakers(diagram);
  for (std::size_t event = 0; event < diagram.events.size(); ++event)
    value["events"].push_back(to_json(diagram, diagram.events[event], woken_by[event]));
  for (const Arrow& arrow : diagram.arrows)
    value["arrows"].push_back(to_json(arrow));
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

std::string notes(const Diagram& diagram) {
  std::string list;
  for (const std::string& note : diagram.notes)
    list += "<li>" + escaped_for_xml(note) + "</li>\n";
  return list.empty() ? list : "<ul class=\"notes\">\n" + list + "</ul>";
}

// What a policy says of one text: its SHA-256, in base64 (RFC 4648 §4), from hexadecimal.
std::string hash_source(std::string_view sha256) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  unsigned bits = 0, waiting = 0;
  for (const char digit : sha256) {
    bits =
        (bits << 4 | static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10)) & 0x3FF;
    waiting += 4;
    if (waiting < 6) continue;
    waiting -= 6;
    base64 += digits[bits >> waiting & 0x3F];
  }
  base64 += digits[bits << (6 - waiting) & 0x3F];  // 256 bits are 42 digits and four bits more
  return "'sha256-" + base64 + "='";
}

std::string policy() {
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
      hash_source(page_style_sha256), hash_source(page_script_sha256));
}

std::string part(std::string_view name, const Diagram& diagram) {
  if (name == "policy") return policy();
  if (name == "title") return escaped_for_xml(diagram.title);
  if (name == "style") return std::string(page_style);
  if (name == "notes") return notes(diagram);
  if (name == "drawing") return svg_drawing(diagram, lay_out(diagram), Within::page);
  if (name == "trace") return data(diagram);
  return std::string(page_script);
}

}  // namespace

void write_html(const Diagram& diagram, std::ostream& out) {
  const Diagram visible = with_visible_text(diagram);
  std::string_view frame = page_frame;
  for (std::size_t at = frame.find('@'); at != std::string_view::npos; at = frame.find('@')) {
    const std::size_t end = frame.find('@', at + 1);
    out << frame.substr(0, at) << part(frame.substr(at + 1, end - at - 1), visible);
    frame.remove_prefix(end + 1);
  }
  out << frame;
}

}  // namespace prise::trace
