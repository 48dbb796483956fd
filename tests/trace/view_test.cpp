// What is drawn, and where: words, order, rows. That the files are what they should be is for
// drawings_test.py and for the browser's test.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "diagrams.hpp"
#include "show/layout.hpp"
#include "show/order.hpp"
#include "show/page_files.hpp"
#include "show/show.hpp"
#include "show/wrap.hpp"
#include "support/catch.hpp"
#include "wording.hpp"

namespace {

using namespace prise::trace;

std::string svg_of(const Diagram& diagram) {
  std::ostringstream out;
  write_svg(diagram, out);
  return out.str();
}

std::string html_of(const Diagram& diagram) {
  std::ostringstream out;
  write_html(diagram, out);
  return out.str();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

std::vector<Diagram> all_diagrams() {
  return {chat_in_turns(), three_clients(), websocket_echo(),  datagrams(),
          one_lane(),      hostile(),       long_exchange(60), Diagram{}};
}

Diagram two_calls(double sent, double taken) {
  Diagram diagram;
  diagram.lanes = {{"serveur", "", true}, {"client", "", true}};
  Event takes{0, taken, taken, false, "recv", "", "", "", Outcome::done, {}};
  Event sends{1, sent, sent, false, "send", "", "", "", Outcome::done, {}};
  diagram.events = {takes, sends};
  diagram.arrows = {{1, 0, ArrowKind::bytes, 1, "a", "61", {}}};
  return diagram;
}

TEST_CASE("durations and quantities are written as the French write them") {
  CHECK(duration(1.24) == "1,2\u00a0s");
  CHECK(duration(0.0034) == "3\u00a0ms");
  CHECK(duration(0.9997) == "1,0\u00a0s");
  CHECK(duration(0.0002) == "moins de 1\u00a0ms");
  CHECK(duration(123.4) == "123\u00a0s");
  CHECK(octets(0) == "0\u00a0octet");
  CHECK(octets(1) == "1\u00a0octet");
  CHECK(octets(1234567) == "1\u202f234\u202f567\u00a0octets");
}

TEST_CASE("a line is never wider than asked, and nothing of the text is lost") {
  const std::string text = "Attend le message du client «\u00a0oui\u00a0», et en reçoit " +
                           std::string(90, 'w') + " octets";
  const auto lines = wrap(text, Face::sans, 14, 200, 50);
  std::string joined;
  for (const std::string& line : lines) {
    CHECK(text_width(line, Face::sans, 14) <= 200);
    joined += line;
  }
  std::string without_spaces = text;
  without_spaces.erase(std::remove(without_spaces.begin(), without_spaces.end(), ' '),
                       without_spaces.end());
  joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
  CHECK(joined == without_spaces);
  CHECK(count(lines[0] + "|" + lines[1], "«\u00a0oui\u00a0»") == 1);
}

TEST_CASE("a text that is cut says so") {
  const auto lines = wrap("un deux trois quatre cinq six sept huit", Face::mono, 10, 60, 2);
  REQUIRE(lines.size() == 2);
  CHECK(lines.back().substr(lines.back().size() - 3) == "…");
  CHECK(text_width(lines.back(), Face::mono, 10) <= 60);
}

TEST_CASE("who waits comes back below what woke it") {
  const Diagram diagram = chat_in_turns();
  const auto moments = moments_in_order(diagram);
  const auto place = [&moments](std::size_t event, Moment::Part part) {
    return std::find_if(moments.begin(), moments.end(), [=](const Moment& moment) {
      return moment.event == event && moment.part == part;
    });
  };
  for (const Arrow& arrow : diagram.arrows)
    CHECK(place(arrow.from, Moment::Part::whole) < place(*arrow.to, Moment::Part::end));
  CHECK(place(3, Moment::Part::begin) <
        place(4, Moment::Part::whole));  // accept waits while the client starts
}

TEST_CASE("what receives stands below what sends, whatever their clocks say") {
  for (const auto& moments :
       {moments_in_order(two_calls(1, 2)), moments_in_order(two_calls(2, 1))}) {
    REQUIRE(moments.size() == 2);
    CHECK(moments.front().event == 1);
  }
}

TEST_CASE("a poll that was woken comes back below what woke it, whatever the clocks say") {
  Diagram diagram = two_calls(1.0001, 1.0003);
  diagram.events.insert(diagram.events.begin(),
                        Event{0, 0, 1, true, "poll", "", "", "", Outcome::done, {}});
  diagram.arrows = {{2, 1, ArrowKind::bytes, 1, "a", "61", {}}};
  const auto order = [](const std::vector<Moment>& moments) {
    std::string calls;
    for (const Moment& moment : moments)
      calls += std::to_string(moment.event);
    return calls;
  };
  CHECK(order(moments_in_order(diagram)) == "0201");  // poll … send, poll comes back, recv
  diagram.events[2].began = 1.1;                      // something else has woken it
  diagram.events[1].began = diagram.events[1].ended = 1.2;
  CHECK(order(moments_in_order(diagram)) == "0021");
}

TEST_CASE("a call that waited says who woke it") {
  const auto of_chat = wakers(chat_in_turns());
  CHECK(of_chat[3] == 5u);            // accept: connect
  CHECK(of_chat[7] == 8u);            // recv: send
  CHECK(of_chat[6] == std::nullopt);  // the keyboard
  const auto of_loop = wakers(three_clients());
  CHECK(of_loop[0] == 1u);  // poll, though it is accept that takes the connection
  CHECK(of_loop[3] == std::nullopt);
  const std::string svg = svg_of(chat_in_turns());
  CHECK(count(svg, ">réveillé par client, appel\u00a06<") == 1);
  CHECK(count(svg, ">réveillé par ") == 5);
}

TEST_CASE("arrows that contradict each other leave every call in the drawing") {
  Diagram diagram = two_calls(1, 2);
  diagram.arrows.push_back({0, 1, ArrowKind::bytes, 1, "b", "62", {}});
  CHECK(moments_in_order(diagram).size() == 2);
  CHECK(count(svg_of(diagram), "id=\"event-") == 2);
}

// They have a lane in common, or stand in the wrong order.
bool overlap(const Row& above, const Row& below) {
  const bool meet = above.first_lane <= below.last_lane && below.first_lane <= above.last_lane;
  return above.top >= below.top || (meet && above.top + above.height > below.top);
}

TEST_CASE("rows do not overlap, and what is in them is within the drawing") {
  for (const Diagram& diagram : all_diagrams()) {
    const Layout layout = lay_out(with_visible_text(diagram));
    for (std::size_t i = 0; i < layout.rows.size(); ++i) {
      const Row& row = layout.rows[i];
      CAPTURE(diagram.title, i);
      CHECK(row.box.height <= row.height);
      CHECK(row.top + row.height <= layout.height);
      CHECK(std::none_of(layout.rows.begin(), layout.rows.begin() + static_cast<std::ptrdiff_t>(i),
                         [&row](const Row& above) { return overlap(above, row); }));
      if (row.kind == Row::Kind::heads) continue;
      CHECK(row.box.x >= 0);
      CHECK(row.box.x + row.box.width <= layout.width);
      for (const FieldBox& field : row.fields) {
        CHECK(field.box.x >= row.box.x);
        CHECK(field.box.x + field.box.width <= row.box.x + row.box.width);
      }
    }
    for (const Route& route : layout.routes) {
      CHECK(route.x_turn > 0);
      CHECK(route.x_turn < layout.width);
      if (route.down_to_row) CHECK(*route.down_to_row > route.row);
    }
  }
}

TEST_CASE("a drawing tells who waits, and how long") {
  const std::string svg = svg_of(chat_in_turns());
  CHECK(count(svg, ">attend 352\u00a0ms<") == 1);
  CHECK(count(svg, ">attend 2,4\u00a0s<") == 2);
  CHECK(count(svg, "class=\"waiting\"") == 9);
  CHECK(count(svg, ">7\u00a0octets<") == 1);
  CHECK(count(svg, ">Salut !<") == 1);
  CHECK(count(svg, ">53 61 6c 75 74 20 21<") == 1);
}

TEST_CASE("joined sends, a call that never came back, and what is lost are in the drawing") {
  const std::string svg = svg_of(three_clients());
  CHECK(count(svg, ">réunit 2 envois<") == 1);
  CHECK(count(svg, ">attend, et ne reviendra pas<") == 1);
  CHECK(count(svg, "jamais lus<") == 1);
  CHECK(count(svg, " cross\"") == 1);
  CHECK(count(svg_of(datagrams()), " cross\"") == 1);
}

TEST_CASE("a frame is drawn field by field") {
  const auto fields = frame_fields(websocket_echo().arrows[3].frames.front());
  std::string shown;
  for (const FrameField& field : fields)
    shown += field.name + "=" + field.value + ";";
  CHECK(shown == "FIN=1;opcode=1 text;MASK=1;longueur=9;clé=37 fa 21 3d;contenu=Bonjour !;");
  CHECK(fields[3].says == "octets de contenu, dits sur 7 bits");
  CHECK(frame_fields({"binary", false, false, true, 126, "", "", ""})[4].says.find("16 bits") !=
        std::string::npos);
  const std::string svg = svg_of(websocket_echo());
  CHECK(count(svg, ">37 fa 21 3d<") == 1);
  CHECK(count(svg, ">opcode<") == 4);
}

// What stands between <script type="application/json"…> and its end.
std::string embedded_json(const std::string& html) {
  const std::size_t begin = html.find('>', html.find("application/json")) + 1;
  return html.substr(begin, html.find("</script>", begin) - begin);
}

TEST_CASE("the page holds the whole diagram as JSON") {
  const Diagram diagram = websocket_echo();
  const auto value = nlohmann::json::parse(embedded_json(html_of(diagram)));
  REQUIRE(value["events"].size() == diagram.events.size());
  CHECK(value["events"][2]["source"]["line"] == 21);
  CHECK(value["arrows"].size() == diagram.arrows.size());
  CHECK(value["arrows"][3]["frames"][0]["header"] == "81 89 37 fa 21 3d");
}

TEST_CASE("hostile texts stay text, in the page and in its JSON") {
  const std::string html = html_of(hostile());
  CHECK(count(html, "<img") == 0);
  CHECK(count(html, "</script>") == 2);
  CHECK(count(html, "<script") == 2);
  CHECK(count(html, "\u2028") == 0);
  CHECK(count(embedded_json(html), "<") == 0);
  const auto value = nlohmann::json::parse(embedded_json(html));
  CHECK(value["events"][0]["call"].get<std::string>().rfind("</script><img", 0) == 0);
  CHECK(count(svg_of(hostile()), "<img") == 0);
}

// Relative luminance and contrast: WCAG 2.2.
double luminance(const std::string& colour) {
  const double weights[] = {0.2126, 0.7152, 0.0722};
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double part = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& a, const std::string& b) {
  const auto [darker, lighter] = std::minmax(luminance(a), luminance(b));
  return (lighter + 0.05) / (darker + 0.05);
}

std::string fill_of(const std::string& css, const std::string& selector) {
  const std::regex rule("(?:^|\\n) *" + selector + "[^{\\n]*\\{[^}]*fill: (#[0-9a-f]{6})");
  std::smatch found;
  REQUIRE(std::regex_search(css, found, rule));
  return found[1];
}

TEST_CASE("every text has a contrast of 4.5 on every ground, by day and by night") {
  const std::string css(diagram_style);
  const std::size_t night = css.find("@media");
  REQUIRE(night != std::string::npos);
  for (const std::string& scheme : {css.substr(0, night), css.substr(night)}) {
    for (const char* text : {"text", "\\.small", "\\.failed"}) {
      for (const char* ground :
           {"page", "client", "server", "third", "fourth", "fifth", "kernel", "wait", "bad"}) {
        CAPTURE(text, ground);
        CHECK(contrast(fill_of(scheme, text), fill_of(scheme, std::string("\\.") + ground)) >= 4.5);
      }
    }
  }
}

}  // namespace
