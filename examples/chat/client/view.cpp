#include "view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "visible_text.hpp"

namespace prise::chat {
namespace {

using nlohmann::json;

constexpr int dim = 2, red = 31, green = 32;

// One colour a person, always the same.
int colour_of(std::string_view user) {
  constexpr unsigned first = 33, count = 4;
  unsigned sum = 0;
  for (const char byte : user)
    sum = sum * 31 + static_cast<unsigned char>(byte);
  return static_cast<int>(first + sum % count);
}

std::string text_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::int64_t number_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool flag_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

const json& list_in(const json& object, const char* field) {
  static const json none = json::array();
  const auto found = object.find(field);
  return found != object.end() && found->is_array() ? *found : none;
}

std::string joined(const json& names) {
  std::string text;
  for (const json& name : names)
    if (name.is_string())
      text += (text.empty() ? "" : ", ") + visible_text(name.get<std::string>());
  return text;
}

std::string clock_text(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:%H:%M}", local);
}

}  // namespace

std::string View::painted(std::string_view text, int colour) const {
  const std::string safe = visible_text(text);
  return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, safe) : safe;
}

void View::note(std::string_view text) {
  show_(painted(text, dim));
}

std::vector<std::string> View::receive(std::string_view text) {
  std::vector<std::string> to_send;
  const json object = json::parse(text, nullptr, false);
  const std::string action = object.is_object() ? text_in(object, "action") : "";
  if (action == "message") show_message(object);
  if (action == "rooms") show_(painted("Salons : ", dim) + joined(list_in(object, "rooms")));
  if (action == "error") show_error(object);
  if (action == "welcome") welcome(object);
  if (action == "people") {
    if (room_ != text_in(object, "room")) end_catching_up();
    room_ = text_in(object, "room");
    oldest_ = 0;
    show_(painted("Dans « " + room_ + " » : ", dim) + joined(list_in(object, "users")));
  }
  if (action == "history") show_history(object, to_send);
  if (action == "joined") note(text_in(object, "user") + " est arrivé(e).");
  if (action == "left") note(text_in(object, "user") + " est parti(e).");
  if (action == "frames")
    for (const json& frame : list_in(object, "frames"))
      show_frame(frame);
  return to_send;
}

void View::show_message(const json& message) {
  if (message.contains("user")) {
    if (catches_up_)
      held_.push_back(message);
    else
      show_live(message);
    return;
  }
  // As the notes send it: the server's own word, or "<user>: <message>".
  const std::string text = text_in(message, "message");
  const std::size_t colon = text.find(": ");
  if (text == "pseudo invalide")
    show_(painted(text, red) + painted(" (/login PSEUDO pour en essayer un autre)", dim));
  else if (colon == std::string::npos)
    show_(painted(text, green));
  else
    show_(painted(text.substr(0, colon), colour_of(text.substr(0, colon))) + ": " +
          visible_text(text.substr(colon + 2)));
}

void View::show_live(const json& message) {
  const std::int64_t id = number_in(message, "id");
  std::int64_t& last = last_ids_[text_in(message, "room")];
  if (id > 0 && id <= last) return;  // a page had it already
  if (id > 0) last = id;
  show_spoken(text_in(message, "user"), text_in(message, "text"), number_in(message, "time"));
}

void View::end_catching_up() {
  catches_up_ = false;
  for (const json& message : std::exchange(held_, {}))
    show_live(message);
}

void View::show_spoken(std::string_view user, std::string_view text, std::int64_t time_ms) {
  show_(painted(clock_text(time_ms), dim) + " " + painted(user, colour_of(user)) + ": " +
        visible_text(text));
}

void View::show_error(const json& error) {
  show_(painted(text_in(error, "message"), red));
  end_catching_up();
}

// Another history than before: the ids that we know mean nothing in it.
void View::welcome(const json& welcome) {
  user_ = text_in(welcome, "user");
  catches_up_ = false;
  held_.clear();  // they will be in the history
  const std::string history = text_in(welcome, "history_id");
  if (history != history_id_) last_ids_.clear();
  history_id_ = history;
}

// What has been shown already is left out; what is missing before it is asked for.
void View::show_history(const json& history, std::vector<std::string>& to_send) {
  const std::string room = text_in(history, "room");
  const json& messages = list_in(history, "messages");
  const bool is_older = history.contains("before");
  const std::int64_t last = last_ids_[room];
  if (messages.empty()) {
    if (is_older) note("Rien de plus ancien.");
    if (!is_older) end_catching_up();
    return;
  }
  const std::int64_t first = number_in(messages.front(), "id");
  const bool is_catching_up = history.contains("after");
  if (!is_older && !is_catching_up && last > 0 && first > last + 1) {
    catches_up_ = true;
    to_send.push_back(history_after_text(room, last));
    return;
  }
  if (oldest_ == 0 || first < oldest_) oldest_ = first;
  if (is_older) note("Plus ancien :");
  for (const json& message : messages) {
    const std::int64_t id = number_in(message, "id");
    if (!is_older && id <= last) continue;
    if (!is_older) last_ids_[room] = id;
    show_spoken(text_in(message, "user"), text_in(message, "text"), number_in(message, "time"));
  }
  if (is_older) note("Jusqu'ici.");
  if (is_catching_up && flag_in(history, "more"))
    to_send.push_back(history_after_text(room, last_ids_[room]));
  else if (is_catching_up)
    end_catching_up();
}

void View::show_frame(const json& frame) {
  const bool sent = text_in(frame, "direction") == "sent";
  std::string line = fmt::format("{} FIN={} opcode={:#x} MASK={} longueur={} | {} ",
                                 sent ? "serveur →" : "serveur ←", flag_in(frame, "fin") ? 1 : 0,
                                 number_in(frame, "opcode"), flag_in(frame, "masked") ? 1 : 0,
                                 number_in(frame, "length"), text_in(frame, "head"));
  show_(painted(line + text_in(frame, "payload"), dim));
}

}  // namespace prise::chat
