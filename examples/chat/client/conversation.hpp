// The user's conversation with a server, over one connection after another. All of it happens in
// the loop's thread.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <memory>
#include <random>
#include <string>

#include "backoff.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "typing.hpp"
#include "view.hpp"

namespace prise::chat {

class Conversation {
public:
  // `user` is the name to begin with; `settings`, whose stop_fd is that of `ctrl_c`, and `ctrl_c`
  // must outlive this.
  Conversation(asio::io_context& loop, websocket::Url url, const drivers::Settings& settings,
               const CtrlC& ctrl_c, std::string user);

  // Until the user leaves, or the server wants us no more. Throws when nobody answers at first;
  // later, a connection that is lost is made again. True: it ended as the user wished.
  asio::awaitable<bool> talk();

private:
  enum class State : std::uint8_t { goes_on, left, rejected };
  using Time = Backoff::Time;

  // One connection, from its handshake to its end.
  asio::awaitable<void> talk_once();
  bool goes_on();
  [[nodiscard]] bool was_there() const { return typing_ != nullptr; }  // a WebSocket, once
  void refused(const drivers::Ending& ending);
  void lost(const drivers::Ending& ending);
  Time wait_before_next(Time at_least = Time{0});

  void log_in();
  void hear(std::string_view text);
  void entered();
  void not_entered();

  void obey(const Command& command);
  void log_in_as(const std::string& user);
  void join(const std::string& room);
  void show_older();
  void toggle_frames();
  bool send(const std::string& text);
  void leave();

  asio::io_context& loop_;
  const websocket::Url url_;
  const drivers::Settings& settings_;
  const CtrlC& ctrl_c_;
  View view_;
  State state_ = State::goes_on;
  drivers::coroutines::WebSocket* websocket_ = nullptr;  // while there is a connection

  std::string user_;           // who we are, or were before the connection was lost
  std::string asked_user_;     // by the last login
  bool in_ = false;            // this connection has a name
  bool returns_ = false;       // what still holds our name is our own former connection
  bool watches_ = false;       // the frames
  std::string unstated_room_;  // where we are, if the server does not say (the lab's)

  std::mt19937 random_{std::random_device{}()};
  Backoff connecting_{std::chrono::milliseconds(500), std::chrono::seconds(30)};
  Backoff naming_{std::chrono::seconds(1), std::chrono::seconds(30)};
  asio::steady_timer next_connection_;
  asio::steady_timer next_login_;
  std::unique_ptr<Typing> typing_;  // from the first connection on
};

}  // namespace prise::chat
