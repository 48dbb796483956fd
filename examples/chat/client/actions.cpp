#include "actions.hpp"

#include <nlohmann/json.hpp>

namespace prise::chat {
namespace {

using json = nlohmann::ordered_json;

// Bytes that are not UTF-8, from a terminal that speaks another code, become U+FFFD.
std::string written(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string say_text(std::string_view message) {
  return written({{"action", "send_message"}, {"message", message}});
}

// The lab's server knows neither version nor room nor ref, and looks at none of them.
std::string login_text(std::string_view user, std::string_view room, std::string_view ref) {
  json object{{"action", "login"}, {"user", user}, {"version", 1}};
  if (!room.empty()) object["room"] = room;
  if (!ref.empty()) object["ref"] = ref;
  return written(object);
}

std::string create_room_text(std::string_view room) {
  return written({{"action", "create_room"}, {"room", room}});
}

std::string join_room_text(std::string_view room) {
  return written({{"action", "join_room"}, {"room", room}});
}

std::string older_text(std::string_view room, std::int64_t before) {
  return written({{"action", "get_history"}, {"room", room}, {"before", before}});
}

std::string missed_text(std::string_view room, std::int64_t after) {
  return written({{"action", "get_history"},
                  {"room", room},
                  {"after", after},
                  {"limit", missed_messages_at_once},
                  {"ref", missed_ref}});
}

std::string watch_text(bool on) {
  return written({{"action", "watch_frames"}, {"on", on}});
}

}  // namespace prise::chat
