// The diagram as lines of text: a column for each lane, and on the right what each call does. A
// call that slept has two places: where it began, and where it came back; between them its lane is
// dotted.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>

#include "show/order.hpp"
#include "show/show.hpp"
#include "show/text_columns.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

constexpr std::size_t time_columns = 9;
constexpr std::size_t hex_bytes_shown = 16;

// The lanes' part of one line, a glyph for each column.
class Canvas {
public:
  Canvas(std::size_t columns, bool colours)
      : glyphs_(columns, " "), styles_(columns), colours_(colours) {}

  void put(std::size_t column, const std::string& text, const std::string& style) {
    for (const std::string& glyph : glyphs_of(text)) {
      if (column >= glyphs_.size()) return;
      glyphs_[column] = glyph;
      styles_[column] = style;
      ++column;
    }
  }

  std::string text() const {
    std::string line, style;
    for (std::size_t i = 0; i < glyphs_.size(); ++i) {
      if (colours_ && styles_[i] != style) {
        style = styles_[i];
        line += "\033[0m" + (style.empty() ? "" : "\033[" + style + "m");
      }
      line += glyphs_[i];
    }
    return line + (style.empty() ? "" : "\033[0m");
  }

private:
  std::vector<std::string> glyphs_;
  std::vector<std::string> styles_;
  bool colours_;
};

class TerminalView {
public:
  TerminalView(const Diagram& diagram, const TerminalSettings& settings, std::ostream& out)
      : diagram_(diagram), settings_(settings), out_(out) {
    const std::size_t lanes = std::max<std::size_t>(diagram.lanes.size(), 1);
    cell_ = std::clamp<std::size_t>((width() * 45 / 100 - time_columns) / lanes, 8, 18);
    text_columns_ = std::max<std::size_t>(24, width() - std::min(width(), lanes_end()));
    arrivals_.resize(diagram.events.size());
    losses_.resize(diagram.events.size());
    for (const Arrow& arrow : diagram.arrows)
      (arrow.to ? arrivals_[*arrow.to] : losses_[arrow.from]).push_back(&arrow);
  }

  void show() {
    for (const std::string& line : wrapped(diagram_.title, width()))
      out_ << styled("1", line) << "\n";
    out_ << "\n";
    header();
    for (const Moment& moment : moments_in_order(diagram_))
      row(moment);
    header();
    for (const std::string& note : diagram_.notes)
      for (const std::string& line : wrapped(note, width()))
        out_ << line << "\n";
  }

private:
  std::size_t width() const { return static_cast<std::size_t>(std::max(settings_.width, 60)); }
  std::size_t lanes_end() const { return time_columns + cell_ * diagram_.lanes.size() + 1; }
  std::size_t begin_of(std::size_t lane) const { return time_columns + lane * cell_; }
  std::size_t line_of(std::size_t lane) const { return begin_of(lane) + 1; }

  std::string styled(const std::string& style, const std::string& text) const {
    return settings_.colours ? "\033[" + style + "m" + text + "\033[0m" : text;
  }
  static std::string colour_of(std::size_t lane) {
    static constexpr std::array colours{"36", "33", "35", "32", "34", "31"};
    return colours[lane % colours.size()];
  }

  void header() {
    Canvas first(lanes_end(), settings_.colours), second(lanes_end(), settings_.colours);
    bool two = false;
    for (std::size_t i = 0; i < diagram_.lanes.size(); ++i) {
      const std::string& label = diagram_.lanes[i].label;
      const std::size_t comma = label.find(", ");  // « serveur, fil 2 »
      first.put(begin_of(i), shortened(label.substr(0, comma), cell_ - 1), "1;" + colour_of(i));
      if (comma == std::string::npos) continue;
      second.put(begin_of(i), shortened(label.substr(comma + 2), cell_ - 1), "1;" + colour_of(i));
      two = true;
    }
    out_ << first.text() << "\n";
    if (two) out_ << second.text() << "\n";
  }

  // The lines of the lanes as they are at a moment: none before a lane's first event and after its
  // last, dotted where it sleeps.
  Canvas lines_at(double at) const {
    Canvas canvas(lanes_end(), settings_.colours);
    std::vector<double> first(diagram_.lanes.size(), 1e18), last(diagram_.lanes.size(), -1);
    std::vector<bool> sleeps(diagram_.lanes.size());
    for (const Event& event : diagram_.events) {
      first[event.lane] = std::min(first[event.lane], event.began);
      last[event.lane] = std::max(last[event.lane], event.ended);
      const bool open = event.outcome == Outcome::unfinished && event.waited;
      if (event.waited && event.began <= at && (at < event.ended || open))
        sleeps[event.lane] = true;
    }
    for (std::size_t i = 0; i < diagram_.lanes.size(); ++i)
      if (first[i] <= at && at <= last[i])
        canvas.put(line_of(i), sleeps[i] ? "┊" : "│", sleeps[i] ? "2" : colour_of(i));
    return canvas;
  }

  void row(const Moment& moment) {
    const Event& event = diagram_.events[moment.event];
    const bool begins_only = moment.part == Moment::Part::begin;
    const bool sleeps = event.waited && begins_only;
    const double at = moment.part == Moment::Part::end ? event.ended : event.began;
    const std::vector<const Arrow*>& arrivals = arrivals_[moment.event];
    for (std::size_t i = 1; !begins_only && i < arrivals.size(); ++i) {
      Canvas canvas = lines_at(at);
      draw(canvas, *arrivals[i], line_of(event.lane));
      line(canvas, "", styled("2", shortened(bytes_of(*arrivals[i]), text_columns_)));
    }
    Canvas canvas = lines_at(at);
    const std::string name = shortened(event.call, cell_ - (sleeps ? 3 : 1)) + (sleeps ? " …" : "");
    if (!begins_only && !arrivals.empty())
      draw(canvas, *arrivals.front(), begin_of(event.lane) + columns_of(name));
    canvas.put(begin_of(event.lane), name, (event.outcome == Outcome::failed ? "1;31" : "1"));
    const std::string time = fmt::format("{:>7.1f} ", at * 1000);
    const std::vector<std::string> texts = texts_of(moment, sleeps);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (i == 0)
        line(canvas, time, texts[i]);
      else
        line(lines_at(at), "", texts[i]);
    }
  }

  void line(Canvas canvas, const std::string& time, const std::string& text) {
    canvas.put(0, time, "2");
    std::string whole = canvas.text() + text;
    while (whole.ends_with(' '))
      whole.pop_back();
    out_ << whole << "\n";
  }

  // From the lane of its sender to the place of the receiver's name.
  void draw(Canvas& canvas, const Arrow& arrow, std::size_t end_of_name) const {
    const std::size_t from = line_of(diagram_.events[arrow.from].lane);
    const std::size_t to_lane = diagram_.events[*arrow.to].lane;
    const std::string style = arrow.kind == ArrowKind::end ? "31" : "1;37";
    const bool rightwards = from < begin_of(to_lane);
    if (from == line_of(to_lane)) return;  // to itself: the text says it
    const std::size_t begin = rightwards ? from + 1 : end_of_name + 1;
    const std::size_t end = rightwards ? begin_of(to_lane) - 1 : from;
    for (std::size_t column = begin; column < end; ++column)
      canvas.put(column, "─", style);
    if (end > begin) canvas.put(rightwards ? end - 1 : begin, rightwards ? "►" : "◄", style);
    canvas.put(from, rightwards ? "├" : "┤", style);
    for (const std::string& label : labels_of(arrow)) {
      if (end < begin + columns_of(label) + 4) continue;
      canvas.put(begin + (end - begin - columns_of(label) - 2) / 2, " " + label + " ", style);
      break;
    }
  }

  // The longest first.
  static std::vector<std::string> labels_of(const Arrow& arrow) {
    if (arrow.kind == ArrowKind::connection) return {"connexion", "conn"};
    if (arrow.kind == ArrowKind::end) return {"fin du flux", "fin"};
    return {octets(arrow.bytes), fmt::format("{} o", arrow.bytes), fmt::format("{}", arrow.bytes)};
  }

  static std::string bytes_of(const Arrow& arrow) {
    if (arrow.hex.empty()) return "";
    return arrow.hex.substr(0, hex_bytes_shown * 3 - 1) +
           (arrow.bytes > hex_bytes_shown ? " …" : "");
  }

  // What stands to the right of a moment, line by line.
  std::vector<std::string> texts_of(const Moment& moment, bool sleeps) const {
    const Event& event = diagram_.events[moment.event];
    std::vector<std::string> lines;
    const auto add = [&](const std::string& text, const std::string& style) {
      for (const std::string& one : wrapped(text, text_columns_))
        lines.push_back(style.empty() ? one : styled(style, one));
    };
    const bool plain = event.call == "affiche" || event.call == "lit";
    std::string call = event.call + (plain ? " " : "(") + event.arguments + (plain ? "" : ")");
    if (sleeps) {
      add(event.awaited.empty() ? call + " dort…" : "attend " + event.awaited + "…", "1");
      return lines;
    }
    if (!event.result.empty()) call += " = " + event.result;
    if (event.waited && event.outcome != Outcome::unfinished)
      call += ", après " + duration(event.ended - event.began);
    add(call, plain ? "32" : "1");
    if (!plain) add(event.meaning, "");
    if (event.source && !plain)
      add(shortened(
              fmt::format("{}:{}  {}", event.source->file.substr(event.source->file.rfind('/') + 1),
                          event.source->line, event.source->text),
              text_columns_),
          "2");
    for (const Arrow* arrow : arrivals_[moment.event])
      frames(*arrow, add);
    if (!arrivals_[moment.event].empty())
      if (const std::string hex = bytes_of(*arrivals_[moment.event].front()); !hex.empty())
        add(hex, "2");
    for (const Arrow* arrow : losses_[moment.event])
      add(fmt::format("perdu : {} octets que personne n'a lus", arrow->bytes), "31");
    return lines;
  }

  template <class Add>
  static void frames(const Arrow& arrow, const Add& add) {
    for (const Frame& frame : arrow.frames)
      add(fmt::format("trame [{}] {}{}", frame.header_hex, frame.meaning,
                      frame.payload_text.empty() ? "" : " : « " + frame.payload_text + " »"),
          "34");
  }

  const Diagram& diagram_;
  const TerminalSettings& settings_;
  std::ostream& out_;
  std::size_t cell_ = 0;
  std::size_t text_columns_ = 0;
  std::vector<std::vector<const Arrow*>> arrivals_;  // by event
  std::vector<std::vector<const Arrow*>> losses_;
};

}  // namespace

void write_terminal(const Diagram& diagram, const TerminalSettings& settings, std::ostream& out) {
  TerminalView(diagram, settings, out).show();
}

}  // namespace prise::trace
