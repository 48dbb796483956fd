#include "order.hpp"

#include <functional>
#include <queue>
#include <utility>

namespace prise::trace {
namespace {

class Order {
public:
  explicit Order(const Diagram& diagram)
      : diagram_(diagram), first_(diagram.events.size()), before_(diagram.events.size(), none) {
    std::vector<std::size_t> last_of_lane(diagram.lanes.size(), none);
    for (std::size_t event = 0; event < diagram.events.size(); ++event)
      add(diagram.events[event], event, last_of_lane);
    for (const Arrow& arrow : diagram.arrows) {
      if (!arrow.to) continue;
      must_follow(first_.at(arrow.from), last_of(*arrow.to));
      if (woke(arrow)) must_follow(first_[arrow.from], last_of(before_[*arrow.to]));
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
    if (last != none) {
      must_follow(last, first_[number]);
      before_[number] = nodes_[last].moment.event;
    }
    if (!whole && !unfinished) {
      nodes_.push_back({{number, Moment::Part::end}, event.ended, 0, {}, false});
      must_follow(first_[number], nodes_.size() - 1);
    }
    last = nodes_.size() - 1;
  }

  // Whether what the receiver waited for right before, in poll for instance, was this arrow, though
  // it seems to have come back a moment earlier than it was sent.
  bool woke(const Arrow& arrow) const {
    constexpr double moment = 0.005;  // seconds
    const std::size_t before = before_[*arrow.to];
    if (before == none || before == arrow.from || !diagram_.events[before].waited) return false;
    const double early = diagram_.events[arrow.from].began - diagram_.events[before].ended;
    return early > 0 && early < moment;
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
  const Diagram& diagram_;
  std::vector<Node> nodes_;
  std::vector<std::size_t> first_;   // of each event, its first node
  std::vector<std::size_t> before_;  // of each event, the one before it on its lane
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready_;
};

}  // namespace

std::vector<Moment> moments_in_order(const Diagram& diagram) {
  return Order(diagram).take();
}

}  // namespace prise::trace
