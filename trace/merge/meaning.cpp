#include "merge/meaning.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "merge/descriptors.hpp"
#include "merge/names.hpp"
#include "wording.hpp"

namespace prise::trace {
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string fd_of(const Step& step) {
  return std::to_string(number_of(step.call.argument(0)).value_or(-1));
}

std::string plain_result(const Call& call) {
  if (!call.error().empty()) return error_shown(call.error());
  return call.value() ? std::to_string(*call.value()) : "";
}

namespace {

// "AF_INET, SOCK_STREAM", without the flags that change nothing here.
std::optional<Description> socket_call(const Story& story, const Step& step) {
  const std::string_view family = step.call.argument(0);
  if (!step.created || !contains(family, "AF_INET")) return std::nullopt;
  std::string type(step.call.argument(1));
  const bool nonblocking = contains(type, "SOCK_NONBLOCK");
  type = type.substr(0, type.find('|'));
  const bool tcp = story.all.endpoints[*step.created].what == What::stream;
  return Description{
      "socket", fmt::format("{}, {}", family, type),
      fmt::format("descripteur {}", *step.call.value()),
      fmt::format("Crée un socket {}{}{}, qui n'est encore relié à rien.", tcp ? "TCP" : "UDP",
                  contains(family, "6") ? " (IPv6)" : "", nonblocking ? ", non bloquant" : "")};
}

Description bind_call(const Step& step) {
  const std::string address = address_of(step.call.argument(1));
  Description text{"bind", fmt::format("{}, {}", fd_of(step), address), plain_result(step.call),
                   ""};
  if (!step.call.error().empty())
    text.meaning = fmt::format("Ne peut pas prendre l'adresse {} : {}.", address,
                               french_error(step.call.error()));
  else if (address.ends_with(":0"))
    text.meaning = "Demande au noyau un port libre, n'importe lequel.";
  else
    text.meaning = fmt::format("Prend l'adresse {} : c'est là qu'on le trouvera.", address);
  return text;
}

Description listen_call(const Step& step) {
  const auto backlog = static_cast<std::size_t>(number_of(step.call.argument(1)).value_or(0));
  return {"listen", fmt::format("{}, {}", fd_of(step), backlog), plain_result(step.call),
          fmt::format("Se met à l'écoute : les clients peuvent se connecter, {} au plus {} tour.",
                      number(backlog), backlog > 1 ? "attendent leur" : "attend son")};
}

Description accept_call(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  Description text{name_in_code(step), fd_of(step), plain_result(step.call), ""};
  if (!step.created) {
    text.meaning =
        !step.call.finished ? "Attend un client, qui ne vient plus."
        : step.call.error() == "EAGAIN"
            ? "Personne ne demande à entrer : EAGAIN, plutôt que de dormir."
            : fmt::format("N'obtient pas de client : {}.", french_error(step.call.error()));
    return text;
  }
  const std::string who = the(Names(story.all, story.flows).peer_of(*step.created));
  text.result = fmt::format("descripteur {}, de {}", *step.call.value(), step.peer);
  text.meaning = story.waited[i] ? fmt::format("Attend un client : c'est {} qui arrive.", who)
                                 : fmt::format("Prend la connexion : {} était déjà là.", who);
  return text;
}

Description connect_call(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const std::string address = address_of(step.call.argument(1));
  Description text{"connect", fmt::format("{}, {}", fd_of(step), address), plain_result(step.call),
                   ""};
  const bool known = step.endpoint && story.flows.peer[*step.endpoint];
  const std::string peer =
      known ? to(Names(story.all, story.flows).peer_of(*step.endpoint)) : "à " + address;
  if (step.endpoint && story.all.endpoints[*step.endpoint].what == What::datagrams)
    text.meaning =
        fmt::format("Note qu'il ne parlera qu'à {} : en UDP, rien ne part encore.", address);
  else if (step.call.error() == "EINPROGRESS")
    text.meaning = fmt::format("Commence à se connecter {}, sans attendre la réponse.", peer);
  else if (!step.call.error().empty())
    text.meaning = fmt::format("Ne peut pas se connecter à {} : {}.", address,
                               french_error(step.call.error()));
  else
    text.meaning = fmt::format("Se connecte {}.", peer);
  return text;
}

std::optional<Description> close_call(const Story& story, const Step& step) {
  if (!step.endpoint) return std::nullopt;
  const Endpoint& what = story.all.endpoints[*step.endpoint];
  if (what.what != What::stream && what.what != What::datagrams) return std::nullopt;
  Description text{"close", fd_of(step), plain_result(step.call), ""};
  if (step.ended.empty())
    text.meaning = "Ferme un descripteur ; le socket en a encore un autre.";
  else if (what.listens)
    text.meaning = "Cesse d'écouter : plus personne ne pourra se connecter.";
  else if (what.what == What::datagrams)
    text.meaning = "Rend le socket UDP au noyau.";
  else if (what.remote.empty())
    text.meaning = "Rend au noyau un socket qui n'était relié à rien.";
  else
    text.meaning = fmt::format("Ferme la connexion avec {}.",
                               the(Names(story.all, story.flows).peer_of(*step.endpoint)));
  return text;
}

Description shutdown_call(const Story& story, const Step& step) {
  const std::string_view how = step.call.argument(1);
  Description text{"shutdown", fmt::format("{}, {}", fd_of(step), how), plain_result(step.call),
                   ""};
  const std::string who =
      step.endpoint ? the(Names(story.all, story.flows).peer_of(*step.endpoint)) : "l'autre";
  if (!step.call.error().empty())
    text.meaning = fmt::format("Rien à couper : {}.", french_error(step.call.error()));
  else if (how == "SHUT_WR")
    text.meaning =
        fmt::format("N'enverra plus rien : {} lira la fin du flux, et peut encore répondre.", who);
  else if (how == "SHUT_RD")
    text.meaning = "Ne lira plus rien.";
  else
    text.meaning =
        fmt::format("Coupe la connexion avec {} ; un recv qui dort ici est réveillé.", who);
  return text;
}

std::optional<Description> end_of_program(const Story& story, const Step& step) {
  const bool cuts = std::any_of(step.ended.begin(), step.ended.end(), [&](std::size_t i) {
    const Endpoint& one = story.all.endpoints[i];
    return one.what == What::stream && !one.remote.empty();
  });
  if (step.call.name == "killed")
    return Description{
        "fin", step.call.arguments.at(0), "",
        fmt::format("Tué par {} ; le noyau ferme ce qui était ouvert.", step.call.arguments[0])};
  if (step.call.name == "signal")
    return Description{"signal", step.call.arguments.at(0), "",
                       step.call.arguments[0] == "SIGINT"
                           ? "Ctrl-C : reçoit le signal SIGINT."
                           : fmt::format("Reçoit le signal {}.", step.call.arguments[0])};
  if (!cuts) return std::nullopt;
  return Description{"exit", std::string(step.call.argument(0)), "",
                     "Se termine ; le noyau ferme ses connexions."};
}

// The names that the C library has for what the kernel calls otherwise.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> code_names{
    {{"sendto", "send"},
     {"sendto", "sendto"},
     {"recvfrom", "recv"},
     {"recvfrom", "recvfrom"},
     {"accept4", "accept"},
     {"accept4", "accept4"},
     {"accept", "accept"},
     {"ppoll", "poll"},
     {"ppoll", "ppoll"},
     {"epoll_pwait", "epoll_wait"},
     {"pselect6", "select"},
     {"epoll_pwait2", "epoll_wait"},
     {"epoll_create1", "epoll_create"},
     {"epoll_create1", "epoll_create1"},
     {"clock_nanosleep", "nanosleep"},
     {"pipe2", "pipe"}}};

}  // namespace

std::string name_in_code(const Step& step) {
  const std::string& kernel = step.call.name;
  for (const CodeAddress& frame : step.call.stack) {
    std::string_view function = frame.function;  // __libc_recv, __send
    function.remove_prefix(std::min(function.find_first_not_of('_'), function.size()));
    if (function.starts_with("libc_")) function.remove_prefix(5);
    for (const auto& [in_kernel, in_code] : code_names)
      if (in_kernel == kernel && in_code == function) return std::string(in_code);
  }
  const auto none = [](std::string_view argument) {
    return argument.empty() || argument == "NULL" || argument == "0";
  };
  if (kernel == "sendto") return none(step.call.argument(4)) ? "send" : kernel;
  if (kernel == "recvfrom") return none(step.call.argument(4)) ? "recv" : kernel;
  if (kernel == "accept4") return none(step.call.argument(3)) ? "accept" : kernel;
  for (const auto& [in_kernel, in_code] : code_names)
    if (in_kernel == kernel) return std::string(in_code);
  return kernel;
}

std::optional<Description> describe(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const std::string& name = step.call.name;
  if (name == "socket") return socket_call(story, step);
  if (name == "exit_group" || name == "killed" || name == "signal")
    return end_of_program(story, step);
  const What what = step.endpoint ? story.all.endpoints[*step.endpoint].what : What::other;
  if (what == What::stream || what == What::datagrams) {
    if (name == "bind") return bind_call(step);
    if (name == "listen") return listen_call(step);
    if (name == "accept" || name == "accept4") return accept_call(story, i);
    if (name == "connect") return connect_call(story, i);
    if (name == "shutdown") return shutdown_call(story, step);
    if (name == "close") return close_call(story, step);
    if (auto option = describe_option(story, i)) return option;
  }
  if (step.direction != Direction::none) return describe_transfer(story, i);
  return describe_waiting(story, i);
}

std::string error_shown(std::string_view name) {
  return name.starts_with("ERESTART") ? "EINTR" : std::string(name);
}

std::string french_error(std::string_view name) {
  static const std::map<std::string_view, std::string> texts{
      {"EADDRINUSE", "elle est déjà prise (EADDRINUSE)"},
      {"EADDRNOTAVAIL", "elle n'est pas de cette machine (EADDRNOTAVAIL)"},
      {"EACCES", "ce n'est pas permis (EACCES)"},
      {"EAGAIN", "rien n'est prêt (EAGAIN)"},
      {"ECONNABORTED", "le client est reparti (ECONNABORTED)"},
      {"ECONNREFUSED", "personne n'écoute là (ECONNREFUSED)"},
      {"ECONNRESET", "la connexion a été coupée net (ECONNRESET)"},
      {"EHOSTUNREACH", "aucun chemin n'y mène (EHOSTUNREACH)"},
      {"EINTR", "un signal l'a interrompu (EINTR)"},
      {"EMSGSIZE", "c'est trop pour un datagramme (EMSGSIZE)"},
      {"ENETUNREACH", "aucun chemin n'y mène (ENETUNREACH)"},
      {"ENOTCONN", "la connexion est déjà finie (ENOTCONN)"},
      {"EPIPE", "plus personne ne lit (EPIPE)"},
      {"ERESTARTSYS", "un signal l'a interrompu"},
      {"ERESTART_RESTARTBLOCK", "un signal l'a interrompu"},
      {"ERESTARTNOHAND", "un signal l'a interrompu"},
      {"ETIMEDOUT", "personne n'a répondu (ETIMEDOUT)"}};
  const auto found = texts.find(name);
  return found == texts.end() ? std::string(name) : found->second;
}

}  // namespace prise::trace
