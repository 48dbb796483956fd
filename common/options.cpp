#include "options.hpp"

#include <CLI/CLI.hpp>

#include "console.hpp"
#include "explain.hpp"

namespace prise {
namespace {

std::string check_port(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && std::stoul(text) <= 65535) return {};
  return "un port est un nombre de 0 à 65535, pas « " + text + " ».";
}

// CLI11 takes "-1" for the largest size_t there is.
std::string check_count(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 18 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::string() : "il faut ici un nombre entier, pas « " + text + " ».";
}

void add(CLI::App& app, const ExtraOption& extra) {
  std::visit(
      [&](auto* value) {
        using Value = std::remove_pointer_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          app.add_flag(extra.name, *value, extra.help);
        } else {
          CLI::Option* option = app.add_option(extra.name, *value, extra.help);
          if constexpr (std::is_same_v<Value, std::uint16_t>)
            option->check(CLI::Validator(check_port, ""));
          if constexpr (std::is_same_v<Value, std::size_t>)
            option->check(CLI::Validator(check_count, ""));
          option->capture_default_str();
        }
      },
      extra.value);
}

// CLI11's own sentences are English.
std::string explain_misuse(const CLI::ParseError& error) {
  const std::string_view what = error.what();
  const std::string name(what.substr(0, what.find(':')));
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) {
    const std::size_t colon = what.find(": ");
    return std::string(colon == std::string_view::npos ? what : what.substr(colon + 2));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    return "ce programme ne connaît pas cet argument : " +
           std::string(what.substr(what.rfind(": ") + 2)) + ".";
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
    return "valeur illisible : " + std::string(what.substr(what.rfind(": ") + 2)) + ".";
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return name + " attend une valeur, et une seule.";
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return "il manque un argument : " + name + ".";
  return std::string(what);
}

[[noreturn]] void end_with_misuse(const std::string& line) {
  warn("Erreur : {} Voyez --help.", line);
  std::exit(2);
}

void parse(CLI::App& app, int argc, char** argv, std::initializer_list<ExtraOption> extra) {
  app.set_help_flag("-h,--help", "Montre cette aide");
  for (const ExtraOption& one : extra)
    add(app, one);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    say_line(app.help());
    std::exit(0);
  } catch (const CLI::ParseError& error) {
    end_with_misuse(explain_misuse(error));
  }
}

}  // namespace

Options parse_options(int argc, char** argv, const Defaults& defaults,
                      std::initializer_list<ExtraOption> extra) {
  explain_uncaught_errors();
  Options options{defaults.host, defaults.port};
  std::string port = std::to_string(defaults.port);
  CLI::App app;
  app.add_option("--host", options.host, "Adresse, ou nom de la machine")->capture_default_str();
  app.add_option("--port", port, "Port, de 0 à 65535 (0 : un serveur laisse choisir le système)")
      ->check(CLI::Validator(check_port, ""))
      ->capture_default_str();
  parse(app, argc, argv, extra);
  options.port = static_cast<std::uint16_t>(std::stoul(port));
  if (defaults.names == Names::localhost_is_ipv4 && options.host == "localhost")
    options.host = "127.0.0.1";
  return options;
}

void parse_arguments(int argc, char** argv, std::initializer_list<ExtraOption> arguments) {
  explain_uncaught_errors();
  CLI::App app;
  parse(app, argc, argv, arguments);
}

void say_chosen_port(const Options& options, std::uint16_t port) {
  if (options.port == 0) say("Port : {}", port);
}

}  // namespace prise
