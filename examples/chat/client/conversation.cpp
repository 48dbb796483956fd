#include "conversation.hpp"

#include <unistd.h>

#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <cstdlib>
#include <system_error>

#include "actions.hpp"
#include "console.hpp"
#include "drivers/tls_fault.hpp"

namespace prise::chat {

using drivers::coroutines::WebSocket;
using websocket::CloseCode;

namespace {

constexpr std::chrono::milliseconds overload_wait_min{5000};
// One minute and a half, about: a server that pings its clients has noticed by then.
constexpr int returning_logins_max = 8;

// https://no-color.org
Colours colours_of_terminal() {
  const char* const refused = std::getenv("NO_COLOR");
  const bool wanted = refused == nullptr || *refused == '\0';
  return wanted && ::isatty(STDOUT_FILENO) != 0 ? Colours::on : Colours::off;
}

double seconds(Backoff::Time time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

Conversation::Conversation(asio::io_context& loop, websocket::Url url,
                           const drivers::Settings& settings, const CtrlC& ctrl_c, std::string user)
    : loop_{loop},
      url_{std::move(url)},
      settings_{settings},
      ctrl_c_{ctrl_c},
      view_{colours_of_terminal(), say_line},
      user_{std::move(user)},
      next_connection_{loop},
      next_login_{loop} {}

asio::awaitable<bool> Conversation::talk() {
  while (goes_on()) {
    try {
      co_await talk_once();
    } catch (const std::system_error&) {
      if (!goes_on()) break;
      if (!was_there()) throw;  // the user learns why
      wait_before_next();
    }
    asio::error_code cut_short;
    co_await next_connection_.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
  }
  typing_.reset();
  co_return state_ == State::left;
}

// What waits for the network is cut short by Ctrl-C before we hear of it from who types.
bool Conversation::goes_on() {
  if (ctrl_c_.happened() && state_ == State::goes_on) state_ = State::left;
  return state_ == State::goes_on;
}

asio::awaitable<void> Conversation::talk_once() {
  auto websocket = co_await WebSocket::connect(url_, settings_);
  if (!goes_on()) co_return;  // the user has left meanwhile
  if (!websocket.is_open()) co_return refused(*websocket.closed());
  websocket_ = &websocket;
  if (!typing_)
    typing_ = std::make_unique<Typing>(loop_, [this](const std::optional<std::string>& line) {
      if (!line) return leave();
      if (const auto command = read_command(*line)) obey(*command);
    });
  log_in();
  while (const auto message = co_await websocket.receive())
    hear(message->bytes);
  websocket_ = nullptr;
  lost(*websocket.closed());
}

// Before there was a WebSocket: by its certificate, or by its answer to our handshake.
void Conversation::refused(const drivers::Ending& ending) {
  const bool is_starting =
      ending.error == drivers::TlsFault::handshake_cut ||
      (!ending.error && (ending.http_status == 0 || ending.http_status >= 500));
  if (was_there() && is_starting) {  // or what stands before it, nginx say, is
    wait_before_next();
    return;
  }
  state_ = State::rejected;
  if (ending.error)
    warn("{}.", ending.error.message());
  else if (ending.http_status != 0)
    warn("Le serveur refuse la connexion (HTTP {}).", ending.http_status);
  else if (ending.timed_out)
    warn("Le serveur ne répond pas.");
  else
    warn("Ce n'est pas un serveur WebSocket.");
}

void Conversation::lost(const drivers::Ending& ending) {
  in_ = false;
  next_login_.cancel();
  if (!goes_on()) return;
  const std::string why = ending.reason.empty() ? "" : " : " + ending.reason;
  const int code = static_cast<int>(ending.code);
  if (ending.code == CloseCode::policy_violation) {
    state_ = State::rejected;
    return warn("Le serveur nous renvoie ({}){}.", code, why);
  }
  const bool overloaded = ending.code == CloseCode::try_again_later;
  const Time wait = wait_before_next(overloaded ? overload_wait_min : Time{0});
  warn("Connexion perdue ({}){}. Nouvel essai dans {:.1f} s.", code, why, seconds(wait));
}

Conversation::Time Conversation::wait_before_next(Time at_least) {
  const Time wait = connecting_.next(std::uniform_real_distribution(0.0, 1.0)(random_), at_least);
  next_connection_.expires_after(wait);
  return wait;
}

void Conversation::log_in() {
  asked_user_ = user_;
  websocket_->offer_text(login_text(user_, view_.room(), returns_ ? return_ref : ""));
}

void Conversation::hear(std::string_view text) {
  const Heard heard = view_.receive(text);
  for (const std::string& request : heard.to_send)
    send(request);
  if (heard.login == LoginAnswer::accepted) entered();
  if (heard.login == LoginAnswer::refused) not_entered();
}

void Conversation::entered() {
  user_ = asked_user_;
  if (std::exchange(in_, true)) return;  // another name, that is all
  returns_ = true;
  connecting_.reset();
  naming_.reset();
  if (!view_.speaks_version1() && !unstated_room_.empty()) join(unstated_room_);
  if (watches_) send(watch_text(true));
}

void Conversation::not_entered() {
  if (in_ || !returns_)
    return view_.problem("pseudo invalide (/login PSEUDO pour en essayer un autre)");
  if (naming_.tries() == returning_logins_max) {
    returns_ = false;
    return view_.problem("Le pseudo « " + user_ +
                         " » reste pris : choisissez-en un autre (/login PSEUDO).");
  }
  if (naming_.tries() == 0)
    view_.note("Le serveur tient encore notre ancienne connexion : le pseudo « " + user_ +
               " » sera redemandé.");
  next_login_.expires_after(naming_.next(std::uniform_real_distribution(0.0, 1.0)(random_)));
  next_login_.async_wait([this](const asio::error_code& cancelled) {
    if (!cancelled && websocket_ != nullptr && returns_ && !in_) log_in();
  });
}

void Conversation::obey(const Command& command) {
  switch (command.kind) {
    case Command::Kind::say:
      send(say_text(command.argument));
      return;
    case Command::Kind::login:
      return log_in_as(command.argument);
    case Command::Kind::create_room:
      send(create_room_text(command.argument));
      return;
    case Command::Kind::join_room:
      return join(command.argument);
    case Command::Kind::older:
      return show_older();
    case Command::Kind::frames:
      return toggle_frames();
    case Command::Kind::help:
      return say_line(std::string(help_text));
    case Command::Kind::mistaken:
      return view_.problem(command.argument);
    case Command::Kind::quit:
      return leave();
  }
}

// The user decides: we ask no more for the former name.
void Conversation::log_in_as(const std::string& user) {
  if (!in_) returns_ = false;
  next_login_.cancel();
  if (send(login_text(user, in_ ? "" : view_.room(), ""))) asked_user_ = user;
}

void Conversation::join(const std::string& room) {
  if (!send(join_room_text(room)) || !in_ || view_.speaks_version1()) return;
  unstated_room_ = room;
  view_.note("Salon demandé : « " + room + " » (ce serveur ne répond pas).");
}

void Conversation::show_older() {
  if (view_.room().empty() || view_.oldest_id() <= 1) return view_.note("Rien de plus ancien.");
  send(older_text(view_.room(), view_.oldest_id()));
}

void Conversation::toggle_frames() {
  if (in_ && !view_.speaks_version1()) return view_.note("Ce serveur ne montre pas ses trames.");
  if (send(watch_text(!watches_))) watches_ = !watches_;
}

bool Conversation::send(const std::string& text) {
  if (websocket_ != nullptr && returns_ && !in_) {
    warn("Pas encore revenu : rien n'est parti.");
    return false;
  }
  if (websocket_ != nullptr && websocket_->offer_text(text)) return true;
  warn("Pas connecté : rien n'est parti.");
  return false;
}

void Conversation::leave() {
  if (state_ == State::goes_on) state_ = State::left;
  next_connection_.cancel();
  next_login_.cancel();
  if (websocket_ != nullptr) websocket_->offer_close(CloseCode::normal);
}

}  // namespace prise::chat
