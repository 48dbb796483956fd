// What the client asks of a server, as JSON: PROTOCOL.md, « Du client au serveur ».
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace prise::chat {

// The server gives a `ref` back with what it answers, so that we know which of our questions
// failed.
inline constexpr std::string_view return_ref = "retour";     // the login after a lost connection
inline constexpr std::string_view missed_ref = "manqués";    // what was said while we were away
inline constexpr std::size_t missed_messages_at_once = 100;  // the most that a server gives

std::string say_text(std::string_view message);
std::string login_text(std::string_view user, std::string_view room,  // room and ref may be empty
                       std::string_view ref);
std::string create_room_text(std::string_view room);
std::string join_room_text(std::string_view room);
std::string older_text(std::string_view room, std::int64_t before);
std::string missed_text(std::string_view room, std::int64_t after);
std::string watch_text(bool on);

}  // namespace prise::chat
