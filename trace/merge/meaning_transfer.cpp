// What goes out and what comes in.
#include <fmt/core.h>

#include <algorithm>

#include "merge/meaning.hpp"
#include "merge/names.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

constexpr std::size_t quoted_bytes_max = 60;

// How many bytes the call asked for, or was given room for.
std::size_t wanted(const Step& step) {
  const auto size = number_of(step.call.argument(2));
  const bool plain = step.call.name == "sendto" || step.call.name == "recvfrom" ||
                     step.call.name == "read" || step.call.name == "write";
  return plain && size ? static_cast<std::size_t>(*size) : step.count;
}

// What begins in these bytes of a stream: frames, a head, a TLS record; otherwise the bytes.
std::string content_of(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  std::string frames;
  for (std::size_t flow = 0; flow < story.flows.flows.size(); ++flow) {
    const Flow& all = story.flows.flows[flow];
    for (const auto* pieces : {&all.sent, &all.taken})
      for (const Flow::Piece& piece : *pieces) {
        if (piece.step != i) continue;
        const Content& content = story.contents[flow];
        const auto within = [&](const auto& map) { return map.lower_bound(piece.offset); };
        const auto end = piece.offset + piece.count;
        if (std::string marks = marked(content, piece.offset, end, Marks::all); !marks.empty())
          return marks;
        std::size_t count = 0;
        for (auto frame = within(content.frames);
             frame != content.frames.end() && frame->first < end; ++frame, ++count)
          frames += (frames.empty() ? "" : " ; ") + frame->second.meaning;
        if (count > 0)
          return fmt::format("{} WebSocket : {}", count > 1 ? "des trames" : "une trame", frames);
      }
  }
  if (step.data.empty()) return octets(step.count);
  return fmt::format("{} : « {} »", octets(step.count), shown_text(step.data, quoted_bytes_max));
}

std::string failure(const Story& story, std::size_t i, bool out) {
  const Step& step = story.all.steps[i];
  const std::string_view error = step.call.error();
  if (error == "EAGAIN" && story.waited[i])
    return out ? "Attend de la place, en vain : le temps accordé est passé."
               : "Attend, mais rien ne vient dans le temps accordé.";
  if (error == "EAGAIN")
    return out ? "Le tampon d'envoi est plein : EAGAIN, plutôt que de dormir."
               : "Rien n'est arrivé : EAGAIN, plutôt que de dormir.";
  if (error.starts_with("ERESTART") || error == "EINTR")
    return story.waited[i] ? "Attend, mais un signal arrive d'abord."
           : out           ? "Un signal arrive avant que rien ne parte."
                           : "Un signal arrive avant les octets.";
  return fmt::format("{} : {}.", out ? "Ne peut pas envoyer" : "Ne reçoit rien",
                     french_error(error));
}

// Who is at the other end of what this step carried: a UDP socket has not one peer but many.
std::optional<std::string> partner(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const auto label = [&](std::size_t other) {
    return story.all.processes[story.all.threads[story.all.steps[other].thread].process].label;
  };
  if (story.all.endpoints[*step.endpoint].what == What::datagrams) {
    for (const Passage& passage : story.flows.passages) {
      if (passage.from == i && passage.to) return label(*passage.to);
      if (passage.to == i) return label(passage.from);
    }
    // It was lost: another to the same address tells who is there.
    for (const Passage& passage : story.flows.passages) {
      const Step& other = story.all.steps[passage.from];
      if (passage.to && other.endpoint == step.endpoint && other.peer == step.peer)
        return label(*passage.to);
    }
    if (!step.peer.empty()) return std::nullopt;
  }
  if (!story.flows.peer[*step.endpoint]) return std::nullopt;
  return Names(story.all, story.flows).peer_of(*step.endpoint);
}

Description sending(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const std::string peer = Names(story.all, story.flows).peer_of(*step.endpoint);
  const std::string fd = std::to_string(number_of(step.call.argument(0)).value_or(-1));
  Description text{name_in_code(step), fmt::format("{}, {}", fd, octets(wanted(step))), "", ""};
  if (!step.peer.empty()) text.arguments += ", vers " + step.peer;
  if (!step.call.error().empty()) {
    text.result = error_shown(step.call.error());
    text.meaning = failure(story, i, true);
    return text;
  }
  text.result = octets(step.count);
  const auto known = partner(story, i);
  const std::string whom = known ? to(*known) : "à " + (step.peer.empty() ? peer : step.peer);
  const bool datagram = story.all.endpoints[*step.endpoint].what == What::datagrams;
  text.meaning = fmt::format("Envoie {} {}{}.", whom, datagram ? "un datagramme de " : "",
                             content_of(story, i));
  if (step.count < wanted(step))
    text.meaning += fmt::format(" Le noyau n'en a pris que {} sur {}.", number(step.count),
                                number(wanted(step)));
  return text;
}

Description receiving(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  const Endpoint& socket = story.all.endpoints[*step.endpoint];
  const std::string peer = Names(story.all, story.flows).peer_of(*step.endpoint);
  const std::string fd = std::to_string(number_of(step.call.argument(0)).value_or(-1));
  const bool datagram = socket.what == What::datagrams;
  const std::size_t room = wanted(step);
  Description text{name_in_code(step),
                   room > 0 ? fmt::format("{}, {} au plus", fd, octets(room)) : fd, "", ""};
  if (!step.call.finished && step.call.error().empty()) {
    text.meaning = "Attend des octets, qui ne viennent plus.";
  } else if (!step.call.error().empty()) {
    text.result = error_shown(step.call.error());
    text.meaning = failure(story, i, false);
  } else if (step.count == 0 && !datagram) {
    text.result = "0 : fin du flux";
    const bool own =
        story.flows.cause[i] && story.all.steps[*story.flows.cause[i]].endpoint == step.endpoint;
    text.meaning = own ? fmt::format("{}reçoit 0 : la connexion vient d'être coupée de ce côté-ci.",
                                     story.waited[i] ? "Attend, et " : "")
                       : fmt::format("{}eçoit 0 : {} n'enverra plus rien, c'est la fin du flux.",
                                     story.waited[i] ? "Attend, et r" : "R", the(peer));
    if (text.meaning[0] == 'r') text.meaning[0] = 'R';
  } else {
    text.result = octets(step.count);
    const auto known = partner(story, i);
    const std::string whom = known ? of(*known) : step.peer.empty() ? of(peer) : "de " + step.peer;
    const char* way = step.peeked       ? "Regarde, sans les prendre, "
                      : story.waited[i] ? "Attend, puis reçoit "
                                        : "Reçoit aussitôt ";
    text.meaning = fmt::format("{}{} {}{}.", way, whom, datagram ? "un datagramme de " : "",
                               content_of(story, i));
    if (datagram && step.count > step.data.size() && room < step.count)
      text.meaning += fmt::format(" Le tampon n'avait que {} : le reste est perdu.", octets(room));
  }
  return text;
}

}  // namespace

std::optional<Description> describe_transfer(const Story& story, std::size_t i) {
  const Step& step = story.all.steps[i];
  if (!step.endpoint) return std::nullopt;
  const Endpoint& what = story.all.endpoints[*step.endpoint];
  const bool out = step.direction == Direction::out;
  if (what.what == What::stream || what.what == What::datagrams)
    return out ? sending(story, i) : receiving(story, i);
  const auto fd = number_of(step.call.argument(0)).value_or(-1);
  if (out && (fd == 1 || fd == 2))
    return Description{"affiche", fmt::format("« {} »", shown_text(step.data)), "", ""};
  if (!out && fd == 0)
    return Description{"lit", fmt::format("« {} »", shown_text(step.data)), "", ""};
  if (out && what.what == What::pipe && what.inode.starts_with("pipe"))
    return Description{"write", fmt::format("{}, {}", fd, octets(step.count)), octets(step.count),
                       "Écrit dans un tube interne : qui dort dans poll se réveille."};
  return std::nullopt;
}

}  // namespace prise::trace
