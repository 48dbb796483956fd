#include "subject.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace prise::trace {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  if (!file)
    throw testing::TranscriptError(
        fmt::format("ce fichier ne peut pas être lu : {}", path.string()));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "# Leçon 09 : un chat, chacun son tour"
std::string title_of(const fs::path& guide) {
  std::ifstream file(guide);
  std::string line;
  std::getline(file, line);
  return line.starts_with("# ") ? line.substr(2) : line;
}

fs::path lesson_folder(const std::string& name, const fs::path& root) {
  const std::string number = name.size() == 1 ? "0" + name : name;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "lessons"))
    if (entry.path().filename().string().starts_with(number + "_") && number.size() == 2)
      return entry.path();
  throw testing::TranscriptError(fmt::format("il n'y a pas de leçon « {} ».", name));
}

bool can_bind(int type, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

// The server keeps its log beside what was built.
Subject chat(const fs::path& root, const fs::path& build) {
  static constexpr std::string_view placeholder = "DOSSIER";
  const fs::path folder = fs::absolute(build) / "trace" / "chat";
  fs::create_directories(folder);
  testing::Transcript transcript =
      testing::parse_transcript(read_file(root / "trace" / "chat.transcript"));
  for (testing::Scene& scene : transcript.scenes)
    for (testing::Step& step : scene.steps)
      if (const std::size_t at = step.text.find(placeholder);
          step.kind == testing::StepKind::start && at != std::string::npos)
        step.text.replace(at, placeholder.size(), '"' + folder.string() + '"');
  return {"Le chat du laboratoire : deux personnes dans un salon", std::move(transcript),
          build / "examples" / "chat"};
}

}  // namespace

Subject find_subject(const std::string& name, const fs::path& root, const fs::path& build) {
  if (name == "chat") return chat(root, build);
  const fs::path folder = lesson_folder(name, root);
  return {title_of(folder / "README.md"),
          testing::parse_transcript(read_file(folder / "transcript")),
          build / "lessons" / folder.filename()};
}

bool measures(const testing::Scene& scene) {
  return std::any_of(scene.steps.begin(), scene.steps.end(), [](const testing::Step& step) {
    const std::string program = step.text.substr(0, step.text.find(' '));
    return step.kind == testing::StepKind::start && (program == "measure" || program == "compare");
  });
}

bool ports_are_free(const testing::Transcript& transcript) {
  for (const testing::DeclaredPort& port : transcript.ports)
    for (const int type : {SOCK_STREAM, SOCK_DGRAM})
      if (!can_bind(type, port.number)) return false;
  return true;
}

std::size_t main_scene(const testing::Transcript& transcript) {
  const auto plays_server = [](const testing::Scene& scene) {
    return std::any_of(scene.steps.begin(), scene.steps.end(), [](const testing::Step& step) {
      return step.kind == testing::StepKind::start &&
             (step.text == "server" || step.text.starts_with("server "));
    });
  };
  const auto found = std::find_if(transcript.scenes.begin(), transcript.scenes.end(), plays_server);
  return found == transcript.scenes.end()
             ? 0
             : static_cast<std::size_t>(found - transcript.scenes.begin());
}

}  // namespace prise::trace
