// The protocol of PROTOCOL.md: from text to requests, and from what happens to text. No I/O, no
// state. JSON stays in requests.cpp and replies.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "message.hpp"

namespace prise::chat {

enum class ErrorCode : std::uint8_t {
  bad_json,
  unknown_action,
  bad_field,
  bad_name,
  name_taken,
  bad_room,
  room_exists,
  unknown_room,
  too_many_rooms,
  empty_message,
  message_too_long,
  bad_message,
  too_fast,
  not_saved,
  no_history,
};

struct ErrorFacts {
  ErrorCode code;
  std::string_view name;     // on the wire
  std::string_view message;  // in French, for the user
};
std::span<const ErrorFacts> all_errors();  // in the order of ErrorCode
const ErrorFacts& facts_of(ErrorCode code);

// --- from the client ---

struct Login {
  std::string user{};
  int version = 0;                   // 0: a client of the notes
  std::string room{};                // empty: none was asked for
  std::optional<ErrorCode> fault{};  // "pseudo invalide"; then only `version` counts
};
struct SendMessage {
  std::string text;
};
struct CreateRoom {
  std::string room;
};
struct JoinRoom {
  std::string room;
};
struct GetHistory {
  std::string room;  // empty: the one we are in
  Window window;
};
struct WatchFrames {
  bool on = false;
};
// What cannot be done, whoever asks.
struct Refused {
  ErrorCode why;
};

struct Request {
  std::variant<Refused, Login, SendMessage, CreateRoom, JoinRoom, GetHistory, WatchFrames> action =
      Refused{ErrorCode::bad_json};
  std::string ref;
};

// `text` is any bytes.
Request parse_request(std::string_view text);

// Only the ref of a request that came too fast, and only if that is quickly found: a long text is
// not read at all.
std::string ref_of(std::string_view text);

// --- to the client; all texts are valid UTF-8 ---

struct Frame {  // as a watched connection saw it; PROTOCOL.md, « Le panneau des trames »
  std::uint64_t number = 0;
  bool sent = false;
  std::int64_t time_ms = 0;
  bool fin = false, rsv1 = false, masked = false;
  int opcode = 0;
  std::uint64_t payload_bytes = 0;
  std::string mask, head, payload;  // bytes, not hexadecimal
};

std::string rooms_text(const std::vector<std::string>& rooms);
std::string message_text(std::string_view message);
std::string spoken_text(std::string_view room, const Message& message);  // for version 1
std::string error_text(ErrorCode code, std::string_view ref,
                       std::optional<std::int64_t> retry_after_ms = std::nullopt);
std::string welcome_text(std::string_view user, std::string_view room, std::string_view history_id);
std::string activity_text(const std::map<std::string, Id>& last_ids);
std::string people_text(std::string_view room, const std::vector<std::string>& users,
                        std::size_t count);
std::string history_text(std::string_view room, const Window& window, const Page& page,
                         std::string_view ref);
std::string joined_text(std::string_view room, std::string_view user);
std::string left_text(std::string_view room, std::string_view user);
std::string frames_text(const std::vector<Frame>& frames, std::uint64_t skipped);
std::string health_text(std::size_t clients, std::size_t rooms, std::string_view history,
                        bool degraded);

}  // namespace prise::chat
