// Who may include whom: DESIGN's two towers, net and protocol, meet only in drivers.
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;
using Includes = std::map<std::string, std::vector<std::string>>;  // file → what it includes

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> includes_in(const std::string& text) {
  static const std::regex include("(?:^|\n)[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]");
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at)
    found.push_back(at->str(1));
  return found;
}

// Paths are relative to common/.
Includes includes_of_common() {
  const fs::path common = fs::path(PRISE_SOURCE_DIR) / "common";
  Includes includes;
  for (const auto& entry : fs::recursive_directory_iterator(common)) {
    if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp")
      includes[entry.path().lexically_relative(common).generic_string()] =
          includes_in(text_of(entry.path()));
  }
  REQUIRE(includes.contains("net/stream.hpp"));
  REQUIRE(includes.contains("protocol/framing.cpp"));
  return includes;
}

// No I/O, no clock, no threads, no randomness.
const std::regex forbidden_in_protocol(
    "(net|drivers)/.*|console\\.hpp|options\\.hpp|sys/.*|netinet/.*|arpa/.*|linux/"
    ".*|asio.*|netdb\\.h|"
    "unistd\\.h|poll\\.h|fcntl\\.h|signal\\.h|csignal|pthread\\.h|time\\.h|ctime|thread|mutex|"
    "shared_mutex|condition_variable|future|atomic|stop_token|semaphore|latch|barrier|chrono|"
    "random|"
    "iostream|istream|ostream|fstream|filesystem|cstdio|stdio\\.h|print");

// The files of a circle that starts at file, in order; empty where there is none.
std::vector<std::string> circle_from(const std::string& file, const Includes& includes) {
  std::vector<std::string> path;
  std::set<std::string> done;
  const std::function<bool(const std::string&)> visit = [&](const std::string& at) {
    if (std::find(path.begin(), path.end(), at) != path.end()) return true;
    const auto found = includes.find(at);
    if (found == includes.end() || !done.insert(at).second) return false;
    path.push_back(at);
    for (const std::string& next : found->second)
      if (visit(next)) return true;
    path.pop_back();
    return false;
  };
  return visit(file) ? path : std::vector<std::string>{};
}

}  // namespace

TEST_CASE("protocol includes nothing of the operating system, time, threads or chance",
          "[layering]") {
  for (const auto& [file, included] : includes_of_common()) {
    if (!file.starts_with("protocol/")) continue;
    for (const std::string& name : included) {
      INFO(file << " includes " << name);
      CHECK_FALSE(std::regex_match(name, forbidden_in_protocol));
    }
  }
}

TEST_CASE("net includes nothing of protocol, drivers or the console", "[layering]") {
  static const std::regex forbidden(
      "(protocol|drivers)/.*|console\\.hpp|options\\.hpp|explain\\.hpp");
  for (const auto& [file, included] : includes_of_common()) {
    if (!file.starts_with("net/")) continue;
    for (const std::string& name : included) {
      INFO(file << " includes " << name);
      CHECK_FALSE(std::regex_match(name, forbidden));
    }
  }
}

TEST_CASE("console and options know nothing of either tower", "[layering]") {
  static const std::regex tower("(net|protocol|drivers)/.*");
  for (const auto& [file, included] : includes_of_common()) {
    if (file.find('/') != std::string::npos) continue;
    for (const std::string& name : included) {
      INFO(file << " includes " << name);
      CHECK_FALSE(std::regex_match(name, tower));
    }
  }
}

TEST_CASE("the towers meet in drivers, and drivers know nothing of the console", "[layering]") {
  static const std::regex console("console\\.hpp|options\\.hpp|explain\\.hpp|visible_text\\.hpp");
  bool net_met = false;
  bool protocol_met = false;
  for (const auto& [file, included] : includes_of_common()) {
    if (!file.starts_with("drivers/")) continue;
    for (const std::string& name : included) {
      INFO(file << " includes " << name);
      CHECK_FALSE(std::regex_match(name, console));
      net_met = net_met || name.starts_with("net/");
      protocol_met = protocol_met || name.starts_with("protocol/");
    }
  }
  CHECK(net_met);
  CHECK(protocol_met);
}

TEST_CASE("the files of common include each other without circles", "[layering]") {
  const Includes includes = includes_of_common();
  for (const auto& [file, included] : includes) {
    std::string circle;
    for (const std::string& step : circle_from(file, includes))
      circle += step + " → ";
    INFO(circle);
    CHECK(circle.empty());
  }
}

TEST_CASE("a circle is seen when there is one", "[layering]") {
  CHECK(circle_from("a", {{"a", {"x", "b"}}, {"b", {"c"}}, {"c", {"b"}}}).size() == 3);
  CHECK(circle_from("a", {{"a", {"b", "c"}}, {"b", {"c"}}, {"c", {}}}).empty());
}

TEST_CASE("the libraries of protocol link nothing of net", "[layering]") {
  // Written by CMake: a line for each library of common/protocol, with all that it links.
  std::istringstream lines(text_of(PRISE_PROTOCOL_LINKS));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    CHECK(line.find("prise_net") == std::string::npos);
    CHECK(line.find("prise_console") == std::string::npos);
    CHECK(line.find("prise_drivers") == std::string::npos);
    CHECK(line.find("Threads::Threads") == std::string::npos);
  }
  CHECK(count > 0);
}
