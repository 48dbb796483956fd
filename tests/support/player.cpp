#include "support/player.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "visible_text.hpp"

namespace prise::testing {
namespace {

// A port that is taken but on which nobody listens: connecting to it is refused, for certain.
class ClosedPort {
public:
  explicit ClosedPort(std::uint16_t wanted) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::fcntl(fd_, F_SETFD, FD_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(wanted);
    socklen_t size = sizeof address;
    if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == -1 ||
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == -1)
      throw std::system_error(errno, std::generic_category(), "bind " + std::to_string(wanted));
    number_ = ntohs(address.sin_port);
  }
  ClosedPort(ClosedPort&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), number_(other.number_) {}
  ~ClosedPort() {
    if (fd_ != -1) ::close(fd_);
  }
  std::uint16_t number() const { return number_; }

private:
  int fd_;
  std::uint16_t number_ = 0;
};

struct Mismatch {
  std::size_t line;  // in the transcript
  std::string label;
  std::string expected;
  std::string actual;
};

// One program of the scene, and how far its output has been read.
struct Actor {
  Process process;
  std::size_t consumed = 0;
  bool interrupted = false;  // Ctrl-C was pressed: dying of SIGINT is then a good end
  int status_expected = 0;
};

std::vector<std::string> words_of(const std::string& command) {
  static const std::regex word("\"([^\"]*)\"|(\\S+)");
  std::vector<std::string> words;
  for (std::sregex_iterator found(command.begin(), command.end(), word), end; found != end; ++found)
    words.push_back((*found)[1].matched ? found->str(1) : found->str(2));
  return words;
}

class ScenePlayer {
public:
  ScenePlayer(const Transcript& transcript, const Scene& scene, const PlaySettings& settings,
              Audience& audience)
      : transcript_(transcript), scene_(scene), settings_(settings), audience_(audience) {}

  std::optional<std::string> play() {
    try {
      choose_ports();
      audience_.scene(scene_);
      for (std::size_t i = 0; i < scene_.steps.size(); i += play_from(i)) {
      }
      for (auto& [label, actor] : actors_)
        expect_end(label, actor);
      return std::nullopt;
    } catch (const Mismatch& mismatch) {
      return report(mismatch);
    }
  }

private:
  void choose_ports() {
    for (const DeclaredPort& port : transcript_.ports) {
      const bool by_kernel = settings_.ports == PortChoice::by_kernel;
      if (port.closed) {
        closed_.emplace_back(by_kernel ? std::uint16_t{0} : port.number);
        chosen_[port.number] = closed_.back().number();
      } else if (!by_kernel) {
        chosen_[port.number] = port.number;
      }
    }
  }

  // Plays the step, or the group of steps, that begins at i; gives how many they were.
  std::size_t play_from(std::size_t i) {
    const Step& step = scene_.steps[i];
    current_line_ = step.line;
    if (step.kind == StepKind::print_any_order) return expect_lines_in_any_order(i);
    switch (step.kind) {
      case StepKind::start:
        start(step);
        break;
      case StepKind::print:
        expect_line(step);
        break;
      case StepKind::prompt:
        await_prompt(step);
        break;
      case StepKind::end:
        actor(step).status_expected = std::stoi(step.text);
        expect_end(step.label, actor(step));
        break;
      default:
        type(step);
        break;
    }
    return 1;
  }

  Actor& actor(const Step& step) { return actors_.at(step.label); }

  // --- starting
  // -------------------------------------------------------------------------------------------

  bool is_interactive(const std::string& label) const {
    return std::any_of(scene_.steps.begin(), scene_.steps.end(), [&](const Step& step) {
      return step.label == label &&
             (step.kind == StepKind::type || step.kind == StepKind::press_ctrl_d);
    });
  }

  // Numbers that stand for a port become the port in use; those that have none yet become 0 and are
  // named.
  std::vector<std::string> with_ports(std::vector<std::string> words,
                                      std::optional<std::uint16_t>& asked) const {
    const auto& tools = transcript_.without_port;
    if (std::find(tools.begin(), tools.end(), words.at(0)) != tools.end()) return words;
    if (std::find(words.begin(), words.end(), "--port") == words.end() &&
        !transcript_.ports.empty())
      words.insert(words.end(), {"--port", std::to_string(transcript_.ports.front().number)});
    for (const DeclaredPort& port : transcript_.ports) {
      for (std::size_t i = 1; i < words.size(); ++i) {
        const bool is_own = words[i - 1] == "--port" && words[i] == std::to_string(port.number);
        if (is_own && !chosen_.contains(port.number)) {
          words[i] = "0";
          asked = port.number;
        } else {
          words[i] = substituted(words[i]);
        }
      }
    }
    return words;
  }

  void start(const Step& step) {
    std::optional<std::uint16_t> asked;
    const std::vector<std::string> words = with_ports(words_of(step.text), asked);
    Command command;
    command.program = settings_.programs / words.at(0);
    command.arguments.assign(words.begin() + 1, words.end());
    command.stdio = is_interactive(step.label) ? Stdio::pseudo_terminal : Stdio::pipes;
    if (settings_.wrapper) command.wrapper = settings_.wrapper(step.label);
    command.stop_fd = settings_.stop_fd;
    command.environment = {{"TERM", "dumb"}};  // lines as they are, without cursor movements
    history_.push_back(step.label + " $ " + step.text);
    actors_.erase(step.label);
    actors_.emplace(step.label, Actor{Process(command)});
    audience_.started(step.label, step.text);
    if (asked) learn_port(step, *asked);
  }

  void learn_port(const Step& step, std::uint16_t written) {
    const std::string line = next_line(step, "Port : <port>");
    Bindings bindings;
    if (!matches("Port : <port>", line, bindings))
      throw Mismatch{step.line, step.label, "Port : <port>", line};
    chosen_[written] = static_cast<std::uint16_t>(std::stoul(bindings.at("<port>")));
  }

  std::string substituted(const std::string& text) const {
    std::string result = text;
    for (const auto& [written, chosen] : chosen_)
      result = std::regex_replace(result, std::regex("\\b" + std::to_string(written) + "\\b"),
                                  std::to_string(chosen));
    return result;
  }

  // --- what a program prints
  // --------------------------------------------------------------------------------

  // A line that has ended, or what is left once the program has closed its output.
  std::optional<std::string> take_line(Actor& actor) {
    const std::string& output = actor.process.output();
    const std::size_t end = output.find('\n', actor.consumed);
    if (end == std::string::npos && (!actor.process.at_end() || actor.consumed == output.size()))
      return std::nullopt;
    const std::string line = output.substr(actor.consumed, end - actor.consumed);
    actor.consumed = end == std::string::npos ? output.size() : end + 1;
    return line;
  }

  std::string next_line(const Step& step, const std::string& expected) {
    Actor& from = actor(step);
    const Deadline deadline = within(settings_.patience);
    while (true) {
      if (std::optional<std::string> line = take_line(from)) return *line;
      if (!from.process.read_more(deadline) && !from.process.at_end())
        throw Mismatch{step.line, step.label, expected,
                       "(rien depuis " + waited() + ")" + unfinished(from)};
      if (from.process.at_end() && from.consumed == from.process.output().size())
        throw Mismatch{step.line, step.label, expected, "(plus rien : " + ending_of(from) + ")"};
    }
  }

  void show(const std::string& label, const std::string& line) {
    history_.push_back(label + " | " + line);
    audience_.printed(label, line);
  }

  void expect_line(const Step& step) {
    const std::string expected = substituted(step.text);
    std::string line = next_line(step, expected);
    // The terminal's own echo of ^C or ^D, and the line end after it, are no part of the exchange.
    if (actor(step).interrupted && expected != line &&
        (line.empty() || line == "^C" || line == "^D"))
      line = next_line(step, expected);
    if (!matches(expected, line, bindings_)) throw Mismatch{step.line, step.label, expected, line};
    show(step.label, line);
  }

  std::size_t expect_lines_in_any_order(std::size_t first) {
    std::vector<std::string> expected;
    const Step& step = scene_.steps[first];
    for (std::size_t i = first;
         i < scene_.steps.size() && scene_.steps[i].kind == StepKind::print_any_order &&
         scene_.steps[i].label == step.label;
         ++i)
      expected.push_back(substituted(scene_.steps[i].text));
    const std::size_t count = expected.size();
    while (!expected.empty()) {
      const std::string line = next_line(step, expected.front());
      const auto found =
          std::find_if(expected.begin(), expected.end(),
                       [&](const std::string& one) { return matches(one, line, bindings_); });
      if (found == expected.end())
        throw Mismatch{step.line, step.label, expected.front() + " (ou une autre ligne ~)", line};
      expected.erase(found);
      show(step.label, line);
    }
    return count;
  }

  // --- what the user types
  // ----------------------------------------------------------------------------------

  void expect_prompt(const Step& step) {
    Actor& from = actor(step);
    const Deadline deadline = within(settings_.patience);
    const auto shown = [&] { return from.process.output().substr(from.consumed); };
    while (shown() != step.prompt) {
      const std::string so_far = shown();
      if (so_far.find('\n') != std::string::npos || !from.process.read_more(deadline))
        throw Mismatch{step.line, step.label, step.prompt,
                       so_far.empty() ? "(rien)" : so_far.substr(0, so_far.find('\n'))};
    }
  }

  // Whatever comes next begins after it. Editors take spaces from the ends of lines: they do not
  // count.
  void await_prompt(const Step& step) {
    Actor& from = actor(step);
    const Deadline deadline = within(settings_.patience);
    const auto shown = [&] {
      const std::string all = from.process.output().substr(from.consumed);
      return all.substr(0, all.find_last_not_of(' ') + 1);
    };
    while (shown() != step.text) {
      const std::string so_far = shown();
      if (so_far.find('\n') != std::string::npos || !from.process.read_more(deadline))
        throw Mismatch{step.line, step.label, step.text + " (une invite)",
                       so_far.empty() ? "(rien)" : so_far.substr(0, so_far.find('\n'))};
    }
    from.consumed = from.process.output().size();
    show(step.label, step.text);
  }

  void type(const Step& step) {
    Actor& to = actor(step);
    if (!step.prompt.empty()) expect_prompt(step);
    if (step.kind == StepKind::type) {
      to.process.type(step.text + "\n");
      const std::string line = next_line(step, step.prompt + step.text);
      if (line != step.prompt + step.text)
        throw Mismatch{step.line, step.label, step.prompt + step.text, line};
    } else {
      press(step, to);
    }
    history_.push_back(step.label + " > " + step.prompt + "«" +
                       (step.text.empty() ? key_of(step) : step.text) + "»");
    audience_.typed(step.label, step.prompt, step.text.empty() ? key_of(step) : step.text);
  }

  void press(const Step& step, Actor& to) {
    to.interrupted = true;
    if (step.kind == StepKind::press_ctrl_d)
      to.process.close_input();
    else if (is_interactive(step.label))
      to.process.type("\x03");
    else
      to.process.send_signal(SIGINT);
    if (step.prompt.empty()) return;
    const std::string line = next_line(step, step.prompt);
    if (line != step.prompt && line != step.prompt + key_of(step))
      throw Mismatch{step.line, step.label, step.prompt, line};
  }

  static std::string key_of(const Step& step) {
    return step.kind == StepKind::press_ctrl_d   ? "^D"
           : step.kind == StepKind::press_ctrl_c ? "^C"
                                                 : "";
  }

  // --- how it ends
  // --------------------------------------------------------------------------------------------

  void expect_end(const std::string& label, Actor& actor) {
    const Deadline deadline = within(settings_.patience);
    while (std::optional<std::string> line = next_leftover(actor, deadline)) {
      if (actor.interrupted && (line->empty() || *line == "^C")) continue;
      throw Mismatch{current_line_, label, "(rien de plus)", *line};
    }
    const std::optional<Ending> ending = actor.process.wait(deadline);
    if (!ending)
      throw Mismatch{current_line_, label, "(la fin du programme)",
                     "(il tourne encore après " + waited() + ")"};
    const bool killed_by_user = actor.interrupted && ending->signal == SIGINT;
    if (!killed_by_user && (ending->signal != 0 || ending->status != actor.status_expected))
      throw Mismatch{current_line_, label,
                     "terminé avec le statut " + std::to_string(actor.status_expected),
                     ending->text()};
  }

  std::optional<std::string> next_leftover(Actor& actor, Deadline deadline) {
    while (!actor.process.at_end()) {
      if (std::optional<std::string> line = take_line(actor)) return line;
      if (!actor.process.read_more(deadline) && !actor.process.at_end()) return std::nullopt;
    }
    return take_line(actor);
  }

  // --- explaining
  // -----------------------------------------------------------------------------------------------

  std::string waited() const { return fmt::format("{:g} s", settings_.patience.count()); }

  static std::string unfinished(const Actor& actor) {
    const std::string rest = actor.process.output().substr(actor.consumed);
    return rest.empty() ? "" : " ; ligne inachevée : " + rest;
  }

  static std::string ending_of(Actor& actor) {
    const std::optional<Ending> ending = actor.process.wait(within(Seconds(1)));
    return ending ? ending->text() : "il tourne encore";
  }

  std::string report(const Mismatch& mismatch) {
    std::ostringstream text;
    text << "L'échange s'écarte de la transcription, ligne " << mismatch.line << ".\n"
         << "  attendu  " << mismatch.label << " | " << visible_text(mismatch.expected) << "\n"
         << "  obtenu   " << mismatch.label << " | " << visible_text(mismatch.actual) << "\n"
         << "L'échange jusque-là :\n";
    for (const std::string& line : history_)
      text << "  " << visible_text(line) << "\n";
    for (auto& [label, actor] : actors_) {
      std::istringstream rest(actor.process.output().substr(actor.consumed));
      for (std::string line; std::getline(rest, line);)
        text << "  (non lu) " << label << " | " << visible_text(line) << "\n";
    }
    return text.str();
  }

  const Transcript& transcript_;
  const Scene& scene_;
  const PlaySettings& settings_;
  Audience& audience_;
  std::vector<ClosedPort> closed_;
  std::map<std::uint16_t, std::uint16_t> chosen_;  // written in the transcript → in use
  std::map<std::string, Actor> actors_;
  Bindings bindings_;
  std::vector<std::string> history_;
  std::size_t current_line_ = 0;
};

}  // namespace

std::optional<std::string> play(const Transcript& transcript, const PlaySettings& settings,
                                Audience& audience) {
  for (const Scene& scene : transcript.scenes) {
    if (std::optional<std::string> report =
            ScenePlayer(transcript, scene, settings, audience).play())
      return report;
  }
  return std::nullopt;
}

}  // namespace prise::testing
