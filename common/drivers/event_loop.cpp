#include "drivers/event_loop.hpp"

#include <fcntl.h>

#include <algorithm>

namespace prise::drivers {
namespace {

constexpr std::size_t buffer_bytes = 512 * 1024;  // of one recv, whoever it is from

// Large messages reuse large buffers: fresh memory costs more than the copy that goes into it.
constexpr std::size_t idle_buffers_max = 256;
constexpr std::size_t idle_buffer_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t idle_bytes_max = 16 * 1024 * 1024;

}  // namespace

EventLoop::EventLoop(const Settings& settings, net::Backend backend)
    : settings_{settings},
      pool_{idle_buffers_max, idle_buffer_bytes_max, idle_bytes_max},
      poller_{net::Poller::make(backend)},
      buffer_(buffer_bytes),
      reserve_{::open("/dev/null", O_RDONLY | O_CLOEXEC)} {
  settings_.websocket.buffers = &pool_;
  if (settings_.stop_fd != -1) poller_->watch(settings_.stop_fd, net::Interest::read);
}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  while (turn()) {
  }
}

bool EventLoop::turn(std::chrono::milliseconds time_max) {
  end_turn();  // what was said between the last one and this
  if (peer_count_ == 0 && listenings_.empty()) return false;
  const auto time = std::min(time_until(first_deadline(), Clock::now()), time_max);
  const std::span<const net::Ready> all_ready = poller_->wait(time);
  now_ = Clock::now();
  for (const net::Ready& ready : all_ready)
    become_ready(ready);
  look_whose_time_is_up();
  end_turn();
  return true;
}

void EventLoop::become_ready(const net::Ready& ready) {
  if (!ready.readable && !ready.writable) return;  // forgotten since
  const auto number = static_cast<std::size_t>(ready.fd);
  if (number < peers_.size() && peers_[number]) return peers_[number]->become_ready(ready);
  if (ready.fd == settings_.stop_fd) return stop();
  for (const auto& listening : listenings_) {
    if (listening->listener.fd() == ready.fd) return accept_all(*listening);
  }
}

// Their handlers may send to others, whom it is then the turn of.
void EventLoop::end_turn() {
  do {
    if (stop_asked_ && !stopping_) begin_stop();
    for (std::size_t i = 0; i < to_attend_.size(); ++i)
      to_attend_[i]->attend();
    to_attend_.clear();
  } while (stop_asked_ && !stopping_);
  gone_.clear();
}

void EventLoop::attend_later(Peer& peer) {
  if (peer.to_attend_) return;
  peer.to_attend_ = true;
  to_attend_.push_back(&peer);
}

void EventLoop::look_whose_time_is_up() {
  for (DeadlineList* list : {&handshakes_, &idle_, &sends_, &closes_}) {
    while (!list->empty() && list->first().deadline <= now_)
      static_cast<Peer&>(list->first()).time_is_up();
  }
  if (accepts_again_ > now_) return;
  accepts_again_ = Deadline::max();
  for (const auto& listening : listenings_)
    poller_->watch(listening->listener.fd(), net::Interest::read);
}

Deadline EventLoop::first_deadline() const {
  Deadline first = accepts_again_;
  for (const DeadlineList* list : {&handshakes_, &idle_, &sends_, &closes_})
    if (!list->empty()) first = std::min(first, list->first().deadline);
  return first;
}

void EventLoop::begin_stop() {
  stopping_ = true;
  accepts_again_ = Deadline::max();
  if (settings_.stop_fd != -1) poller_->forget(settings_.stop_fd);
  for (const auto& listening : listenings_)
    poller_->forget(listening->listener.fd());
  listenings_.clear();
  for (const auto& peer : peers_) {
    if (peer == nullptr) continue;
    if (peer->is_open())
      peer->close(websocket::CloseCode::going_away);
    else if (!peer->was_open_)
      peer->hang_up();
  }
}

void EventLoop::add(std::unique_ptr<Peer> peer) {
  const auto number = static_cast<std::size_t>(peer->socket_.fd());
  if (peers_.size() <= number) peers_.resize(number + 1);
  peers_[number] = std::move(peer);
  ++peer_count_;
}

// With its socket closed: the number of the descriptor may soon be another's.
std::unique_ptr<Peer> EventLoop::take_out(Peer& peer) {
  const int fd = peer.socket_.fd();
  poller_->forget(fd);
  peer.socket_.close();
  --peer_count_;
  return std::move(peers_[static_cast<std::size_t>(fd)]);
}

}  // namespace prise::drivers
