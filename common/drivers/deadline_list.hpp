// Deadlines of one kind, all as long after their beginning as each other: then the list of them, in
// the order in which they began, is sorted, and beginning, ending and asking for the first cost the
// same with ten connections as with ten thousand. Part of the event loop.
#pragma once

#include "drivers/clock.hpp"

namespace prise::drivers {

// A link of at most one list. Whoever has one derives from it; it leaves its list when destroyed.
struct DeadlineLink {
  DeadlineLink() = default;
  DeadlineLink(const DeadlineLink&) = delete;
  DeadlineLink& operator=(const DeadlineLink&) = delete;
  ~DeadlineLink() { leave(); }

  void leave() {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }

  DeadlineLink* previous = this;  // alone: in a circle with itself
  DeadlineLink* next = this;
  Deadline deadline{};
};

class DeadlineList {
public:
  // The last one, from now on. It leaves the list it was in.
  void put_last(DeadlineLink& link, Deadline deadline) {
    link.leave();
    link.deadline = deadline;
    link.previous = ends_.previous;
    link.next = &ends_;
    link.previous->next = link.next->previous = &link;
  }

  [[nodiscard]] bool empty() const { return ends_.next == &ends_; }
  [[nodiscard]] DeadlineLink& first() const { return *ends_.next; }

private:
  DeadlineLink ends_;  // the first comes after it, the last before it
};

}  // namespace prise::drivers
