// A program for options_test: says what parse_options made of its arguments.
#include "options.hpp"

#include "console.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::size_t buffer_bytes = 1024;
  double loss = 0.5;
  bool no_reuse = false;
  std::string text = "Salut !";
  std::vector<std::string> others;
  const auto options = parse_options(argc, argv, {.port = 9999},
                                     {{"--buffer", &buffer_bytes, "Taille du tampon, en octets"},
                                      {"--loss", &loss, "Part des datagrammes perdus"},
                                      {"--no-reuse", &no_reuse, "Sans SO_REUSEADDR"},
                                      {"--text", &text, "Message envoyé"},
                                      {"others", &others, "Le reste"}});
  say_chosen_port(options, 4242);
  say("host={} port={} buffer={} loss={} no_reuse={} text={} others={}", options.host,
      static_cast<int>(options.port), buffer_bytes, loss, no_reuse, text, others.size());
}
