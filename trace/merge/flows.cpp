#include "merge/flows.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace prise::trace {
namespace {

bool fits(const std::string& one, const std::string& other) {  // what is not known fits
  return one.empty() || other.empty() || one == other;
}

std::string port_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  return colon == std::string::npos ? "" : address.substr(colon + 1);
}

class Finder {
public:
  explicit Finder(const Followed& all) : all_(all) {
    found_.peer.resize(all.endpoints.size());
    found_.cause.resize(all.steps.size());
  }

  Flows find() {
    connections();
    streams();
    datagrams();
    ends();
    polls();
    std::stable_sort(found_.passages.begin(), found_.passages.end(),
                     [](const Passage& a, const Passage& b) { return a.from < b.from; });
    return std::move(found_);
  }

private:
  const Endpoint& endpoint(std::size_t i) const { return all_.endpoints[i]; }
  double began(std::size_t step) const { return all_.steps[step].call.began; }
  double ended(std::size_t step) const { return all_.steps[step].call.ended; }
  // Whether the one may be what the other met: it began before the other had returned for certain.
  bool may_meet(std::size_t early, std::size_t late) const {
    return began(early) <= all_.steps[late].call.returned_before;
  }

  void pass(Passage passage) {
    if (passage.to && !found_.cause[*passage.to]) found_.cause[*passage.to] = passage.from;
    found_.passages.push_back(std::move(passage));
  }

  // --- connect → accept --------------------------------------------------------------------------

  void connections() {
    std::vector<std::size_t> waiting;  // connects that no accept has taken yet
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      if (all_.steps[i].call.name == "connect" && all_.steps[i].endpoint &&
          (all_.steps[i].call.value() || all_.steps[i].call.error() == "EINPROGRESS") &&
          endpoint(*all_.steps[i].endpoint).what == What::stream)
        waiting.push_back(i);
    for (std::size_t i = 0; i < all_.steps.size(); ++i) {
      const Step& step = all_.steps[i];
      if (!step.call.name.starts_with("accept") || !step.created) continue;
      const Endpoint& server = endpoint(*step.created);
      const auto find = [&](bool local_known) {
        return std::find_if(waiting.begin(), waiting.end(), [&](std::size_t connect) {
          const Endpoint& client = endpoint(*all_.steps[connect].endpoint);
          return may_meet(connect, i) && fits(client.remote, server.local) &&
                 (local_known ? client.local == server.remote : client.local.empty());
        });
      };
      // One that did nothing else with its socket never showed which port it was given.
      auto match = find(true);
      if (match == waiting.end()) match = find(false);
      if (match == waiting.end()) continue;
      const std::size_t client = *all_.steps[*match].endpoint;
      found_.peer[*step.created] = client;
      found_.peer[client] = *step.created;
      Passage passage;
      passage.from = *match;
      passage.to = i;
      passage.kind = ArrowKind::connection;
      pass(std::move(passage));
      waiting.erase(match);
    }
  }

  // --- the bytes of streams
  // -------------------------------------------------------------------------

  void streams() {
    std::map<std::size_t, std::size_t> flow_from, flow_to;  // by endpoint
    for (std::size_t i = 0; i < all_.endpoints.size(); ++i) {
      if (endpoint(i).what != What::stream || endpoint(i).listens) continue;
      flow_from[i] = found_.flows.size();
      if (found_.peer[i]) flow_to[*found_.peer[i]] = found_.flows.size();
      found_.flows.push_back({i, found_.peer[i], {}, {}});
    }
    // Two threads may send or take at once: who ended first was first.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      if (all_.steps[i].count > 0 && all_.steps[i].endpoint && !all_.steps[i].peeked)
        order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ended(a) < ended(b); });
    for (const std::size_t i : order) {
      const Step& step = all_.steps[i];
      auto& flow_of = step.direction == Direction::out ? flow_from : flow_to;
      const auto flow = flow_of.find(*step.endpoint);
      if (flow == flow_of.end()) continue;
      Flow& found = found_.flows[flow->second];
      auto& pieces = step.direction == Direction::out ? found.sent : found.taken;
      const std::size_t offset = pieces.empty() ? 0 : pieces.back().offset + pieces.back().count;
      pieces.push_back({i, offset, step.count, step.data});
    }
    for (std::size_t flow = 0; flow < found_.flows.size(); ++flow)
      if (found_.flows[flow].receiver) match(flow);
  }

  // An arrow for all that one call sent and one call took of it.
  void match(std::size_t flow) {
    const Flow& all = found_.flows[flow];
    auto taken = all.taken.begin();
    for (const Flow::Piece& sent : all.sent) {
      std::size_t at = sent.offset;
      const std::size_t end = sent.offset + sent.count;
      while (at < end) {
        while (taken != all.taken.end() && taken->offset + taken->count <= at)
          ++taken;
        Passage passage;
        passage.from = sent.step;
        passage.kind = taken == all.taken.end() ? ArrowKind::lost : ArrowKind::bytes;
        if (taken != all.taken.end()) passage.to = taken->step;
        const std::size_t until =
            taken == all.taken.end() ? end : std::min(end, taken->offset + taken->count);
        passage.bytes = until - at;
        passage.flow = flow;
        passage.offset = at;
        const std::size_t skipped = std::min(at - sent.offset, sent.data.size());
        passage.data = sent.data.substr(skipped, passage.bytes);
        pass(std::move(passage));
        at = until;
      }
    }
  }

  // --- datagrams
  // ----------------------------------------------------------------------------------------

  void datagrams() {
    std::vector<std::size_t> sent;
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      if (is_datagram(i, Direction::out)) sent.push_back(i);
    for (std::size_t i = 0; i < all_.steps.size(); ++i) {
      if (!is_datagram(i, Direction::in) || all_.steps[i].peeked) continue;
      const auto match = std::find_if(sent.begin(), sent.end(),
                                      [&](std::size_t from) { return took_datagram(from, i); });
      if (match == sent.end()) continue;
      datagram(*match, i);
      sent.erase(match);
    }
    for (const std::size_t i : sent)
      datagram(i, std::nullopt);
  }

  bool is_datagram(std::size_t i, Direction direction) const {
    const Step& step = all_.steps[i];
    return step.direction == direction && step.call.value() && step.endpoint &&
           endpoint(*step.endpoint).what == What::datagrams;
  }

  bool took_datagram(std::size_t from, std::size_t to) const {
    const Step& out = all_.steps[from];
    const Step& in = all_.steps[to];
    const Endpoint& sender = endpoint(*out.endpoint);
    const Endpoint& taker = endpoint(*in.endpoint);
    const std::string target = port_of(out.peer.empty() ? sender.remote : out.peer);
    const std::string origin = port_of(in.peer.empty() ? taker.remote : in.peer);
    return may_meet(from, to) && fits(port_of(sender.local), origin) &&
           fits(port_of(taker.local), target) && out.count >= in.count &&
           out.data.starts_with(in.data.substr(0, out.data.size()));
  }

  void datagram(std::size_t from, std::optional<std::size_t> to) {
    const Step& out = all_.steps[from];
    Passage passage;
    passage.from = from;
    passage.to = to;
    passage.kind = to ? ArrowKind::datagram : ArrowKind::lost;
    passage.bytes = out.count;
    passage.data = out.data;
    if (to) {
      found_.peer[*out.endpoint] = all_.steps[*to].endpoint;
      found_.peer[*all_.steps[*to].endpoint] = out.endpoint;
    }
    pass(std::move(passage));
  }

  // --- the end of a stream
  // ------------------------------------------------------------------------------

  void ends() {
    std::map<std::size_t, std::vector<std::size_t>> ended_by;  // the steps that ended an endpoint
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      for (const std::size_t one : all_.steps[i].ended)
        ended_by[one].push_back(i);
    std::vector<bool> told(all_.endpoints.size());
    for (std::size_t i = 0; i < all_.steps.size(); ++i) {
      const Step& step = all_.steps[i];
      if (!step.endpoint || endpoint(*step.endpoint).what != What::stream) continue;
      const std::size_t own = *step.endpoint;
      const bool end_of_stream =
          step.direction == Direction::in && step.call.value() == 0 && !step.peeked;
      const std::string_view error = step.call.error();
      if (told[own] || !(end_of_stream || error == "ECONNRESET" || error == "EPIPE")) continue;
      const std::vector<std::size_t>* causes =
          found_.peer[own] ? &ended_by[*found_.peer[own]] : nullptr;
      // A shutdown of our own ends our reading too (shutdown(2), SHUT_RDWR).
      if (causes == nullptr || causes->empty() || !may_meet(causes->front(), i))
        causes = &ended_by[own];
      if (causes->empty() || !may_meet(causes->front(), i)) continue;
      std::size_t cause = causes->front();
      if (!end_of_stream)
        for (const std::size_t later : *causes)
          if (may_meet(later, i)) cause = later;
      if (cause == i) continue;
      told[own] = true;
      Passage passage;
      passage.from = cause;
      passage.to = i;
      passage.kind = ArrowKind::end;
      pass(std::move(passage));
    }
  }

  // --- what woke a poll
  // -----------------------------------------------------------------------------------

  // What the next call that takes something from the same descriptor had waited for.
  std::optional<std::size_t> cause_of_readiness(std::size_t poll, std::size_t ready) const {
    for (std::size_t i = poll + 1; i < all_.steps.size(); ++i) {
      const Step& step = all_.steps[i];
      if (step.endpoint != ready || step.call.began < ended(poll)) continue;
      if (step.peeked || step.direction == Direction::out) continue;
      if (found_.cause[i]) return found_.cause[i];
      if (step.direction == Direction::in || step.call.name == "close") return std::nullopt;
    }
    return std::nullopt;
  }

  // Another thread wrote into the pipe that this one watches: an arrow, though nobody reads it.
  std::optional<std::size_t> wake_up(std::size_t poll, std::size_t pipe) {
    for (std::size_t i = 0; i < all_.steps.size(); ++i) {
      const Step& step = all_.steps[i];
      if (step.direction != Direction::out || step.count == 0 || !step.endpoint) continue;
      if (step.thread == all_.steps[poll].thread || !may_meet(i, poll)) continue;
      const Endpoint& end = endpoint(*step.endpoint);
      if (end.what != What::pipe || end.inode.empty() || end.inode != endpoint(pipe).inode ||
          woken_by_.contains(i))
        continue;
      woken_by_.insert(i);
      Passage passage;
      passage.from = i;
      passage.to = poll;
      passage.bytes = step.count;
      passage.data = step.data;
      pass(std::move(passage));
      return i;
    }
    return std::nullopt;
  }

  void polls() {
    for (std::size_t i = 0; i < all_.steps.size(); ++i)
      for (const std::size_t ready : all_.steps[i].ready) {
        const auto& only_writable = all_.steps[i].only_writable;
        if (std::find(only_writable.begin(), only_writable.end(), ready) != only_writable.end())
          continue;  // what comes later has nothing to do with it
        auto cause = cause_of_readiness(i, ready);
        if (!cause && endpoint(ready).what == What::pipe) cause = wake_up(i, ready);
        if (!cause || !may_meet(*cause, i)) continue;
        auto& first = found_.cause[i];
        if (!first || began(*cause) < began(*first)) first = cause;
      }
  }

  const Followed& all_;
  Flows found_;
  std::set<std::size_t> woken_by_;  // writes into pipes that have their arrow
};

}  // namespace

Flows find_flows(const Followed& all) {
  return Finder(all).find();
}

}  // namespace prise::trace
