#include "protocol/websocket/output_queue.hpp"

#include <algorithm>
#include <cassert>

namespace prise::websocket {

Buffer& OutputQueue::own() {
  borrow(own_, pool_);
  return own_;
}

void OutputQueue::share(std::shared_ptr<const PreparedFrame> frame, Bytes bytes) {
  shared_.push_back({std::move(frame), bytes, own_.size()});
}

Output OutputQueue::next() const {
  Output output;
  const Bytes own{own_};
  std::size_t at = own_sent_;
  for (const Shared& shared : shared_) {
    if (output.full()) return output;
    output.add(own.subspan(at, shared.own_before - at));
    output.add(shared.left);
    at = shared.own_before;
  }
  output.add(own.subspan(at));
  return output;
}

// Counts up to `count` bytes of own_, before `end`, as sent. Returns what is left of `count`.
std::size_t OutputQueue::write_own(std::size_t count, std::size_t end) {
  const std::size_t written = std::min(count, end - own_sent_);
  own_sent_ += written;
  return count - written;
}

void OutputQueue::wrote(std::size_t count) {
  assert(count <= bytes());
  std::size_t gone = 0;
  for (Shared& shared : shared_) {
    count = write_own(count, shared.own_before);
    const std::size_t written = std::min(count, shared.left.size());
    shared.left = shared.left.subspan(written);
    count -= written;
    if (!shared.left.empty()) break;
    ++gone;
  }
  shared_.erase(shared_.begin(), shared_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (shared_.empty()) count = write_own(count, own_.size());
  assert(count == 0);
  drop_sent();
}

// Bytes that have gone are dropped all at once when nothing is left; or, under a slow reader, when
// they are the larger half, so that each byte is moved at most once for each byte sent.
void OutputQueue::drop_sent() {
  if (own_sent_ == own_.size() && shared_.empty()) {
    own_sent_ = 0;
    release(own_, pool_);
    shared_.shrink_to_fit();
  } else if (own_sent_ > own_.size() / 2) {
    own_.erase(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(own_sent_));
    for (Shared& shared : shared_)
      shared.own_before -= own_sent_;
    own_sent_ = 0;
  }
}

std::size_t OutputQueue::bytes() const {
  std::size_t total = own_.size() - own_sent_;
  for (const Shared& shared : shared_)
    total += shared.left.size();
  return total;
}

}  // namespace prise::websocket
