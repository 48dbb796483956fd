#include "merge/waiting.hpp"

#include <algorithm>

namespace prise::trace {
namespace {

constexpr double slept_seconds_min = 0.002;     // longer than strace itself keeps a call, as a rule
constexpr double connecting_seconds_min = 0.5;  // on one machine nobody is that far away

bool can_sleep(const Step& step) {
  const std::string& name = step.call.name;
  return step.direction == Direction::in || name.starts_with("accept") || name == "poll" ||
         name == "ppoll" || name.starts_with("epoll_wait") || name.starts_with("epoll_pwait");
}

// The timeout of poll is its third argument, of epoll_wait its fourth; 0: it only looks.
bool only_looks(const Step& step) {
  const std::string& name = step.call.name;
  if (name == "poll") return step.call.argument(2) == "0";
  if (name.starts_with("epoll_wait") || name == "epoll_pwait") return step.call.argument(3) == "0";
  return false;
}

// Some of the bytes were taken before the call returned, more than once: it waited for room.
bool waited_for_room(const Followed& all, const Flows& flows, std::size_t i) {
  const auto taken_meanwhile =
      std::count_if(flows.passages.begin(), flows.passages.end(), [&](const Passage& passage) {
        return passage.from == i && passage.to && passage.kind == ArrowKind::bytes &&
               all.steps[*passage.to].call.ended < all.steps[i].call.ended;
      });
  const Call& call = all.steps[i].call;
  return taken_meanwhile >= 2 && call.ended - call.began > slept_seconds_min;
}

bool slept(const Followed& all, const Flows& flows, std::size_t i) {
  const Step& step = all.steps[i];
  const Call& call = step.call;
  const double seconds = call.ended - call.began;
  if (call.name == "nanosleep" || call.name == "clock_nanosleep") return true;
  if (call.name == "futex") return call.value() == 0 || seconds > slept_seconds_min;
  if (!step.may_sleep) return false;
  if (call.name == "connect") return seconds > connecting_seconds_min;
  if (step.direction == Direction::out)
    return (call.error() == "EAGAIN" && seconds > slept_seconds_min) ||
           waited_for_room(all, flows, i);
  if (!can_sleep(step) || only_looks(step)) return false;
  if (!call.finished) return true;  // it was interrupted in its sleep
  if (flows.cause[i]) return all.steps[*flows.cause[i]].call.began > call.began;
  return seconds > slept_seconds_min;
}

}  // namespace

std::vector<bool> find_waiting(const Followed& all, const Flows& flows) {
  std::vector<bool> waited(all.steps.size());
  for (std::size_t i = 0; i < all.steps.size(); ++i)
    waited[i] = slept(all, flows, i);
  return waited;
}

}  // namespace prise::trace
