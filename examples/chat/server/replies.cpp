#include <array>
#include <cassert>
#include <nlohmann/json.hpp>

#include "limits.hpp"
#include "protocol.hpp"

namespace prise::chat {
namespace {

// In the order in which they are written: "action" comes first, as in the notes.
using json = nlohmann::ordered_json;

// In the words, and the apostrophes, of the page that shows them.
constexpr auto errors = std::to_array<ErrorFacts>({
    {ErrorCode::bad_json, "bad_json", "Ce message n’est pas un objet JSON."},
    {ErrorCode::unknown_action, "unknown_action", "Cette action n’existe pas."},
    {ErrorCode::bad_field, "bad_field", "Un champ de cette action manque ou ne convient pas."},
    {ErrorCode::bad_name, "bad_name",
     "Un pseudo a de 1 à 20 caractères, sans deux-points, sans caractère de contrôle ni invisible, "
     "sans accent séparé de sa lettre."},
    {ErrorCode::name_taken, "name_taken", "Ce pseudo est déjà pris."},
    {ErrorCode::bad_room, "bad_room",
     "Un nom de salon a de 1 à 30 caractères, sans caractère de contrôle ni invisible, sans accent "
     "séparé de sa lettre."},
    {ErrorCode::room_exists, "room_exists", "Ce salon existe déjà."},
    {ErrorCode::unknown_room, "unknown_room", "Ce salon n’existe pas."},
    {ErrorCode::too_many_rooms, "too_many_rooms", "Il y a déjà trop de salons."},
    {ErrorCode::empty_message, "empty_message", "Ce message est vide."},
    {ErrorCode::message_too_long, "message_too_long",
     "Ce message est trop long : 2000 caractères au plus."},
    {ErrorCode::bad_message, "bad_message", "Ce message contient un caractère interdit."},
    {ErrorCode::too_fast, "too_fast", "Trop d’actions à la fois : attendez un peu."},
    {ErrorCode::not_saved, "not_saved", "Le serveur n’a pas pu l’enregistrer dans l’historique."},
    {ErrorCode::no_history, "no_history", "L’historique ne peut pas être lu."},
});

json action(std::string_view name) {
  return json{{"action", name}};
}

// What is not UTF-8, in a file that others have written, becomes U+FFFD.
std::string written(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

void add_id(json& object, const Message& message) {
  object["id"] = message.id ? json(*message.id) : json(nullptr);
}

std::string hexadecimal(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 0xF];
  }
  return text;
}

json frame_object(const Frame& frame) {
  json object{{"number", frame.number}, {"direction", frame.sent ? "sent" : "received"},
              {"time", frame.time_ms},  {"fin", frame.fin},
              {"rsv1", frame.rsv1},     {"opcode", frame.opcode},
              {"masked", frame.masked}, {"length", frame.payload_bytes}};
  if (frame.masked) object["mask"] = hexadecimal(frame.mask);
  object["head"] = hexadecimal(frame.head);
  object["payload"] = hexadecimal(frame.payload);
  return object;
}

}  // namespace

std::span<const ErrorFacts> all_errors() {
  return errors;
}

const ErrorFacts& facts_of(ErrorCode code) {
  const ErrorFacts& facts = errors.at(static_cast<std::size_t>(code));
  assert(facts.code == code);
  return facts;
}

std::string rooms_text(const std::vector<std::string>& rooms) {
  json object = action("rooms");
  object["rooms"] = rooms;
  return written(object);
}

std::string message_text(std::string_view message) {
  json object = action("message");
  object["message"] = message;
  return written(object);
}

std::string spoken_text(std::string_view room, const Message& message) {
  json object = action("message");
  object["message"] = message.user + ": " + message.text;
  add_id(object, message);
  object["room"] = room;
  object["user"] = message.user;
  object["text"] = message.text;
  object["time"] = message.time_ms;
  if (!message.ref.empty()) object["ref"] = message.ref;
  return written(object);
}

std::string error_text(ErrorCode code, std::string_view ref,
                       std::optional<std::int64_t> retry_after_ms) {
  json object = action("error");
  object["code"] = facts_of(code).name;
  object["message"] = facts_of(code).message;
  if (!ref.empty()) object["ref"] = ref;
  if (retry_after_ms) object["retry_after"] = *retry_after_ms;
  return written(object);
}

std::string welcome_text(std::string_view user, std::string_view room,
                         std::string_view history_id) {
  json object = action("welcome");
  object["version"] = limits::version;
  object["user"] = user;
  object["room"] = room;
  object["history_id"] = history_id;
  object["limits"] = {{"user_chars", limits::user_chars},
                      {"room_chars", limits::room_chars},
                      {"message_chars", limits::message_chars},
                      {"history_messages", limits::history_messages}};
  return written(object);
}

std::string activity_text(const std::map<std::string, Id>& last_ids) {
  json object = action("activity");
  object["rooms"] = json::object();
  for (const auto& [room, id] : last_ids)
    object["rooms"][room] = id;
  return written(object);
}

std::string people_text(std::string_view room, const std::vector<std::string>& users,
                        std::size_t count) {
  json object = action("people");
  object["room"] = room;
  object["users"] = users;
  object["count"] = count;
  return written(object);
}

std::string history_text(std::string_view room, const Window& window, const Page& page,
                         std::string_view ref) {
  json object = action("history");
  object["room"] = room;
  object["messages"] = json::array();
  for (const Message& message : page.messages) {
    json entry = json::object();
    add_id(entry, message);
    entry["user"] = message.user;
    entry["text"] = message.text;
    entry["time"] = message.time_ms;
    if (!message.ref.empty()) entry["ref"] = message.ref;
    object["messages"].push_back(std::move(entry));
  }
  object["more"] = page.more;
  if (window.before) object["before"] = *window.before;
  if (window.after) object["after"] = *window.after;
  if (!ref.empty()) object["ref"] = ref;
  return written(object);
}

std::string joined_text(std::string_view room, std::string_view user) {
  json object = action("joined");
  object["room"] = room;
  object["user"] = user;
  return written(object);
}

std::string left_text(std::string_view room, std::string_view user) {
  json object = action("left");
  object["room"] = room;
  object["user"] = user;
  return written(object);
}

std::string frames_text(const std::vector<Frame>& frames, std::uint64_t skipped) {
  json object = action("frames");
  object["frames"] = json::array();
  for (const Frame& frame : frames)
    object["frames"].push_back(frame_object(frame));
  object["skipped"] = skipped;
  return written(object);
}

std::string health_text(std::size_t clients, std::size_t rooms, std::string_view history,
                        bool degraded) {
  const json object{{"status", degraded ? "degraded" : "ok"},
                    {"version", limits::version},
                    {"clients", clients},
                    {"rooms", rooms},
                    {"history", history}};
  return written(object);
}

}  // namespace prise::chat
