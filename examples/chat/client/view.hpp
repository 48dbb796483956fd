// What the server sends, as lines for people; and what must be asked to have all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace prise::chat {

class View {
public:
  using Show = std::function<void(const std::string& line)>;  // a line safe for the terminal

  View(bool colours, Show show) : colours_{colours}, show_{std::move(show)} {}

  // `text` is any bytes. What must be sent now, if anything: to catch up.
  std::vector<std::string> receive(std::string_view text);

  void note(std::string_view text);  // ours, not the server's

  [[nodiscard]] const std::string& user() const { return user_; }  // empty: no login yet
  [[nodiscard]] const std::string& room() const { return room_; }  // empty: the server does not say
  [[nodiscard]] std::int64_t oldest_id() const { return oldest_; }  // shown; 0: none

private:
  void show_message(const nlohmann::json& message);
  void show_live(const nlohmann::json& message);
  void end_catching_up();
  void show_error(const nlohmann::json& error);
  void welcome(const nlohmann::json& welcome);
  void show_history(const nlohmann::json& history, std::vector<std::string>& to_send);
  void show_spoken(std::string_view user, std::string_view text, std::int64_t time_ms);
  void show_frame(const nlohmann::json& frame);
  [[nodiscard]] std::string painted(std::string_view text, int colour) const;

  bool colours_;
  Show show_;
  std::string user_;
  std::string room_;
  std::string history_id_;
  std::int64_t oldest_ = 0;
  std::map<std::string, std::int64_t> last_ids_;  // shown, by room
  std::vector<nlohmann::json> held_;              // said in our room while we catch up
  bool catches_up_ = false;
};

}  // namespace prise::chat
