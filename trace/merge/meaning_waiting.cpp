// Options of sockets, and calls that wait for several things, for a thread or for time to pass.
#include <fmt/core.h>

#include <sys/time.h>

#include <algorithm>
#include <cstring>

#include "merge/descriptors.hpp"
#include "merge/meaning.hpp"
#include "merge/names.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

bool called_through(const Step& step, std::string_view function) {
  return std::any_of(step.call.stack.begin(), step.call.stack.end(),
                     [&](const CodeAddress& frame) { return contains(frame.function, function); });
}

// 1.5 is « 1,5 s ».
std::string seconds_shown(double seconds) {
  std::string text = fmt::format("{:g} s", seconds);
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

// The value of an option: "[1]" is 1, "{tv_sec=1, tv_usec=500000}" is « 1,5 s ».
std::string option_value(std::string_view value) {
  if (value.starts_with('"')) {  // a timeval that strace did not know for one
    const std::string bytes = bytes_of_string(value);
    timeval time{};
    if (bytes.size() != sizeof time) return "?";
    std::memcpy(&time, bytes.data(), sizeof time);
    return seconds_shown(static_cast<double>(time.tv_sec) +
                         static_cast<double>(time.tv_usec) / 1e6);
  }
  if (const std::string_view seconds = field(value, "tv_sec"); !seconds.empty()) {
    const auto parts = static_cast<double>(number_of(field(value, "tv_usec")).value_or(0)) / 1e6;
    return seconds_shown(static_cast<double>(number_of(seconds).value_or(0)) + parts);
  }
  if (value.starts_with('[')) return std::string(value.substr(1, value.find(']') - 1));
  return std::string(value);
}

std::string meaning_of_option(std::string_view option, const std::string& value) {
  if (option == "SO_REUSEADDR" && value == "0") return "Ne partage son adresse avec personne.";
  if (option == "SO_REUSEADDR")
    return "Permet de reprendre ce port aussitôt, sans attendre la fin des anciennes connexions.";
  if (option == "SO_RCVTIMEO") return fmt::format("Ici, recv n'attendra jamais plus de {}.", value);
  if (option == "SO_SNDTIMEO") return fmt::format("Ici, send n'attendra jamais plus de {}.", value);
  const std::string bytes = octets(static_cast<std::size_t>(number_of(value).value_or(0)));
  if (option == "SO_SNDBUF") return fmt::format("Demande un tampon d'envoi de {}.", bytes);
  if (option == "SO_RCVBUF") return fmt::format("Demande un tampon de réception de {}.", bytes);
  if (option == "SO_LINGER") return "À la fermeture, la connexion sera coupée net.";
  if (option == "TCP_NODELAY")
    return "Les petits messages partiront sans attendre d'autres octets.";
  if (option == "IPV6_V6ONLY")
    return value == "0" ? "Ce socket IPv6 acceptera aussi les clients en IPv4."
                        : "Ce socket IPv6 n'acceptera pas les clients en IPv4.";
  return fmt::format("Règle l'option {} du socket.", option);
}

// "clavier, le client"
std::string list_of(const Story& story, const std::vector<std::size_t>& endpoints) {
  const Names names(story.all, story.flows);
  std::vector<std::string> texts;
  for (const std::size_t one : endpoints) {
    // What wakes the program itself (Ctrl-C, another thread) is told only where it is all there is.
    if (story.all.endpoints[one].is_inside() && endpoints.size() > 1) continue;
    std::string text = names.watched(one);
    if (std::find(texts.begin(), texts.end(), text) == texts.end())
      texts.push_back(std::move(text));
  }
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i)
    all += (i == 0 ? "" : i + 1 == texts.size() ? " ou " : ", ") + texts[i];
  return all;
}

std::string numbers_of(const Story& story, const std::vector<std::size_t>& endpoints) {
  std::string all;
  for (const std::size_t one : endpoints)
    all += (all.empty() ? "" : ", ") + std::to_string(story.all.endpoints[one].fd);
  return all;
}

// Nothing but a connect that did not wait came before on this socket.
bool just_connected(const Story& story, std::size_t poll, std::size_t endpoint) {
  for (std::size_t i = poll; i-- > 0;) {
    const Step& step = story.all.steps[i];
    if (step.endpoint != endpoint) continue;
    if (step.call.name == "connect") return step.call.error() == "EINPROGRESS";
    if (step.direction != Direction::none) return false;
  }
  return false;
}

// « c'est le client », « la connexion est faite », « le clavier, et on peut écrire à alice »
std::string found_by(const Story& story, std::size_t poll, std::string_view before_news) {
  const Step& step = story.all.steps[poll];
  const Names names(story.all, story.flows);
  std::vector<std::size_t> news;
  std::vector<std::string> texts;
  for (const std::size_t one : step.ready) {
    if (story.all.endpoints[one].is_inside() && step.ready.size() > 1) continue;
    if (std::find(step.only_writable.begin(), step.only_writable.end(), one) ==
        step.only_writable.end()) {
      news.push_back(one);
    } else {
      std::string text = just_connected(story, poll, one)
                             ? "la connexion est faite"
                             : "on peut écrire " + to(names.peer_of(one));
      if (std::find(texts.begin(), texts.end(), text) == texts.end())
        texts.push_back(std::move(text));
    }
  }
  if (!news.empty()) texts.insert(texts.begin(), std::string(before_news) + list_of(story, news));
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i)
    all += (i == 0 ? "" : i + 1 == texts.size() ? ", et " : ", ") + texts[i];
  return all;
}

// poll, select and epoll_wait.
std::optional<Description> poll_call(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  if (step.watched.empty()) return std::nullopt;
  const bool only_inside = std::all_of(step.ready.begin(), step.ready.end(), [&](std::size_t one) {
    return story.all.endpoints[one].is_inside();
  });
  if (only_inside && !story.waited[i] && called_through(step, "asio::")) return std::nullopt;
  const std::string watched = list_of(story, step.watched);
  Description text{
      name_in_code(step),
      (step.endpoint ? fd_of(step) + " : " : "") + "{" + numbers_of(story, step.watched) + "}", "",
      ""};
  if (!step.ready.empty()) {
    text.result =
        fmt::format("{} prêt{}", numbers_of(story, step.ready), step.ready.size() > 1 ? "s" : "");
    const auto cause = story.flows.cause[i];
    const bool by_thread = only_inside && cause && story.all.steps[*cause].thread != step.thread;
    const auto found = [&](std::string_view before_news) {
      return by_thread ? "un autre fil l'appelle" : found_by(story, i, before_news);
    };
    text.meaning =
        story.waited[i]
            ? watched == found("")
                  ? fmt::format("Dort jusqu'à ce que quelque chose arrive : {}.", watched)
                  : fmt::format("Dort, et guette {} : {}.", watched, found("c'est "))
            : fmt::format("Regarde s'il y a du nouveau : oui, {}.", found(""));
  } else if (!step.call.error().empty() || !step.call.finished) {
    text.result = error_shown(step.call.error());
    text.meaning =
        fmt::format("Dort, et guette {}, jusqu'à ce qu'un signal l'interrompe.", watched);
  } else {
    text.result = "0";
    text.meaning = story.waited[i]
                       ? fmt::format("Dort, et guette {} : rien ne vient à temps.", watched)
                       : fmt::format("Regarde s'il y a du nouveau ({}) : non.", watched);
  }
  return text;
}

std::optional<Description> epoll_change(const Story& story, const Step& step) {
  const auto fd = number_of(step.call.argument(2));
  if (!fd || !step.registered) return std::nullopt;
  const What what = story.all.endpoints[*step.registered].what;
  const std::string_view how = step.call.argument(1);
  // asio's own housekeeping is of no interest here.
  if (what != What::stream && what != What::datagrams) return std::nullopt;
  if (how == "EPOLL_CTL_MOD" && called_through(step, "asio::")) return std::nullopt;
  Description text{"epoll_ctl", fmt::format("{}, {}, {}", fd_of(step), how, *fd),
                   plain_result(step.call), ""};
  text.meaning = how == "EPOLL_CTL_ADD"   ? fmt::format("Ajoute {} à ce qu'epoll surveille.", *fd)
                 : how == "EPOLL_CTL_DEL" ? fmt::format("Retire {} de ce qu'epoll surveille.", *fd)
                                          : fmt::format("Change ce qu'epoll guette sur {}.", *fd);
  return text;
}

// Threads wait for each other by futex(2): the stack tells for what.
std::optional<Description> futex_call(const Step& step) {
  if (!contains(step.call.argument(1), "FUTEX_WAIT") || step.call.error() == "EAGAIN")
    return std::nullopt;
  if (called_through(step, "thread::join") || called_through(step, "pthread_join") ||
      called_through(step, "jthread"))
    return Description{"join", "", "", "Attend la fin d'un autre fil."};
  if (called_through(step, "condition_variable"))
    return Description{"wait", "", "",
                       "Attend qu'un autre fil le réveille (variable de condition)."};
  if (called_through(step, "mutex"))
    return Description{"lock", "", "", "Attend son tour : un autre fil tient le verrou."};
  return std::nullopt;
}

}  // namespace

std::optional<Description> describe_option(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const std::string& name = step.call.name;
  Description text{name, fd_of(step), plain_result(step.call), ""};
  if (name == "setsockopt") {
    const std::string value = option_value(step.call.argument(3));
    std::string_view option =
        step.call.argument(2);  // the kernel's name may tell the timeval's age
    for (const std::string_view age : {"_OLD", "_NEW"})
      if (option.ends_with(age)) option.remove_suffix(age.size());
    text.arguments += fmt::format(", {}, {}", option, value);
    text.meaning = meaning_of_option(option, value);
    return text;
  }
  if (name == "getsockopt") {
    text.arguments += fmt::format(", {}", step.call.argument(2));
    text.result = option_value(step.call.argument(3));
    text.meaning = step.call.argument(2) == "SO_ERROR"
                       ? "Demande si la connexion, commencée sans attendre, a réussi."
                       : fmt::format("Demande ce que vaut l'option {}.", step.call.argument(2));
    return text;
  }
  if (name == "getsockname" || name == "getpeername") {
    text.result = address_of(step.call.argument(1));
    if (text.result.empty()) text.result = plain_result(step.call);
    text.meaning = name == "getsockname"
                       ? fmt::format("Demande au noyau sa propre adresse : {}.", text.result)
                       : fmt::format("Demande au noyau l'adresse de l'autre : {}.", text.result);
    return text;
  }
  const bool by_fcntl = name == "fcntl" && step.call.argument(1) == "F_SETFL";
  const bool by_ioctl = name == "ioctl" && step.call.argument(1) == "FIONBIO";
  if (!by_fcntl && !by_ioctl) return std::nullopt;
  const bool on = by_ioctl ? option_value(step.call.argument(2)) != "0"
                           : contains(step.call.argument(2), "O_NONBLOCK");
  text.arguments += by_ioctl ? ", FIONBIO" : on ? ", O_NONBLOCK" : ", bloquant";
  text.meaning = on ? "Rend le socket non bloquant : au lieu de dormir, un appel rendra EAGAIN."
                    : "Rend le socket bloquant : un appel dormira s'il le faut.";
  static_cast<void>(story);
  return text;
}

std::optional<Description> describe_waiting(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const std::string& name = step.call.name;
  if (name == "poll" || name == "ppoll" || name.starts_with("epoll_wait") ||
      name.starts_with("epoll_pwait"))
    return poll_call(story, i);
  if (name == "epoll_create1" || name == "epoll_create")
    return Description{name_in_code(step), "",
                       fmt::format("descripteur {}", plain_result(step.call)),
                       "Crée une liste de descripteurs à surveiller."};
  if (name == "epoll_ctl") return epoll_change(story, step);
  if (name == "futex") return futex_call(step);
  if ((name == "clone" || name == "clone3") && contains(step.call.argument(0), "CLONE_THREAD"))
    return Description{"std::thread", "", "", "Lance un second fil, qui travaille en même temps."};
  if (name == "nanosleep" || name == "clock_nanosleep")
    return Description{"nanosleep", "", "", "Dort un moment, sans rien attendre de personne."};
  return std::nullopt;
}

}  // namespace prise::trace
