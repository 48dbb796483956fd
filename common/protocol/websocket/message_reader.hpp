// From bytes to messages: which frame may follow which (RFC 6455 sections 5.4 to 5.6), and the
// limits. Lessons 16 and 17 write it raw.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "protocol/websocket/buffer_pool.hpp"
#include "protocol/websocket/config.hpp"
#include "protocol/websocket/deflate.hpp"
#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/frame_watcher.hpp"
#include "protocol/websocket/utf8.hpp"

namespace prise::websocket {

// What was read: one message or control frame; or `more`: all the input is read; or `broken`.
enum class Incoming : std::uint8_t { more, broken, text, binary, close, ping, pong };

class MessageReader {
public:
  // `config` must outlive the reader.
  MessageReader(Role role, const Config& config) : role_{role}, config_{&config} {}

  // Messages may come compressed from now on.
  void inflate_with(int window_bits, Takeover takeover);

  // See Connection::watch.
  void watch(FrameWatcher* watcher) { watcher_ = watcher; }

  // Takes bytes off the front of `input`, which it unmasks in place, up to the end of a message or
  // of a control frame. Not to be called again after `broken`.
  Incoming read(MutableBytes& input);

  // Of the last message or control frame: a view into the input, or into the reader. It lives until
  // the next read(), and no longer than the input.
  [[nodiscard]] Bytes payload() const { return payload_; }
  // What was broken.
  [[nodiscard]] Rule rule() const { return rule_; }

private:
  void parse_head(Bytes input);
  void take_head(MutableBytes& input);
  [[nodiscard]] Rule judge(const FrameHead& head) const;
  [[nodiscard]] Rule judge_size(const FrameHead& head) const;
  void begin_frame();
  MutableBytes take_payload(MutableBytes& input);
  Incoming read_control(MutableBytes piece);
  Incoming read_data(MutableBytes piece);
  Rule take_into_message(Bytes piece);
  Rule inflate_into_message(Bytes piece);
  Rule judge_text(Bytes bytes);
  Incoming end_message(Bytes payload);
  Incoming broken(Rule rule);

  [[nodiscard]] const FrameHead& frame() const { return parse_.head; }
  [[nodiscard]] bool in_message() const { return message_opcode_ != Opcode::continuation; }

  Role role_;
  const Config* config_;
  FrameWatcher* watcher_ = nullptr;
  Rule rule_ = Rule::none;
  Bytes payload_;

  // The frame being read. Its head may come in pieces, and so may its payload.
  bool in_frame_ = false;
  std::uint8_t partial_bytes_ = 0;  // of partial_: a head not yet whole
  std::array<std::byte, frame_head_bytes_max> partial_{};
  Buffer control_;  // the payload of a control frame, unless it came in one piece
  FrameHeadParse parse_;
  std::uint64_t payload_left_ = 0;

  // The message being read; frames of it may be over.
  Opcode message_opcode_ = Opcode::continuation;  // when there is none
  Compressed compressed_ = Compressed::no;
  bool handed_out_ = false;  // message_ is what the last read() gave
  std::uint32_t fragments_ = 0;
  std::uint64_t announced_bytes_ = 0;  // by the heads of its frames
  Utf8Validator utf8_;
  Buffer message_;  // unless it came whole, in one piece and not compressed
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace prise::websocket
