// Mistake: both sides wait for the other's name before they tell theirs.
#include <strings.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "protocol/framing.hpp"

using namespace prise;

constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t line_bytes_max = 1024;

// Comment un tour s'est passé. Tout ce qui n'est pas taken met fin au chat.
enum class Turn { taken, peer_left, we_left, name_refused, line_too_long };

// La connexion, et ce qui en est arrivé sans être encore lu : une ligne peut arriver en morceaux,
// ou avec la suivante. Un seul LineDecoder pour tout le chat (leçon 08, protocol/framing.hpp).
struct Chat {
  net::Stream stream;
  protocol::LineDecoder lines{line_bytes_max};
};

// Les deux façons de commencer.
net::Stream wait_for_client(const Options& options) {
  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré. En attente d'un client...");
  net::Stream client = listener.accept();
  say("Client connecté : {}", client.peer());
  return client;
}

net::Stream connect_to_server(const Options& options) {
  net::Stream server = net::Stream::connect(net::resolve(options.host, options.port).front());
  say("Connecté au serveur de chat !");
  return server;
}

bool is_quit(std::string_view line) {
  return line.size() == 4 && strncasecmp(line.data(), "quit", 4) == 0;
}

bool is_valid_name(std::string_view name) {
  // Un char peut être négatif : « é » passerait pour un caractère de contrôle.
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; };
  return !name.empty() && name.size() <= name_bytes_max &&
         std::none_of(name.begin(), name.end(), is_control);
}

// false : l'autre n'est plus là.
bool send_line(Chat& chat, const std::string& line) {
  try {
    chat.stream.send_all(line + '\n');
    return true;
  } catch (const std::system_error&) {  // EPIPE, ECONNRESET
    return false;
  }
}

// Une ligne entière, sans sa fin ; peer_left à la fin du flux, ou si la connexion est coupée.
Turn receive_line(Chat& chat, std::string& line) {
  try {
    while (true) {
      std::string_view next;
      const protocol::Decoded decoded = chat.lines.next(next);
      if (decoded == protocol::Decoded::too_long) return Turn::line_too_long;
      if (decoded == protocol::Decoded::message) {
        line = next;
        return Turn::taken;
      }
      const std::string arrived = chat.stream.receive_some(line_bytes_max);
      if (arrived.empty()) return Turn::peer_left;
      chat.lines.receive(arrived);
    }
  } catch (const std::system_error&) {  // ECONNRESET
    return Turn::peer_left;
  }
}

// Chacun envoie d'abord son nom, sans attendre celui de l'autre, puis lit celui de l'autre.
Turn exchange_names(Chat& chat, const std::string& own_name, std::string& peer_name) {
  const Turn turn = receive_line(chat, peer_name);
  if (turn == Turn::taken && !is_valid_name(peer_name)) return Turn::name_refused;
  if (turn == Turn::taken && !send_line(chat, own_name)) return Turn::peer_left;
  return turn;
}

// Notre tour : une ligne du clavier. « quit » et Ctrl-D préviennent l'autre : il reçoit quit.
Turn speak(Chat& chat) {
  const Answer typed = ask("Vous : ");
  if (!typed || is_quit(typed.line)) {
    send_line(chat, "quit");
    return Turn::we_left;
  }
  return send_line(chat, typed.line) ? Turn::taken : Turn::peer_left;
}

// Le tour de l'autre : une ligne de lui, que l'on montre.
Turn listen_to(Chat& chat, const std::string& peer_name) {
  std::string message;
  const Turn turn = receive_line(chat, message);
  if (turn != Turn::taken) return turn;
  if (is_quit(message)) return Turn::peer_left;
  say("{} : {}", peer_name, message);
  return Turn::taken;
}

int main(int argc, char** argv) {
  std::string name;
  bool is_client = false;
  const auto options =
      parse_options(argc, argv, {.port = 9999},
                    {{"--name", &name, "Votre nom"},
                     {"--client", &is_client, "Se connecte, au lieu d'attendre un client"}});
  if (!is_valid_name(name)) {
    warn("Erreur : un nom fait de 1 à {} octets, sans caractère de contrôle.", name_bytes_max);
    return 2;
  }

  Chat chat{is_client ? connect_to_server(options) : wait_for_client(options)};
  std::string peer_name = "L'autre";
  Turn turn = exchange_names(chat, name, peer_name);
  if (turn == Turn::taken) say("Vous discutez avec {}. (tapez 'quit' pour quitter)", peer_name);

  bool is_our_turn = is_client;  // le client parle le premier
  while (turn == Turn::taken) {
    turn = is_our_turn ? speak(chat) : listen_to(chat, peer_name);
    is_our_turn = !is_our_turn;
  }

  if (turn == Turn::peer_left) say("{} a quitté le chat.", peer_name);
  if (turn == Turn::name_refused) say("Nom refusé : connexion fermée.");
  if (turn == Turn::line_too_long)
    say("Ligne de plus de {} octets : connexion fermée.", line_bytes_max);
  say("Chat terminé.");
}
