// The session's opening handshake, in both roles.
#include <algorithm>

#include "conformance/session.hpp"
#include "protocol/websocket/accept_key.hpp"

namespace prise::conformance {
namespace {

constexpr std::size_t head_bytes_max = 64 * 1024;

std::string fresh_key(std::mt19937& chance) {
  websocket::Nonce nonce;
  for (std::byte& byte : nonce)
    byte = static_cast<std::byte>(chance());
  return websocket::key_of(nonce);
}

}  // namespace

Record Session::play_against_server(const Where& where) {
  ask(where);
  const bool open = record_.handshake_fault.empty() && !record_.unimplemented && !record_.refused;
  if (open && case_.opening.result == Opening::Result::open) {
    play_steps();
    settle();
  }
  return record_;
}

Record Session::play_against_client(const Head& request) {
  record_.handshake_fault = fault_in_request(request);
  if (!record_.handshake_fault.empty()) return record_;
  answer(request);
  if (record_.unimplemented) {
    settle();
  } else if (case_.opening.result != Opening::Result::open) {
    expect_silence();
  } else if (record_.handshake_fault.empty()) {
    play_steps();
    settle();
  }
  return record_;
}

// The head, and the first step's frames in the same write if the case says so.
bool Session::send_opening(std::string head) {
  if (case_.opening.frames_with_it)
    for (const Frame& frame : std::get<Send>(case_.steps.front()).frames) {
      head += encoded(frame);
      first_step_ = 1;
    }
  if (!case_.opening.byte_by_byte) return wire_.send(head, deadline());
  for (std::size_t i = 0; i < head.size(); ++i)
    if (!wire_.send(std::string_view(head).substr(i, 1), deadline())) return false;
  return true;
}

void Session::ask(const Where& where) {
  const std::string key = fresh_key(chance_);
  send_opening(request_text(case_.opening, where, key));
  const Deadline end = deadline();
  std::optional<HeadAndBytes> answer;
  while (!(answer = head_in(wire_.input())) && wire_.input().size() < head_bytes_max)
    if (!wire_.read_more(end)) break;
  if (!answer) {
    const bool gone = wire_.end() != Wire::End::none;
    record_.refused = gone && case_.opening.result == Opening::Result::refused_or_cut;
    if (!record_.refused)
      record_.handshake_fault = gone ? "cut during the handshake" : "no answer to the handshake";
    return;
  }
  wire_.take(answer->bytes);
  judge_answer(answer->head, key);
}

void Session::judge_answer(const Head& answer, const std::string& key) {
  const Opening& opening = case_.opening;
  record_.status = answer.status();
  if (opening.result != Opening::Result::open) {
    const bool listed = opening.statuses.empty()
                            ? record_.status >= 400 && record_.status <= 505
                            : std::find(opening.statuses.begin(), opening.statuses.end(),
                                        record_.status) != opening.statuses.end();
    const std::string& field = opening.answer_has.name;
    const bool has =
        field.empty() || holds_token(answer.field(field).value_or(""), *opening.answer_has.value);
    if (!listed)
      record_.handshake_fault = "answered " + answer.first_line;
    else if (!has)
      record_.handshake_fault = "the refusal has no " + field + ": " + *opening.answer_has.value;
    record_.refused = listed && has;
    return;
  }
  record_.handshake_fault = fault_in_answer(answer, key);
  if (record_.handshake_fault.empty()) agree(answer.field("Sec-WebSocket-Extensions").value_or(""));
}

void Session::agree(const std::string& extensions) {
  using Agreed = Opening::Agreed;
  const Agreed wanted = case_.opening.agreed;
  if (extensions.empty()) {
    record_.unimplemented = wanted == Agreed::deflate;
    return;
  }
  const auto agreement = agreement_in(extensions);
  if (!agreement || wanted == Agreed::nothing) {
    record_.handshake_fault = "agreed on " + extensions;
    return;
  }
  codec_ = tested_ == Tested::server
               ? std::make_unique<Codec>(agreement->client, agreement->server)
               : std::make_unique<Codec>(agreement->server, agreement->client);
}

void Session::answer(const Head& request) {
  const std::string key = *request.field("Sec-WebSocket-Key");
  const Opening& opening = case_.opening;
  std::string extensions = opening.extensions;
  if (case_.deflate_row > 0) {
    const auto ours =
        answer_to_offer(case_.deflate_row, request.field("Sec-WebSocket-Extensions").value_or(""));
    record_.unimplemented = !ours;
    extensions = ours.value_or("");
  }
  if (!extensions.empty() && opening.result == Opening::Result::open) agree(extensions);
  send_opening(response_text(opening, key, extensions));
}

// A client that was answered wrongly goes away without a word, even if we go on.
void Session::expect_silence() {
  Frame tempting;
  tempting.payload = Payload("is anybody there?");
  if (case_.opening.filler_bytes == 0) wire_.send(encoded(tempting), deadline());
  const Deadline end = deadline();
  while (wire_.input().empty() && wire_.end() == Wire::End::none)
    if (!wire_.read_more(end)) break;
  record_.refused = wire_.input().empty() && wire_.end() != Wire::End::none;
  if (!wire_.input().empty()) record_.handshake_fault = "it takes the answer for a good one";
  if (wire_.end() == Wire::End::none && wire_.input().empty())
    record_.handshake_fault = "it stays connected";
  record_.tcp_end = wire_.end();
}

}  // namespace prise::conformance
