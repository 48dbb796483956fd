#include <algorithm>
#include <nlohmann/json.hpp>

#include "limits.hpp"
#include "protocol.hpp"
#include "texts.hpp"

namespace prise::chat {
namespace {

using nlohmann::json;
using Action = decltype(Request::action);

// A field has the wrong type, or is missing, or beyond its limits.
struct BadField {};

std::string text_of(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) throw BadField{};
  return found->get<std::string>();
}

std::string optional_text_of(const json& object, const char* field) {
  return object.contains(field) ? text_of(object, field) : std::string();
}

std::optional<std::int64_t> number_of(const json& object, const char* field, std::int64_t least) {
  const auto found = object.find(field);
  if (found == object.end()) return std::nullopt;
  if (!found->is_number_integer()) throw BadField{};
  // Beyond std::int64_t it would come out as something else.
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX) throw BadField{};
  const auto number = found->get<std::int64_t>();
  if (number < least) throw BadField{};
  return number;
}

// The notes' answer to a bad login is no error: the session gives it. Who gives fields that the
// notes do not have is told more.
Login bad_login(ErrorCode fault, int version) {
  return {.version = version, .fault = fault};
}

Action read_login(const json& object) {
  Login login;
  try {
    const auto version = number_of(object, "version", 1);
    login.version = static_cast<int>(std::min<std::int64_t>(version.value_or(0), limits::version));
    login.room = tidy_name(optional_text_of(object, "room"));
  } catch (const BadField&) {
    return bad_login(ErrorCode::bad_field, limits::version);
  }
  const auto user = object.find("user");
  if (user == object.end() || !user->is_string())
    return bad_login(ErrorCode::bad_field, login.version);
  login.user = tidy_name(user->get_ref<const std::string&>());
  if (!is_user_name(login.user)) return bad_login(ErrorCode::bad_name, login.version);
  return login;
}

Action read_message(const json& object) {
  SendMessage request{text_of(object, "message")};
  switch (judge_message(request.text)) {
    case TextVerdict::empty:
      return Refused{ErrorCode::empty_message};
    case TextVerdict::too_long:
      return Refused{ErrorCode::message_too_long};
    case TextVerdict::forbidden_character:
      return Refused{ErrorCode::bad_message};
    case TextVerdict::good:
      break;
  }
  return request;
}

Action read_creation(const json& object) {
  std::string name = tidy_name(text_of(object, "room"));
  if (!is_room_name(name)) return Refused{ErrorCode::bad_room};
  return CreateRoom{std::move(name)};
}

Action read_joining(const json& object) {
  return JoinRoom{tidy_name(text_of(object, "room"))};
}

Action read_history(const json& object) {
  GetHistory request;
  request.room = tidy_name(optional_text_of(object, "room"));
  request.window.before = number_of(object, "before", 1);
  request.window.after = number_of(object, "after", 0);
  if (request.window.before && request.window.after) throw BadField{};
  const auto limit = number_of(object, "limit", 1).value_or(limits::history_messages_default);
  request.window.limit =
      std::min(static_cast<std::size_t>(limit), std::size_t{limits::history_messages});
  return request;
}

Action read_watch(const json& object) {
  const auto on = object.find("on");
  if (on == object.end() || !on->is_boolean()) throw BadField{};
  return WatchFrames{on->get<bool>()};
}

std::string read_ref(const json& object) {
  std::string ref = optional_text_of(object, "ref");
  if (count_chars(ref) > limits::ref_chars) throw BadField{};
  return ref;
}

Action read_action(const json& object) {
  const auto action = object.find("action");
  if (action == object.end() || !action->is_string()) return Refused{ErrorCode::unknown_action};
  const auto& name = action->get_ref<const std::string&>();
  if (name == "login") return read_login(object);
  if (name == "send_message") return read_message(object);
  if (name == "create_room") return read_creation(object);
  if (name == "join_room") return read_joining(object);
  if (name == "get_history") return read_history(object);
  if (name == "watch_frames") return read_watch(object);
  return Refused{ErrorCode::unknown_action};
}

}  // namespace

Request parse_request(std::string_view text) {
  Request request;
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return request;
  try {
    request.action = read_action(object);
    request.ref = read_ref(object);
  } catch (const BadField&) {
    const bool is_login = std::holds_alternative<Login>(request.action);
    request.action = is_login ? Action{bad_login(ErrorCode::bad_field, limits::version)}
                              : Action{Refused{ErrorCode::bad_field}};
  }
  return request;
}

std::string ref_of(std::string_view text) {
  if (text.size() > limits::too_fast_ref_bytes) return {};
  const json object = json::parse(text, nullptr, false);
  try {
    return object.is_object() ? read_ref(object) : std::string();
  } catch (const BadField&) {
    return {};
  }
}

}  // namespace prise::chat
