#include "conformance/judge.hpp"

#include <algorithm>
#include <cctype>

namespace prise::conformance {
namespace {

// A Close frame without a code is a normal one (section 7.1.5), and no way to refuse something.
bool has_code(const Closing& closing, const PeerClose& close) {
  return std::find(closing.codes.begin(), closing.codes.end(), close.code.value_or(1000)) !=
         closing.codes.end();
}

bool closed_as(const Closing& closing, const Record& record) {
  const bool tcp_ended = record.tcp_end != Wire::End::none;
  if (closing.by == Closing::By::tcp_only) return tcp_ended;
  if (!record.peer_close || !tcp_ended) return false;
  const bool by_peer = closing.by == Closing::By::peer;
  return record.peer_close->was_first == by_peer && has_code(closing, *record.peer_close);
}

std::string shown(const std::string& payload) {
  constexpr std::size_t shown_bytes = 16;
  std::string text;
  for (const char c : payload.substr(0, shown_bytes))
    text += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '.';
  return "'" + text + "'" +
         (payload.size() > shown_bytes ? " (" + std::to_string(payload.size()) + " bytes)" : "");
}

std::string shown(const std::vector<Event>& events) {
  static constexpr const char* kinds[] = {"text", "binary", "ping", "pong", "timeout"};
  if (events.empty()) return "nothing";
  std::string text;
  for (const Event& event : events)
    text += (text.empty() ? "" : ", ") + std::string(kinds[static_cast<std::size_t>(event.kind)]) +
            " " + shown(event.payload);
  return text.substr(0, 160);
}

std::string shown(const std::vector<int>& codes) {
  std::string text;
  for (const int code : codes)
    text += (text.empty() ? "" : " or ") + std::to_string(code);
  return text;
}

std::string close_text(const PeerClose& close) {
  return close.code ? std::to_string(*close.code) : "no code";
}

std::string closing_text(const Record& record, Tested tested) {
  const std::string peer = tested == Tested::server ? "server" : "client";
  std::string text;
  if (!record.peer_close)
    text = "no Close frame from the " + peer;
  else if (record.peer_close->was_first)
    text = peer + " closed, " + close_text(*record.peer_close);
  else
    text = "harness closed, " + peer + " answered " + close_text(*record.peer_close);
  if (record.tcp_end == Wire::End::end_of_stream) text += "; it ended TCP";
  if (record.tcp_end == Wire::End::reset && !record.we_cut) text += "; it reset TCP";
  if (record.tcp_end == Wire::End::none) text += "; it left TCP open";
  const bool clean = record.peer_close && record.we_closed && record.tcp_end != Wire::End::none;
  return text + (clean ? "; clean" : "; not clean");
}

// Why no outcome fits: measured against the first.
std::string mismatch(const Outcome& wanted, const Record& record) {
  if (!came_as(wanted, record.events)) return "came: " + shown(record.events);
  const bool by_peer = wanted.closing.by == Closing::By::peer;
  if (!record.peer_close)
    return record.tcp_end == Wire::End::none ? "not closed in time" : "cut without a Close frame";
  if (record.peer_close->was_first != by_peer)
    return by_peer ? "not failed by the peer" : "closed before its time";
  if (!has_code(wanted.closing, *record.peer_close))
    return "close code " + close_text(*record.peer_close) + ", not " + shown(wanted.closing.codes);
  return "TCP left open";
}

void judge_frames(const Case& one, const Record& record, Result& result) {
  const auto fits =
      std::find_if(one.outcomes.begin(), one.outcomes.end(), [&](const Outcome& outcome) {
        return came_as(outcome, record.events) && closed_as(outcome.closing, record);
      });
  if (fits != one.outcomes.end()) {
    result.verdict = fits->verdict;
    if (fits->verdict == Verdict::ok) return;
    result.why = "came: " + shown(record.events);
    return;
  }
  result.why = mismatch(one.outcomes.front(), record);
}

}  // namespace

bool came_as(const Outcome& outcome, const std::vector<Event>& events) {
  return std::equal(outcome.happenings.begin(), outcome.happenings.end(), events.begin(),
                    events.end(), [](const Happening& wanted, const Event& event) {
                      return wanted.kind == event.kind && wanted.payload.text() == event.payload;
                    });
}

Result judge(const Case& one, Tested tested, const Record& record) {
  Result result{one.number, one.title};
  result.closing =
      record.refused || !record.handshake_fault.empty()
          ? "handshake refused" + (record.status != 0 ? ", " + std::to_string(record.status) : "")
          : closing_text(record, tested);
  if (!record.handshake_fault.empty()) {
    result.why = record.handshake_fault;
  } else if (record.unimplemented) {
    result.verdict = Verdict::unimplemented;
    result.why = "no agreement on compression";
  } else if (record.refused) {
    result.verdict = Verdict::ok;
  } else if (one.opening.result != Opening::Result::open) {
    result.why = "the handshake was not refused";
  } else if (!record.violation.empty()) {
    result.why = record.violation;
  } else if (!record.trouble.empty()) {
    result.why = record.trouble;
  } else {
    judge_frames(one, record, result);
  }
  if (one.informational && record.peer_close && record.violation.empty())
    result.verdict = Verdict::informational;
  return result;
}

}  // namespace prise::conformance
