// Mistake: one thread does both, in turns: it shows a message, then waits for the keyboard.
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "console.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/framing.hpp"

using namespace prise;

constexpr std::size_t line_bytes_max = 1024;

// Comment une conversation finit.
enum class Ending { client_left, line_too_long, user_left };

// Une sonnette : un fil sonne, un autre dort dans ask("", bell.fd()), qui rend alors la main avec
// AnswerKind::readable. Une fois sonnée, elle le reste : il en faut une par conversation.
class Bell {
public:
  Bell() { net::checked(pipe(pipe_.data()), "pipe"); }
  ~Bell() {
    for (const int end : pipe_)
      close(end);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() { [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1); }
  int fd() const { return pipe_[0]; }

private:
  std::array<int, 2> pipe_{};
};

bool is_quit(std::string_view line) {  // Quit et QUIT aussi, mais pas « quitter »
  return line.size() == 4 && strncasecmp(line.data(), "quit", 4) == 0;
}

// Si le client n'est plus là, recv le dira aussi à l'autre fil, et c'est lui qui sonnera.
void send_line(net::Stream& client, const std::string& line) {
  try {
    client.send_all(line + '\n');
  } catch (const std::system_error&) {
  }
}

// Le fil qui écoute : il montre chaque ligne du client, jusqu'à la fin.
Ending show_messages(net::Stream& client) {
  protocol::LineDecoder lines(line_bytes_max);  // un neuf pour chaque client
  try {
    while (true) {
      std::string_view line;
      const protocol::Decoded decoded = lines.next(line);
      if (decoded == protocol::Decoded::too_long) return Ending::line_too_long;
      if (decoded == protocol::Decoded::message) {
        if (is_quit(line)) return Ending::client_left;
        say("Client : {}", line);
        continue;
      }
      const std::string arrived = client.receive_some(line_bytes_max);
      if (arrived.empty()) return Ending::client_left;
      lines.receive(arrived);
    }
  } catch (const std::system_error&) {  // ECONNRESET : parti, sans les formes
    return Ending::client_left;
  }
}

// Une conversation : ce fil-ci lit le clavier, un autre écoute le client. Les deux sont finis
// quand elle rend la main.
Ending converse(net::Stream& client) {
  while (true) {
    const std::string arrived = client.receive_some(line_bytes_max);
    if (arrived.empty()) return Ending::client_left;
    const std::string_view line(arrived.data(), arrived.size() - 1);
    if (is_quit(line)) return Ending::client_left;
    say("Client : {}", line);
    const Answer typed = ask("");
    if (!typed || is_quit(typed.line)) {
      send_line(client, "quit");
      return Ending::user_left;
    }
    send_line(client, typed.line);
  }
}

// Rien si l'utilisateur s'en va : quit, Ctrl-D ou Ctrl-C.
std::optional<net::Stream> next_client(net::Listener& listener) {
  say("En attente d'un client...");
  while (true) {
    const Answer typed = ask("", listener.fd());
    if (typed.kind == AnswerKind::readable) return listener.accept();
    if (!typed || is_quit(typed.line)) return std::nullopt;
    say("Personne ne vous lit.");
  }
}

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});
  const CtrlC ctrl_c;  // avant tout fil : Ctrl-C réveille ask au lieu de tuer le programme

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré.");

  while (std::optional<net::Stream> client = next_client(listener)) {
    say("Client connecté : {}", client->peer());
    const Ending ending = converse(*client);
    if (ending == Ending::line_too_long)
      say("Ligne de plus de {} octets : connexion fermée.", line_bytes_max);
    if (ending == Ending::user_left) {
      say("Vous avez quitté le chat.");
      break;
    }
    say("Le client {} a quitté le chat.", client->peer());
  }
  say("Chat terminé.");
}
