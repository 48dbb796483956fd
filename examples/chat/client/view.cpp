#include "view.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "actions.hpp"
#include "visible_text.hpp"

namespace prise::chat {
namespace {

using nlohmann::json;

constexpr int dim = 2, red = 31, green = 32;       // ECMA-48, « Select Graphic Rendition »
constexpr std::int64_t missed_messages_max = 500;  // nobody reads more at once
constexpr std::int64_t id_max = 1LL << 53;         // a server may send any number

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

std::string listed(const json& names) {
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

// A message keeps its lines; but for the first they are indented, so that none of them passes for
// what someone else has said.
std::string lines_of(std::string_view text) {
  std::string lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines += visible_text(text.substr(0, end)) + "\n      | ";
    text.remove_prefix(end + 1);
  }
  return lines + visible_text(text);
}

}  // namespace

std::string View::painted(std::string_view text, int colour) const {
  const std::string safe = visible_text(text);
  return colours_ == Colours::on ? fmt::format("\x1b[{}m{}\x1b[0m", colour, safe) : safe;
}

void View::note(std::string_view text) {
  show_(painted(text, dim));
}

void View::problem(std::string_view text) {
  show_(painted(text, red));
}

Heard View::receive(std::string_view text) {
  Heard heard;
  const json object = json::parse(text, nullptr, false);
  const std::string action = object.is_object() ? text_in(object, "action") : "";
  if (action == "message") heard.login = receive_message(object);
  if (action == "error") heard.login = receive_error(object);
  if (action == "rooms") show_(painted("Salons : ", dim) + listed(list_in(object, "rooms")));
  if (action == "welcome") receive_welcome(object);
  if (action == "people") receive_people(object);
  if (action == "history") receive_history(object, heard);
  if (action == "joined") note(text_in(object, "user") + " est arrivé(e).");
  if (action == "left") note(text_in(object, "user") + " est parti(e).");
  if (action == "frames")
    for (const json& frame : list_in(object, "frames"))
      show_frame(frame);
  return heard;
}

// As the notes send it, "<user>: <message>" or the server's own word; or with all its fields.
LoginAnswer View::receive_message(const json& message) {
  if (message.contains("user")) {
    const Spoken spoken = spoken_in(message);
    if (catches_up_)
      held_.push_back(spoken);
    else
      show_once(spoken);
    return LoginAnswer::none;
  }
  const std::string text = text_in(message, "message");
  if (text == "pseudo invalide") return LoginAnswer::refused;
  show_as_the_notes_do(text);
  return text == "Bienvenue" ? LoginAnswer::accepted : LoginAnswer::none;
}

LoginAnswer View::receive_error(const json& error) {
  const std::string ref = text_in(error, "ref");
  if (ref == return_ref)  // of a name that is taken, "pseudo invalide" told us already
    return text_in(error, "code") == "too_fast" ? LoginAnswer::refused : LoginAnswer::none;
  problem(text_in(error, "message"));
  if (ref == missed_ref) {
    note("Il manque des messages : /history les montre.");
    end_catching_up();
  }
  return LoginAnswer::none;
}

// Another history than before: the ids that we know mean nothing in it.
void View::receive_welcome(const json& welcome) {
  speaks_version1_ = true;
  room_ = text_in(welcome, "room");
  catches_up_ = false;
  held_.clear();  // they will be in the history
  const std::string history = text_in(welcome, "history_id");
  if (history != history_id_) last_ids_.clear();
  history_id_ = history;
}

void View::receive_people(const json& people) {
  const std::string room = text_in(people, "room");
  if (room_ != room) end_catching_up();
  room_ = room;
  oldest_ = 0;
  show_(painted("Dans « " + room_ + " » : ", dim) + listed(list_in(people, "users")));
}

void View::receive_history(const json& history, Heard& heard) {
  if (text_in(history, "room") != room_) return;  // we have left it meanwhile
  const std::vector<Spoken> messages = all_spoken_in(history);
  if (history.contains("before")) return show_older(messages);
  if (history.contains("after")) return show_missed(messages, flag_in(history, "more"), heard);
  show_latest(messages, heard);
}

void View::show_older(const std::vector<Spoken>& messages) {
  if (messages.empty()) return note("Rien de plus ancien.");
  oldest_ = messages.front().id;
  note("Plus ancien :");
  for (const Spoken& spoken : messages)
    show(spoken);
  note("Jusqu'ici.");
}

// What was said while we were away, and no longer is in these messages, comes before them.
void View::show_latest(const std::vector<Spoken>& messages, Heard& heard) {
  if (messages.empty()) return end_catching_up();
  oldest_ = messages.front().id;
  const std::int64_t last = last_ids_[room_];
  const std::int64_t missed = last > 0 ? messages.front().id - last - 1 : 0;
  if (missed > missed_messages_max)
    note(fmt::format("{} messages vous ont échappé : /history les montre.", missed));
  if (missed > 0 && missed <= missed_messages_max) {
    catches_up_ = true;
    held_.insert(held_.end(), messages.begin(), messages.end());
    heard.to_send.push_back(missed_text(room_, last));
    return;
  }
  for (const Spoken& spoken : messages)
    show_once(spoken);
}

void View::show_missed(const std::vector<Spoken>& messages, bool more, Heard& heard) {
  if (!catches_up_) return;
  for (const Spoken& spoken : messages) {
    oldest_ = std::min(oldest_, spoken.id);
    show_once(spoken);
  }
  const bool reached = held_.empty() || last_ids_[room_] + 1 >= held_.front().id;
  if (!more || reached || messages.empty()) return end_catching_up();
  heard.to_send.push_back(missed_text(room_, last_ids_[room_]));
}

void View::end_catching_up() {
  catches_up_ = false;
  for (const Spoken& spoken : std::exchange(held_, {}))
    show_once(spoken);
}

View::Spoken View::spoken_in(const json& object) {
  if (!object.is_object()) return {};
  const std::int64_t id = number_in(object, "id");  // null: it was not saved
  return {id <= id_max ? std::max<std::int64_t>(id, 0) : 0, text_in(object, "user"),
          text_in(object, "text"), number_in(object, "time")};
}

std::vector<View::Spoken> View::all_spoken_in(const json& history) {
  std::vector<Spoken> all;
  for (const json& message : list_in(history, "messages"))
    all.push_back(spoken_in(message));
  return all;
}

void View::show_once(const Spoken& spoken) {
  std::int64_t& last = last_ids_[room_];
  if (spoken.id > 0 && spoken.id <= last) return;  // a page of the history had it already
  if (spoken.id > 0) last = spoken.id;
  show(spoken);
}

void View::show(const Spoken& spoken) {
  show_(painted(clock_text(spoken.time_ms), dim) + " " +
        painted(spoken.user, colour_of(spoken.user)) + ": " + lines_of(spoken.text));
}

void View::show_as_the_notes_do(const std::string& text) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string::npos) return show_(painted(text, green));
  const std::string user = text.substr(0, colon);
  show_(painted(user, colour_of(user)) + ": " + lines_of(text.substr(colon + 2)));
}

void View::show_frame(const json& frame) {
  const bool sent = text_in(frame, "direction") == "sent";
  note(fmt::format("{} FIN={} opcode={:#x} MASK={} longueur={} | {} {}",
                   sent ? "serveur →" : "serveur ←", flag_in(frame, "fin") ? 1 : 0,
                   number_in(frame, "opcode"), flag_in(frame, "masked") ? 1 : 0,
                   number_in(frame, "length"), text_in(frame, "head"), text_in(frame, "payload")));
}

}  // namespace prise::chat
