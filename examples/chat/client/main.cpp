// The chat in a terminal: for our server, and for the lab's. One thread waits for what is typed;
// the loop's thread does all the rest.
#include <unistd.h>

#include <array>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <cstdlib>
#include <random>
#include <thread>

#include "commands.hpp"
#include "console.hpp"
#include "drivers/asio_websocket.hpp"
#include "options.hpp"
#include "view.hpp"

using namespace prise;
using namespace prise::chat;
using drivers::coroutines::WebSocket;
using namespace std::chrono_literals;

namespace {

class Client {
public:
  Client(asio::io_context& loop, websocket::Url url, const std::string& ca_file, std::string user,
         const CtrlC& ctrl_c)
      : loop_{loop}, url_{std::move(url)}, user_{std::move(user)}, pause_{loop} {
    settings_.stop_fd = ctrl_c.fd();
    settings_.tls.ca_file = ca_file;
    if (::pipe(wake_.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  ~Client() {
    ::close(wake_[0]);
    ::close(wake_[1]);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The first connection must succeed; one that is lost is made again.
  asio::awaitable<void> talk() {  // then see status()
    co_await talk_once();
    while (!quits_ && !rejected_) {
      co_await pause();
      if (quits_) break;
      try {
        co_await talk_once();
      } catch (const std::system_error&) {  // nobody there yet
        websocket_ = nullptr;
      }
    }
    stop_typing();
  }

  [[nodiscard]] int status() const { return status_; }

private:
  asio::awaitable<void> talk_once() {
    auto websocket = co_await WebSocket::connect(url_, settings_);
    if (!websocket.is_open()) co_return refused(*websocket.closed());
    websocket_ = &websocket;
    if (!typing_.joinable()) typing_ = std::thread([this] { type(); });
    websocket.offer_text(login_text(view_.user().empty() ? user_ : view_.user(), view_.room()));
    while (const auto message = co_await websocket.receive()) {
      tries_ = 0;  // a server that is full opens, says nothing, and closes
      for (const std::string& text : view_.receive(message->bytes))
        websocket.offer_text(text);
    }
    websocket_ = nullptr;
    say_how(*websocket.closed());
  }

  // By its certificate, or by its answer to our handshake.
  void refused(const drivers::Ending& ending) {
    if (ending.error)
      warn("{}.", ending.error.message());
    else
      warn("Le serveur refuse la connexion (HTTP {}).", ending.http_status);
    status_ = 1;
    rejected_ = true;
  }

  void say_how(const drivers::Ending& ending) {
    using websocket::CloseCode;
    if (quits_) return;
    rejected_ = ending.code == CloseCode::policy_violation;
    const int code = static_cast<int>(ending.code);
    warn("Connexion perdue ({}){}{}", code, ending.reason.empty() ? "" : " : ", ending.reason);
  }

  // Longer each time, and never quite the same: a thousand clients must not come back at once.
  asio::awaitable<void> pause() {
    static std::mt19937 chance{std::random_device{}()};
    const auto longest = std::min(30'000ms, 500ms * (1 << std::min(tries_++, 6)));
    std::uniform_int_distribution<long> any(longest.count() / 2, longest.count());
    pause_.expires_after(std::chrono::milliseconds(any(chance)));
    asio::error_code cut_short;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cut_short));
  }

  // In its own thread.
  void type() {
    for (;;) {
      const Answer answer = ask("", wake_[0]);
      if (!answer) break;
      asio::post(loop_, [this, line = answer.line] { obey(line); });
    }
    asio::post(loop_, [this] { quit(); });
  }

  void stop_typing() {
    if (!typing_.joinable()) return;
    const char byte = 'q';
    [[maybe_unused]] const auto written = ::write(wake_[1], &byte, 1);
    typing_.join();
  }

  void obey(const std::string& line) {
    const auto command = read_command(line);
    if (!command) return;
    switch (command->kind) {
      case Command::Kind::send:
        return send(command->text);
      case Command::Kind::older:
        if (view_.room().empty() || view_.oldest_id() <= 1)
          return view_.note("Rien de plus ancien.");
        return send(history_before_text(view_.room(), view_.oldest_id()));
      case Command::Kind::frames:
        watching_ = !watching_;
        return send(watch_text(watching_));
      case Command::Kind::help:
        return say_line(std::string(help_text));
      case Command::Kind::unknown:
        return view_.note(command->text);
      case Command::Kind::quit:
        return quit();
    }
  }

  void send(const std::string& text) {
    if (websocket_ == nullptr || !websocket_->offer_text(text))
      warn("Pas connecté : rien n'est parti.");
  }

  void quit() {
    quits_ = true;
    pause_.cancel();
    if (websocket_ != nullptr) websocket_->offer_close(websocket::CloseCode::normal);
  }

  static bool wants_colours() {
    return ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  }

  asio::io_context& loop_;
  websocket::Url url_;
  std::string user_;
  drivers::Settings settings_;
  asio::steady_timer pause_;
  View view_{wants_colours(), say_line};
  WebSocket* websocket_ = nullptr;  // while there is a connection
  std::thread typing_;
  std::array<int, 2> wake_{};  // ends what waits for a line
  int tries_ = 0;
  int status_ = 0;
  bool quits_ = false;
  bool rejected_ = false;  // the server does not want us back at once
  bool watching_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  std::string user, ca_file;
  bool tls = false;
  const auto options =
      parse_options(argc, argv, {.port = 8001, .host = "127.0.0.2"},
                    {{"user", &user, "Votre pseudo"},
                     {"--tls", &tls, "wss://"},
                     {"--ca", &ca_file, "Le certificat à croire (PEM), sinon ceux du système"}});
  const CtrlC ctrl_c;
  while (user.empty()) {
    const Answer answer = ask("Pseudo : ");
    if (!answer) return 0;
    user = answer.line;
  }
  websocket::Url url;
  url.host = options.host;
  url.port = options.port;
  if (tls) url.scheme = websocket::Scheme::wss;
  asio::io_context loop{1};
  Client client(loop, url, ca_file, user, ctrl_c);
  drivers::coroutines::run(loop, client.talk());
  return client.status();
}
