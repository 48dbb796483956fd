// One case played over one connection. What happened is recorded; judge.cpp says what it is worth.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "conformance/case.hpp"
#include "conformance/codec.hpp"
#include "conformance/handshake.hpp"
#include "conformance/raw_frame.hpp"
#include "conformance/wire.hpp"

namespace prise::conformance {

struct Settings {
  double patience = 3;        // seconds until a peer that does nothing has failed
  std::size_t rounds = 1000;  // of round trips, at most
};

struct Event {
  Happening::Kind kind;
  std::string payload;
};

struct PeerClose {
  std::optional<int> code;
  std::string reason;
  bool was_first = false;  // we had not closed yet
};

struct Record {
  // The handshake. `fault`: the peer broke it. `unimplemented`: it did not agree on compression.
  int status = 0;
  std::string handshake_fault;
  bool unimplemented = false;
  bool refused = false;  // as the case wanted

  std::vector<Event> events;
  std::string violation;  // the first rule that the peer broke in its frames
  std::string trouble;    // a round trip that failed
  bool we_closed = false;
  std::optional<PeerClose> peer_close;
  Wire::End tcp_end = Wire::End::none;
  bool we_cut = false;
};

class Session {
public:
  Session(const Case& one, Tested tested, Wire wire, const Settings& settings);

  Record play_against_server(const Where& where);
  Record play_against_client(const Head& request);  // it has been read off the wire

private:
  void ask(const Where& where);
  void judge_answer(const Head& answer, const std::string& key);
  void answer(const Head& request);
  void agree(const std::string& extensions);
  void expect_silence();
  bool send_opening(std::string head);

  void play_steps();
  void play(const Send& send);
  void play(const SendHeldBack& held);
  void play(const SendRaw& raw);
  void play(const Pause& pause);
  void play(const SendClose& close);
  void play(const RoundTrips& trips);
  void play(const Cut& cut);
  std::string encoded(const Frame& frame);
  void deliver(const Send& send, const std::vector<std::string>& frames);

  bool pump(Deadline deadline);  // reads; false: nothing came
  bool take_frames();
  void take_frame(const ReceivedFrame& frame);
  std::string fault_in(const ReceivedFrame& frame) const;
  void take_close(const std::string& payload);
  void take_data(const ReceivedFrame& frame);
  void settle();
  void end_tcp();
  [[nodiscard]] bool over() const;
  [[nodiscard]] bool may_close() const;
  [[nodiscard]] Deadline deadline() const;
  MaskBytes next_key();
  void send_close(std::optional<int> code, const std::string& reason);

  const Case& case_;
  Tested tested_;
  Wire wire_;
  Settings settings_;
  Record record_;
  std::mt19937 chance_;
  std::unique_ptr<Codec> codec_;
  std::string held_back_;
  int message_opcode_ = 0;  // 0: not inside a message
  bool message_compressed_ = false;
  std::string message_;
  std::size_t first_step_ = 0;
};

}  // namespace prise::conformance
