// What the server sends, as lines for people; and what must be asked to have all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace prise::chat {

enum class Colours : std::uint8_t { off, on };
enum class LoginAnswer : std::uint8_t { none, accepted, refused };

// What a message means for us, beside what was shown of it.
struct Heard {
  std::vector<std::string> to_send;  // now: to catch up
  LoginAnswer login = LoginAnswer::none;
};

class View {
public:
  using Show = std::function<void(const std::string& lines)>;  // safe for the terminal

  View(Colours colours, Show show) : colours_{colours}, show_{std::move(show)} {}

  // `text` is any bytes. A login that is refused is not shown: that depends on who wanted it.
  Heard receive(std::string_view text);

  void note(std::string_view text);     // ours, not the server's
  void problem(std::string_view text);  // ours too

  // A server of version 1 has welcomed us: PROTOCOL.md. The lab's never does.
  [[nodiscard]] bool speaks_version1() const { return speaks_version1_; }
  [[nodiscard]] const std::string& room() const { return room_; }  // empty: the server does not say
  [[nodiscard]] std::int64_t oldest_id() const { return oldest_; }  // shown here; 0: none

private:
  struct Spoken {
    std::int64_t id = 0;  // 0: it has none
    std::string user, text;
    std::int64_t time_ms = 0;
  };
  static Spoken spoken_in(const nlohmann::json& object);
  static std::vector<Spoken> all_spoken_in(const nlohmann::json& history);

  LoginAnswer receive_message(const nlohmann::json& message);
  LoginAnswer receive_error(const nlohmann::json& error);
  void receive_welcome(const nlohmann::json& welcome);
  void receive_people(const nlohmann::json& people);
  void receive_history(const nlohmann::json& history, Heard& heard);
  void show_older(const std::vector<Spoken>& messages);
  void show_latest(const std::vector<Spoken>& messages, Heard& heard);
  void show_missed(const std::vector<Spoken>& messages, bool more, Heard& heard);
  void end_catching_up();

  void show_once(const Spoken& spoken);
  void show(const Spoken& spoken);
  void show_as_the_notes_do(const std::string& text);
  void show_frame(const nlohmann::json& frame);
  [[nodiscard]] std::string painted(std::string_view text, int colour) const;

  Colours colours_;
  Show show_;
  bool speaks_version1_ = false;
  std::string room_;
  std::string history_id_;
  std::int64_t oldest_ = 0;
  std::map<std::string, std::int64_t> last_ids_;  // shown, by room
  bool catches_up_ = false;
  std::vector<Spoken> held_;  // what comes after what we catch up with
};

}  // namespace prise::chat
