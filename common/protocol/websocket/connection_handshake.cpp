#include "protocol/websocket/connection_handshake.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/websocket/accept_key.hpp"

namespace prise::websocket {
namespace {

using protocol::HeadFault;
using protocol::HeadLimits;
using protocol::HeadParse;

// Section 4.1: 16 bytes chosen at random, from a source that gives four at a time.
Nonce fresh_nonce(const std::function<MaskKey()>& source) {
  Nonce nonce{};
  for (auto at = nonce.begin(); at != nonce.end(); at += 4) {
    const MaskKey four = source();
    std::copy(four.begin(), four.end(), at);
  }
  return nonce;
}

Rule rule_of(HeadFault fault) {
  const bool large = fault == HeadFault::head_too_large || fault == HeadFault::too_many_fields;
  return large ? Rule::head_too_large : Rule::head_malformed;
}

// See parse_request_head(): without one of these, asking it again is a waste.
bool has_control_byte(Bytes bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](std::byte byte) {
    return byte < std::byte{0x20} || byte == std::byte{0x7F};
  });
}

// Takes a head off the front of `input`: where it stands, if it came whole; else put together in
// `held`. What follows it stays in `input`.
template <class Head>
HeadParse<Head> take_head(Buffer& held, MutableBytes& input, const HeadLimits& limits,
                          HeadParse<Head> (*parse)(std::string_view, const HeadLimits&)) {
  using Outcome = typename HeadParse<Head>::Outcome;
  const std::size_t had = held.size();
  if (had == 0) {
    const auto whole = parse(text_of(input), limits);
    input = input.subspan(whole.head_bytes);
    if (whole.outcome != Outcome::more) return whole;
  }
  const MutableBytes added = input.first(std::min(limits.head_bytes_max - had, input.size()));
  held.insert(held.end(), added.begin(), added.end());
  HeadParse<Head> head;
  const auto since_last_time = Bytes{held}.subspan(had == 0 ? 0 : had - 1);
  if (had != 0 && (has_control_byte(since_last_time) || held.size() == limits.head_bytes_max))
    head = parse(text_of(held), limits);
  const bool whole = head.outcome == Outcome::value;
  input = input.subspan(whole ? head.head_bytes - had : added.size());
  return head;
}

}  // namespace

Connection Connection::server(const Config& config) {
  Connection connection{Role::server, config};
  connection.handshake_ = std::make_unique<Handshake>();
  return connection;
}

Connection Connection::client(const Config& config, const Target& target) {
  assert(config.mask_source);
  Connection connection{Role::client, config};
  connection.handshake_ = std::make_unique<Handshake>();
  connection.handshake_->key = key_of(fresh_nonce(config.mask_source));
  connection.append_text(upgrade_request(target, config, connection.handshake_->key));
  return connection;
}

std::optional<Event> Connection::next_handshake_event() {
  if (state_ == State::handshake) return role_ == Role::server ? read_request() : read_response();
  const HandshakeJudgement& judgement = handshake_->judgement;
  if (state_ == State::answered)
    return end(End::failed, {CloseCode::closed_abnormally,
                             {},
                             Rule::refused_by_application,
                             handshake_->answered_status});
  if (judgement.rule != Rule::none)
    return fail_handshake(judgement.rule, facts_of(judgement.rule).http_status);
  append_text(acceptance(handshake_->key, judgement.agreement));
  return open(judgement.agreement);
}

std::optional<Event> Connection::read_request() {
  auto head = take_head(handshake_->head, input_, config_->head, protocol::parse_request_head);
  if (head.outcome == decltype(head)::Outcome::more) return wait_for_head();
  if (head.outcome == decltype(head)::Outcome::broken)
    return fail_handshake(rule_of(head.fault), protocol::status_of(head.fault));
  handshake_->request = std::move(head.head);
  handshake_->judgement = judge_request(handshake_->request, *config_);
  const Rule rule = handshake_->judgement.rule;
  const bool for_a_page =
      rule == Rule::upgrade_missing && config_->plain_requests == PlainRequests::hand_out;
  if (rule != Rule::none && !for_a_page) return fail_handshake(rule, facts_of(rule).http_status);
  handshake_->key = protocol::field_value(handshake_->request.fields, "Sec-WebSocket-Key");
  state_ = State::asked;
  if (for_a_page) return PlainRequested{&handshake_->request};
  return UpgradeRequested{&handshake_->request, handshake_->judgement.agreement.subprotocol};
}

std::optional<Event> Connection::read_response() {
  const auto head =
      take_head(handshake_->head, input_, config_->head, protocol::parse_response_head);
  if (head.outcome == decltype(head)::Outcome::more) return wait_for_head();
  if (head.outcome == decltype(head)::Outcome::broken)
    return fail_handshake(rule_of(head.fault), 0);
  const HandshakeJudgement judgement = judge_response(head.head, *config_, handshake_->key);
  if (judgement.rule != Rule::none) return fail_handshake(judgement.rule, head.head.status);
  return open(judgement.agreement);
}

std::optional<Event> Connection::wait_for_head() {
  if (!end_of_input_) return std::nullopt;
  return fail_handshake(Rule::handshake_cut, 0);
}

Event Connection::open(const Agreement& agreement) {
  state_ = State::open;
  subprotocol_ = agreement.subprotocol;
  deflate_ = agreement.deflate;
  if (deflate_ && role_ == Role::server)
    reader_.inflate_with(deflate_->client_window_bits, deflate_->client_takeover);
  if (deflate_ && role_ == Role::client)
    reader_.inflate_with(deflate_->server_window_bits, deflate_->server_takeover);
  return Opened{subprotocol_, deflate_};
}

void Connection::refuse(int status) {
  answer_with(refusal(Rule::refused_by_application, status), status);
}

void Connection::respond(int status, std::string_view content_type, std::string_view body,
                         std::string_view more_fields) {
  answer_with(plain_response(status, content_type, body, more_fields), status);
}

void Connection::answer_with(const std::string& response, int status) {
  assert(state_ == State::asked);
  append_text(response);
  handshake_->answered_status = status;
  state_ = State::answered;
}

// A server says why it refuses; a client only goes away.
Event Connection::fail_handshake(Rule rule, int status) {
  if (role_ == Role::server && status != 0) append_text(refusal(rule, status));
  return end(End::failed, {CloseCode::closed_abnormally, {}, rule, status});
}

}  // namespace prise::websocket
