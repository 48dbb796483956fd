#include "commands.hpp"

#include <algorithm>
#include <array>

namespace prise::chat {
namespace {

enum class Argument : std::uint8_t { none, name };
struct Verb {
  std::string_view name, alias;  // the action's own name, and what a French speaker would try
  Command::Kind kind;
  Argument argument;
};
constexpr auto verbs = std::to_array<Verb>({
    {"login", "pseudo", Command::Kind::login, Argument::name},
    {"create_room", "creer", Command::Kind::create_room, Argument::name},
    {"join_room", "rejoindre", Command::Kind::join_room, Argument::name},
    {"history", "historique", Command::Kind::older, Argument::none},
    {"frames", "trames", Command::Kind::frames, Argument::none},
    {"help", "aide", Command::Kind::help, Argument::none},
    {"quit", "quitter", Command::Kind::quit, Argument::none},
});

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Command mistaken(std::string why) {
  return {Command::Kind::mistaken, std::move(why)};
}

}  // namespace

const std::string_view help_text =
    "Tout ce que vous tapez est un message, sauf :\n"
    "  /login PSEUDO       changer de pseudo           (ou /pseudo)\n"
    "  /create_room SALON  créer un salon              (ou /creer)\n"
    "  /join_room SALON    changer de salon            (ou /rejoindre)\n"
    "  /history            messages plus anciens       (ou /historique)\n"
    "  /frames             voir les trames, ou plus    (ou /trames)\n"
    "  /help               ces lignes                  (ou /aide)\n"
    "  /quit               partir                      (ou /quitter)\n"
    "// au début de la ligne dit un message qui commence par /.";

std::optional<Command> read_command(std::string_view line) {
  if (trimmed(line).empty()) return std::nullopt;
  if (line.starts_with("//")) return Command{Command::Kind::say, std::string(line.substr(1))};
  if (!line.starts_with('/')) return Command{Command::Kind::say, std::string(line)};

  const std::size_t name_end = std::min(line.find(' '), line.size());
  const std::string_view name = line.substr(1, name_end - 1);
  const std::string_view argument = trimmed(line.substr(name_end));
  const auto* const verb = std::find_if(verbs.begin(), verbs.end(), [name](const Verb& one) {
    return one.name == name || one.alias == name;
  });
  if (verb == verbs.end())
    return mistaken("Commande inconnue : /" + std::string(name) + " (/aide les montre toutes)");
  if (verb->argument == Argument::name && argument.empty())
    return mistaken("Il manque un nom : /" + std::string(name) + " NOM");
  return Command{verb->kind, std::string(argument)};
}

}  // namespace prise::chat
