#include "merge/summary.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "merge/content.hpp"
#include "merge/meaning.hpp"
#include "merge/names.hpp"
#include "wording.hpp"

namespace prise::trace {
namespace {

constexpr std::size_t row_min = 8;   // calls in a row, from which on …
constexpr std::size_t row_ends = 2;  // … all but so many at each end are summed up

const Step& first_step(const Draft& draft, const Followed& all) {
  return all.steps[draft.steps.front()];
}

void take_steps(Draft& into, const Draft& from) {
  into.steps.insert(into.steps.end(), from.steps.begin(), from.steps.end());
}

// Without the sequences that colour text or move a terminal's cursor: ECMA-48, CSI … final byte.
std::string without_colours(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text.substr(i).starts_with("\x1b[")) {
      plain += text[i];
      continue;
    }
    i += 2;
    while (i < text.size() && (text[i] < '@' || text[i] > '~'))
      ++i;
  }
  return plain;
}

// What was printed or typed, without the ends of lines.
std::string text_of_steps(const Draft& draft, const Followed& all) {
  std::string bytes;
  for (const std::size_t step : draft.steps)
    if (all.steps[step].direction != Direction::none) bytes += all.steps[step].data;
  bytes = without_colours(bytes);
  std::string text;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    std::string line = shown_text(std::string_view(bytes).substr(begin, end - begin));
    line.resize(line.find_last_not_of(' ') + 1);
    if (!line.empty()) text += (text.empty() ? "" : " ⏎ ") + line;
    begin = end + 1;
  }
  return text;
}

bool is_lookup(const Draft& draft, const Followed& all) {
  const auto& stack = first_step(draft, all).call.stack;
  return std::any_of(stack.begin(), stack.end(), [](const CodeAddress& frame) {
    return frame.function.find("getaddrinfo") != std::string::npos;
  });
}

// Descriptor 0, when it is no terminal: printf a | cat.
bool reads_pipe(const Draft& draft, const Followed& all) {
  const Step& step = all.steps[draft.steps.back()];
  return step.endpoint && all.endpoints[*step.endpoint].what == What::pipe;
}

bool waits_for_input(const Draft& draft, const Followed& all) {
  const Step& step = first_step(draft, all);
  return step.ready.size() == 1 && all.endpoints[step.ready.front()].fd == 0;
}

// It slept, a timer or another part of the program woke it, and it went to sleep again: one sleep.
bool slept_on(Draft& before, const Draft& next, const Followed& all) {
  const Step& one = first_step(before, all);
  const Step& other = first_step(next, all);
  if (one.call.name != other.call.name || one.endpoint != other.endpoint || one.ready.empty() ||
      !before.event.waited || !next.event.waited || !one.endpoint)
    return false;
  for (const std::size_t step : before.steps)
    for (const std::size_t ready : all.steps[step].ready)
      if (!all.endpoints[ready].is_inside()) return false;
  const double began = before.event.began;
  before.event = next.event;
  before.event.began = began;
  take_steps(before, next);
  return true;
}

// Whether the next event of the same thread is a part of the one before; joins them if so.
bool join(Draft& before, const Draft& next, const Followed& all) {
  const std::string& call = next.event.call;
  if (slept_on(before, next, all)) return true;
  if (is_lookup(before, all) && is_lookup(next, all)) {
    take_steps(before, next);
    return true;
  }
  if ((call == "affiche" || call == "lit") && before.event.call == call) {
    take_steps(before, next);
    before.event.waited = before.event.waited || next.event.waited;
    if (before.event.waited) before.event.ended = next.event.ended;
    return true;
  }
  const bool asks = call == "getsockname" || call == "getpeername";
  if (asks && before.event.call == call && before.event.arguments == next.event.arguments) {
    take_steps(before, next);
    return true;
  }
  if (call == "lit" && waits_for_input(before, all)) {
    const double began = before.event.began;
    const double ended = before.event.ended;
    const bool waited = before.event.waited;
    std::vector<std::size_t> steps = before.steps;
    before.event = next.event;
    before.event.began = began;
    before.event.waited = waited || next.event.waited;
    before.event.ended = waited ? ended : next.event.waited ? next.event.ended : began;
    steps.insert(steps.end(), next.steps.begin(), next.steps.end());
    before.steps = std::move(steps);
    return true;
  }
  return false;
}

void finish_reading(Draft& draft, const Followed& all) {
  Event& event = draft.event;
  const std::string text = text_of_steps(draft, all);
  const std::string quoted = fmt::format("« {} »", text);
  const bool from_pipe = reads_pipe(draft, all);
  event.awaited = from_pipe ? "la suite du tube" : "le clavier";
  if (text.empty() && event.outcome != Outcome::done) {
    event.arguments = "rien";
    event.meaning = fmt::format("Attend {}, en vain.", event.awaited);
  } else if (from_pipe) {
    event.arguments = text.empty() ? "la fin du tube" : "dans le tube " + quoted;
    event.meaning = text.empty()   ? "Le tube est fini : plus personne n'y écrira."
                    : event.waited ? fmt::format("Attend la suite du tube, et y lit : {}.", quoted)
                                   : fmt::format("Lit dans le tube : {}.", quoted);
  } else {
    event.arguments = text.empty() ? "la fin (Ctrl-D)" : quoted;
    event.meaning = text.empty()   ? "Le clavier se ferme (Ctrl-D)."
                    : event.waited ? fmt::format("Attend qu'on tape une ligne : {}.", quoted)
                                   : fmt::format("Lit ce qui a été tapé : {}.", quoted);
  }
}

void finish(Draft& draft, const Followed& all) {
  Event& event = draft.event;
  if (is_lookup(draft, all)) {
    event.call = "getaddrinfo";
    event.arguments.clear();
    event.result.clear();
    event.meaning = "Demande au système quelles adresses portent ce nom.";
    event.outcome = Outcome::done;
  } else if (event.call == "affiche") {
    event.arguments = fmt::format("« {} »", text_of_steps(draft, all));
    event.meaning = fmt::format("Affiche {}.", event.arguments);
  } else if (event.call == "lit") {
    finish_reading(draft, all);
  }
}

// --- long rows
// -----------------------------------------------------------------------------------------

bool same_row(const Draft& a, const Draft& b, const Followed& all) {
  const Step& one = first_step(a, all);
  const Step& other = first_step(b, all);
  return one.direction != Direction::none && one.endpoint == other.endpoint &&
         a.event.call == b.event.call && a.event.outcome == Outcome::done &&
         b.event.outcome == Outcome::done && one.count > 0 && other.count > 0;
}

void sum_up(std::vector<Draft>& drafts, const std::vector<std::size_t>& row, const Followed& all,
            std::set<std::size_t>& gone) {
  if (row.size() < row_min) return;
  Draft& middle = drafts[row[row_ends]];
  std::size_t bytes = 0;
  const double last_began = drafts[row[row.size() - row_ends - 1]].event.began;
  for (std::size_t i = row_ends; i < row.size() - row_ends; ++i) {
    const Draft& one = drafts[row[i]];
    bytes += first_step(one, all).count;
    middle.event.waited = middle.event.waited || one.event.waited;
    if (i == row_ends) continue;
    take_steps(middle, one);
    middle.event.ended = one.event.ended;
    gone.insert(row[i]);
  }
  const bool out = first_step(middle, all).direction == Direction::out;
  // Nothing may come before it was sent: what was taken in a row was taken at the end of it.
  if (!middle.event.waited && !out) middle.event.began = last_began;
  if (!middle.event.waited) middle.event.ended = middle.event.began;
  const std::string& arguments = middle.event.arguments;  // "4, 65 536 octets au plus"
  middle.event.arguments = fmt::format("{}, {} fois", arguments.substr(0, arguments.find(',')),
                                       row.size() - 2 * row_ends);
  middle.event.result = octets(bytes);
  middle.event.meaning =
      fmt::format("{} ainsi {} fois de suite : {} en tout.", out ? "Envoie" : "Reçoit",
                  row.size() - 2 * row_ends, octets(bytes));
}

void sum_up_rows(std::vector<Draft>& drafts, const Followed& all) {
  std::map<std::size_t, std::vector<std::size_t>> row_of;  // by thread
  std::set<std::size_t> gone;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    std::vector<std::size_t>& row = row_of[drafts[i].thread];
    if (!row.empty() && !same_row(drafts[row.back()], drafts[i], all)) {
      sum_up(drafts, row, all, gone);
      row.clear();
    }
    row.push_back(i);
  }
  for (const auto& [thread, row] : row_of)
    sum_up(drafts, row, all, gone);
  std::size_t index = 0;
  std::erase_if(drafts, [&](const Draft&) { return gone.contains(index++); });
}

// A thread is launched for the reader only when he sees what it does.
void drop_silent_threads(std::vector<Draft>& drafts, const Followed& all) {
  std::set<pid_t> shown;
  for (const Draft& draft : drafts)
    shown.insert(all.threads[draft.thread].id);
  std::erase_if(drafts, [&](const Draft& draft) {
    return draft.event.call == "std::thread" &&
           !shown.contains(static_cast<pid_t>(first_step(draft, all).call.value().value_or(0)));
  });
}

}  // namespace

void summarise(std::vector<Draft>& drafts, const Followed& all) {
  std::vector<Draft> kept;
  std::map<std::size_t, std::size_t> last_of;  // by thread
  for (Draft& draft : drafts) {
    const auto last = last_of.find(draft.thread);
    if (last != last_of.end() && join(kept[last->second], draft, all)) continue;
    last_of[draft.thread] = kept.size();
    kept.push_back(std::move(draft));
  }
  for (Draft& draft : kept)
    finish(draft, all);
  // A line end alone is nothing to see.
  std::erase_if(kept, [&](const Draft& draft) {
    return draft.event.call == "affiche" && text_of_steps(draft, all).empty();
  });
  drop_silent_threads(kept, all);
  sum_up_rows(kept, all);
  drafts = std::move(kept);
}

}  // namespace prise::trace
