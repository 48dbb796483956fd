#include "show/order.hpp"

#include <functional>
#include <optional>
#include <queue>
#include <utility>

namespace prise::trace {
namespace {

class Order {
public:
  explicit Order(const Diagram& diagram) : first_(diagram.events.size()) {
    std::vector<std::size_t> last_of_lane(diagram.lanes.size(), none);
    for (std::size_t event = 0; event < diagram.events.size(); ++event)
      add(diagram.events[event], event, last_of_lane);
    for (const Arrow& arrow : diagram.arrows) {
      if (!arrow.to) continue;
      must_follow(first_.at(arrow.from), last_of(*arrow.to));
    }
    const auto woken_by = wakers(diagram);
    for (std::size_t event = 0; event < woken_by.size(); ++event) {
      if (woken_by[event]) must_follow(first_[*woken_by[event]], last_of(event));
    }
  }

  std::vector<Moment> take() {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      offer(i);
    std::vector<Moment> order;
    std::size_t oldest = 0;
    while (order.size() < nodes_.size()) {
      if (ready_.empty()) {  // arrows that contradict each other: time decides
        while (nodes_[oldest].placed)
          ++oldest;
        nodes_[oldest].before = 0;
        offer(oldest);
      }
      const std::size_t next = ready_.top().second;
      ready_.pop();
      if (nodes_[next].placed) continue;
      nodes_[next].placed = true;
      order.push_back(nodes_[next].moment);
      for (const std::size_t after : nodes_[next].after) {
        if (nodes_[after].before > 0) --nodes_[after].before;
        offer(after);
      }
    }
    return order;
  }

private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Node {
    Moment moment;
    double when = 0;
    std::size_t before = 0;  // how many must stand above it and do not yet
    std::vector<std::size_t> after;
    bool placed = false;
  };

  void add(const Event& event, std::size_t number, std::vector<std::size_t>& last_of_lane) {
    const bool unfinished = event.outcome == Outcome::unfinished;
    const bool whole = !event.waited && !unfinished;
    first_[number] = nodes_.size();
    const auto begin = whole ? Moment::Part::whole : Moment::Part::begin;
    nodes_.push_back({{number, begin}, event.began, 0, {}, false});
    std::size_t& last = last_of_lane.at(event.lane);
    if (last != none) must_follow(last, first_[number]);
    if (!whole && !unfinished) {
      nodes_.push_back({{number, Moment::Part::end}, event.ended, 0, {}, false});
      must_follow(first_[number], nodes_.size() - 1);
    }
    last = nodes_.size() - 1;
  }

  std::size_t last_of(std::size_t event) const {
    const std::size_t first = first_.at(event);
    return nodes_[first].moment.part == Moment::Part::begin && first + 1 < nodes_.size() &&
                   nodes_[first + 1].moment.part == Moment::Part::end
               ? first + 1
               : first;
  }

  void must_follow(std::size_t before, std::size_t after) {
    if (before == after) return;
    nodes_[before].after.push_back(after);
    ++nodes_[after].before;
  }

  void offer(std::size_t node) {
    if (nodes_[node].before == 0 && !nodes_[node].placed) ready_.push({nodes_[node].when, node});
  }

  using Ready = std::pair<double, std::size_t>;  // when, node
  std::vector<Node> nodes_;
  std::vector<std::size_t> first_;  // of each event, its first node
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready_;
};

// Of each event, the one before it on its lane.
std::vector<std::optional<std::size_t>> predecessors(const Diagram& diagram) {
  std::vector<std::optional<std::size_t>> before(diagram.events.size()), last(diagram.lanes.size());
  for (std::size_t event = 0; event < diagram.events.size(); ++event) {
    std::optional<std::size_t>& of_lane = last.at(diagram.events[event].lane);
    before[event] = of_lane;
    of_lane = event;
  }
  return before;
}

// Whether it began while the other waited, or seems to have begun just after: clocks are not read
// that exactly.
bool could_wake(const Event& call, const Event& waiting) {
  constexpr double moment = 0.005;  // seconds
  return waiting.waited && call.began >= waiting.began && call.began <= waiting.ended + moment;
}

}  // namespace

std::vector<std::optional<std::size_t>> wakers(const Diagram& diagram) {
  const auto before = predecessors(diagram);
  std::vector<std::optional<std::size_t>> woken_by(diagram.events.size());
  for (const Arrow& arrow : diagram.arrows) {
    if (!arrow.to) continue;
    for (const std::optional<std::size_t> waiting : {arrow.to, before.at(*arrow.to)}) {
      if (!waiting || woken_by[*waiting] || *waiting == arrow.from) continue;
      if (could_wake(diagram.events.at(arrow.from), diagram.events[*waiting]))
        woken_by[*waiting] = arrow.from;
    }
  }
  return woken_by;
}

std::vector<Moment> moments_in_order(const Diagram& diagram) {
  return Order(diagram).take();
}

}  // namespace prise::trace
