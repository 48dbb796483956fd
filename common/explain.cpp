#include "explain.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "visible_text.hpp"

namespace prise {
namespace {

struct Advice {
  std::string_view call;  // empty: whatever the call
  int code;
  std::string_view text;
};

// The first row that fits is the one.
constexpr std::array advices{
    Advice{"bind", EADDRINUSE,
           "ce port est déjà pris. Arrêtez le programme qui l'occupe, ou choisissez-en un autre : "
           "--port 10000."},
    Advice{"listen", EADDRINUSE,
           "ce port est déjà pris. Arrêtez le programme qui l'occupe, ou choisissez-en un autre : "
           "--port 10000."},
    Advice{"bind", EACCES,
           "les ports en dessous de 1024 sont réservés. Choisissez-en un autre : --port 9999."},
    Advice{"bind", EADDRNOTAVAIL,
           "cette adresse n'est pas celle de cette machine. Essayez --host 127.0.0.1."},
    Advice{"bind", EINVAL,
           "cette adresse est incomplète. Une adresse fe80:: se donne avec son interface : "
           "fe80::1%eth0."},
    Advice{"connect", EINVAL,
           "cette adresse est incomplète. Une adresse fe80:: se donne avec son interface : "
           "fe80::1%eth0."},
    Advice{"connect", ECONNREFUSED,
           "connexion refusée, aucun serveur n'écoute là. Lancez d'abord le serveur, ou vérifiez "
           "--host et --port."},
    Advice{"connect", EADDRNOTAVAIL, "cette destination n'existe pas. Vérifiez --host et --port."},
    Advice{"recv", ECONNREFUSED,
           "personne n'écoute à l'adresse où partent les datagrammes. Lancez d'abord le serveur."},
    Advice{"", ETIMEDOUT,
           "pas de réponse. La machine est éteinte, ou un pare-feu se tait : vérifiez --host."},
    Advice{"", ENETUNREACH,
           "aucun chemin ne mène à ce réseau. Vérifiez --host et votre connexion."},
    Advice{"", EHOSTUNREACH,
           "aucun chemin ne mène à cette machine. Vérifiez --host et votre connexion."},
    Advice{"", EAFNOSUPPORT,
           "cette machine ne parle pas cette version d'IP. Essayez --host 127.0.0.1."},
    Advice{"", ECONNRESET, "l'autre côté a coupé la connexion brutalement."},
    Advice{"", EPIPE, "l'autre côté a déjà fermé la connexion."},
    Advice{"", ENOTCONN, "l'autre côté a déjà coupé la connexion."},
    Advice{"", EINTR, "un signal a interrompu l'appel."},
    Advice{"", EMFILE, "trop de descripteurs ouverts. Voyez ulimit -n."},
    Advice{"sendto", EMSGSIZE,
           "ce message est trop long pour un seul datagramme (65507 octets au plus)."},
};

std::string_view advice_for(std::string_view call, const std::error_code& code) {
  if (code.category() != std::generic_category() && code.category() != std::system_category())
    return {};
  const std::string_view word = call.substr(0, call.find(' '));
  for (const Advice& advice : advices) {
    if (advice.code == code.value() && (advice.call.empty() || advice.call == word))
      return advice.text;
  }
  return {};
}

// std::system_error says "call: message"; the call alone is what we want.
std::string call_of(const std::system_error& error) {
  std::string what = error.what();
  const std::string ending = ": " + error.code().message();
  if (what.ends_with(ending)) what.resize(what.size() - ending.size());
  return what;
}

std::string explain_system_error(const std::system_error& error) {
  const std::string call = call_of(error);
  if ((call.starts_with("connect ") || call.starts_with("sendto ")) && call.ends_with(":0"))
    return fmt::format(
        "{} : le port 0 ne désigne personne. Donnez au client le port du serveur : --port.", call);
  if (call.starts_with("getaddrinfo "))
    return fmt::format("« {} » : ce nom ne mène à aucune adresse ({}). Vérifiez --host.",
                       call.substr(std::string_view("getaddrinfo ").size()),
                       error.code().message());
  if (error.code().category().name() == std::string_view("tls"))
    return fmt::format("{} : {}.", call, error.code().message());
  const std::string_view advice = advice_for(call, error.code());
  return advice.empty()
             ? fmt::format("{} : le système répond « {} ».", call, error.code().message())
             : fmt::format("{} : {}", call, advice);
}

[[noreturn]] void end_with_explanation() {
  give_terminal_back();
  std::string line =
      "le programme s'est arrêté sans erreur connue (std::terminate) : un std::thread détruit sans "
      "join ?";
  if (const std::exception_ptr current = std::current_exception()) {
    try {
      std::rethrow_exception(current);
    } catch (const std::exception& error) {
      line = explain(error);
    } catch (...) {
      line = "une erreur d'un type inconnu n'a pas été rattrapée.";
    }
  }
  std::fflush(stdout);
  std::fprintf(stderr, "Erreur : %s\n", visible_text(line).c_str());
  ::_exit(1);
}

}  // namespace

std::string explain(const std::exception& error) {
  if (const auto* system_error = dynamic_cast<const std::system_error*>(&error))
    return explain_system_error(*system_error);
  if (const std::string_view what = error.what(); what.starts_with("ipv4 "))
    return fmt::format(
        "« {} » n'est pas une adresse IPv4, comme 127.0.0.1 (les noms viennent à la leçon 04).",
        what.substr(5));
  else if (what.starts_with("ws:// "))
    return fmt::format(
        "« {} » n'est pas l'adresse d'un WebSocket : ws://machine:port/chemin, ou wss://, qui "
        "chiffre (leçon 20).",
        what.substr(6));
  else if (what.starts_with("wss:// "))
    return fmt::format(
        "« {} » : ce pilote ne chiffre pas ; celui de la leçon 18 sait le faire (leçon 20).",
        what.substr(7));
  return error.what();
}

void explain_uncaught_errors() {
  std::set_terminate(&end_with_explanation);
}

}  // namespace prise
