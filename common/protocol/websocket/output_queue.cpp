#include "protocol/websocket/output_queue.hpp"

#include <algorithm>
#include <cassert>

namespace prise::websocket {

Buffer& OutputQueue::own() {
  borrow(own_, pool_);
  return own_;
}

void OutputQueue::share(std::shared_ptr<const PreparedFrame> frame, Bytes bytes) {
  shared_bytes_ += bytes.size();
  shared_.push_back({std::move(frame), bytes, own_.size()});
}

// They are the last that were queued, and so are their copies.
void OutputQueue::keep_lent() {
  if (shared_sent_ == shared_.size() || shared_.back().frame != nullptr) return;
  const Bytes left = shared_.back().left;
  own().insert(own_.end(), left.begin(), left.end());
  shared_bytes_ -= left.size();
  shared_.pop_back();
}

Output OutputQueue::next() const {
  Output output;
  const Bytes own{own_};
  std::size_t at = own_sent_;
  for (const Shared& shared : std::span(shared_).subspan(shared_sent_)) {
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
  for (Shared& shared : std::span(shared_).subspan(shared_sent_)) {
    count = write_own(count, shared.own_before);
    const std::size_t written = std::min(count, shared.left.size());
    shared.left = shared.left.subspan(written);
    shared_bytes_ -= written;
    count -= written;
    if (!shared.left.empty()) break;
    shared.frame.reset();
    ++shared_sent_;
  }
  if (shared_sent_ == shared_.size()) count = write_own(count, own_.size());
  assert(count == 0);
  drop_sent();
}

// What has gone is dropped all at once when nothing is left; or, under a slow reader, when it is
// the larger half, so that each byte and each frame is moved at most once for each that is sent.
void OutputQueue::drop_sent() {
  if (bytes() == 0) {
    own_sent_ = shared_sent_ = 0;
    release(own_, pool_);
    shared_.clear();
    shared_.shrink_to_fit();
    return;
  }
  if (shared_sent_ > shared_.size() / 2) {
    shared_.erase(shared_.begin(), shared_.begin() + static_cast<std::ptrdiff_t>(shared_sent_));
    shared_sent_ = 0;
  }
  if (own_sent_ > own_.size() / 2) {
    own_.erase(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(own_sent_));
    for (Shared& shared : shared_)
      shared.own_before -= std::min(shared.own_before, own_sent_);
    own_sent_ = 0;
  }
}

}  // namespace prise::websocket
