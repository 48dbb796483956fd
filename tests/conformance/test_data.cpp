#include "conformance/test_data.hpp"

#include <array>
#include <cmath>
#include <random>

namespace prise::conformance {
namespace {

using Chance = std::mt19937;  // its numbers are the same everywhere; those of distributions are not

std::size_t below(Chance& chance, std::size_t limit) {
  return chance() % limit;
}

std::string word(Chance& chance) {
  static const std::array<std::string, 24> words{
      "der",  "die",   "und",  "nicht", "ein",    "ich",   "Geist",  "Welt",
      "Herr", "Faust", "auch", "sich",  "Teufel", "Natur", "wieder", "himmlisch",
      "mir",  "so",    "zu",   "Licht", "Nacht",  "ewig",  "Mensch", "Wort"};
  return words[below(chance, words.size())];
}

std::string json(Chance& chance) {
  return "{\"id\": " + std::to_string(chance() % 100000) + ", \"name\": \"" + word(chance) + " " +
         word(chance) + "\", \"price\": " + std::to_string(below(chance, 10000)) +
         ".5, \"tags\": [\"" + word(chance) + "\", \"" + word(chance) + "\"], \"open\": true},\n";
}

std::string prose(Chance& chance) {
  static const std::array<std::string, 4> ends{" ", ", ", ".\r\n", " f\xfcr "};  // Latin 1
  return word(chance) + ends[below(chance, ends.size())];
}

std::string html(Chance& chance) {
  return "<div class=\"row r" + std::to_string(below(chance, 12)) + "\"><a href=\"/" +
         word(chance) + "/" + std::to_string(below(chance, 1000)) + "\">" + word(chance) + " " +
         word(chance) + "</a></div>\n";
}

// A smooth picture with some noise.
std::string bitmap(Chance& chance) {
  std::string line(512, '\0');
  const double phase = static_cast<double>(below(chance, 100)) / 30;
  for (std::size_t x = 0; x < line.size(); ++x)
    line[x] = static_cast<char>(128 + 90 * std::sin(static_cast<double>(x) / 60 + phase) +
                                static_cast<double>(below(chance, 6)));
  return line;
}

// Text here and there among bytes that are compressed already.
std::string document(Chance& chance) {
  std::string object = "<< /Length " + std::to_string(below(chance, 5000)) + " >> stream\n";
  for (int i = 0; i < 400; ++i)
    object += static_cast<char>(chance() & 0xFF);
  return object + "\nendstream\n";
}

std::string filled(std::string (*piece)(Chance&), std::size_t bytes) {
  Chance chance(7);
  std::string all;
  while (all.size() < bytes)
    all += piece(chance);
  all.resize(bytes);
  return all;
}

}  // namespace

const std::string& test_data(DataSet set) {
  static const std::array<std::string, 6> sets{std::string{},          filled(json, 194056),
                                               filled(bitmap, 263222), filled(prose, 222218),
                                               filled(html, 263527),   filled(document, 1042328)};
  return sets[static_cast<std::size_t>(set)];
}

}  // namespace prise::conformance
