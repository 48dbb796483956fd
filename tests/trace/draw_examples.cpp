// draw_examples FOLDER: the diagrams of diagrams.hpp as NAME.svg and NAME.html, to look at and for
// the browser's test.
#include <fstream>
#include <string>

#include "diagrams.hpp"
#include "show/show.hpp"

namespace {

using namespace prise::trace;

void draw(const std::string& path, const Diagram& diagram) {
  std::ofstream svg(path + ".svg"), html(path + ".html");
  svg.exceptions(std::ios::failbit | std::ios::badbit);
  html.exceptions(std::ios::failbit | std::ios::badbit);
  write_svg(diagram, svg);
  write_html(diagram, html);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + "/";
  draw(folder + "chat", chat_in_turns());
  draw(folder + "loop", three_clients());
  draw(folder + "frames", websocket_echo());
  draw(folder + "datagrams", datagrams());
  draw(folder + "hostile", hostile());
  draw(folder + "empty", Diagram{});
  draw(folder + "one_lane", one_lane());
  draw(folder + "long", long_exchange(500));
}
