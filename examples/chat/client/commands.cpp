#include "commands.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace prise::chat {
namespace {

using json = nlohmann::ordered_json;

std::string written(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The actions' own names, and what a French speaker would try.
enum class Word : std::uint8_t { login, create_room, join_room, rest };
struct Verb {
  std::string_view name, alias;
  Word word;
  Command::Kind kind;
};
constexpr auto verbs = std::to_array<Verb>({
    {"login", "pseudo", Word::login, Command::Kind::send},
    {"create_room", "creer", Word::create_room, Command::Kind::send},
    {"join_room", "rejoindre", Word::join_room, Command::Kind::send},
    {"history", "historique", Word::rest, Command::Kind::older},
    {"frames", "trames", Word::rest, Command::Kind::frames},
    {"help", "aide", Word::rest, Command::Kind::help},
    {"quit", "quitter", Word::rest, Command::Kind::quit},
});

Command action_of(Word word, std::string_view argument) {
  if (argument.empty()) return {Command::Kind::unknown, "Il manque un nom : /aide"};
  switch (word) {
    case Word::login:
      return {Command::Kind::send, login_text(argument, {})};
    case Word::create_room:
      return {Command::Kind::send, written({{"action", "create_room"}, {"room", argument}})};
    default:
      return {Command::Kind::send, written({{"action", "join_room"}, {"room", argument}})};
  }
}

}  // namespace

const std::string_view help_text =
    "/login PSEUDO        changer de pseudo           /create_room SALON   créer un salon\n"
    "/join_room SALON     changer de salon            /history             messages plus anciens\n"
    "/frames              voir les trames, ou non     /quit                partir\n"
    "Aussi : /pseudo /creer /rejoindre /historique /trames /aide /quitter. Tout le reste est un "
    "message ; // commence un message par /.";

std::optional<Command> read_command(std::string_view line) {
  if (line.empty()) return std::nullopt;
  if (!line.starts_with('/') || line.starts_with("//")) {
    const std::string_view message = line.substr(line.starts_with("//") ? 1 : 0);
    return Command{Command::Kind::send,
                   written({{"action", "send_message"}, {"message", message}})};
  }
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view name = line.substr(1, space - 1);
  const std::string_view argument = line.substr(std::min(space + 1, line.size()));
  const auto* const verb = std::find_if(verbs.begin(), verbs.end(), [name](const Verb& one) {
    return one.name == name || one.alias == name;
  });
  if (verb == verbs.end())
    return Command{Command::Kind::unknown,
                   "Commande inconnue : /" + std::string(name) + " (/aide les montre toutes)"};
  if (verb->kind == Command::Kind::send) return action_of(verb->word, argument);
  return Command{verb->kind, {}};
}

// The lab's server knows neither version nor room, and looks at neither.
std::string login_text(std::string_view user, std::string_view room) {
  json object{{"action", "login"}, {"user", user}, {"version", 1}};
  if (!room.empty()) object["room"] = room;
  return written(object);
}

std::string history_before_text(std::string_view room, std::int64_t id) {
  return written({{"action", "get_history"}, {"room", room}, {"before", id}});
}

std::string history_after_text(std::string_view room, std::int64_t id) {
  return written({{"action", "get_history"}, {"room", room}, {"after", id}});
}

std::string watch_text(bool on) {
  return written({{"action", "watch_frames"}, {"on", on}});
}

}  // namespace prise::chat
