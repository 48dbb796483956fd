// Our programs talk to programs that are not ours: the notes' own Python, netcat and socat, in both
// directions. Each exchange is a transcript, in which « python NAME » starts a copy of
// notes/NAME.py that differs by its port only; 9999 is a port reserved for the exchange.
// « python_server NAME » is for those that only Ctrl-C ends, and that then print a traceback on
// standard error.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "support/catch.hpp"
#include "support/player.hpp"
#include "support/reserved_port.hpp"

using namespace prise::testing;

namespace {

namespace fs = std::filesystem;

constexpr Seconds patience(20);

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string with_port(const std::string& text, std::uint16_t port) {
  static const std::regex written("\\b(9999|12345|8765)\\b");
  return std::regex_replace(text, written, std::to_string(port));
}

// The notes' programs with another port, in a folder that is gone at the end.
class Copies {
public:
  explicit Copies(std::uint16_t port) {
    std::string name = (fs::temp_directory_path() / "prise-notes-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const fs::path notes = fs::path(PRISE_SOURCE_DIR) / "tests/lessons/notes";
    for (const auto& entry : fs::directory_iterator(notes)) {
      if (entry.path().extension() == ".py")
        std::ofstream(folder_ / entry.path().filename()) << with_port(text_of(entry.path()), port);
    }
  }
  ~Copies() { fs::remove_all(folder_); }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;
  const fs::path& folder() const { return folder_; }

private:
  fs::path folder_;
};

// Whoever is called « serveur » listens before the next step: some of the notes' servers do not say
// when they do.
class WaitsForServers : public Audience {
public:
  explicit WaitsForServers(std::uint16_t port) : port_(port) {}

private:
  void started(const std::string& label, const std::string&) override {
    if (label == "serveur") wait_until_listening(port_, within(patience));
  }
  void scene(const Scene&) override {}
  void printed(const std::string&, const std::string&) override {}
  void typed(const std::string&, const std::string&, const std::string&) override {}
  std::uint16_t port_;
};

void plays(const std::string& exchange) {
  const ReservedPort port;
  const Copies copies(port.number());
  ::setenv("PYTHONUTF8", "1", 1);
  static const std::regex python("\\$ python (\\w+)");
  static const std::regex python_server("\\$ python_server (\\w+)");
  const std::string folder = copies.folder().string();
  const std::string command = "$ \"" PRISE_PYTHON "\" -u \"" + folder + "/$1.py\"";
  const std::string server_command =
      "$ /bin/sh -c \"exec '" PRISE_PYTHON "' -u '" + folder + "/$1.py' 2>/dev/null\"";
  std::string text = std::regex_replace(with_port(exchange, port.number()), python, command);
  text = std::regex_replace(text, python_server, server_command);
  WaitsForServers audience(port.number());
  const fs::path programs = fs::path(PRISE_BINARY_DIR) / "lessons";
  const auto report =
      play(parse_transcript(text), {programs, PortChoice::as_written, patience}, audience);
  INFO(report.value_or(""));
  CHECK_FALSE(report.has_value());
}

}  // namespace

// --- the notes' Python programs ------------------------------------------------------------------

TEST_CASE("lesson 01 client connects to the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python connect_server
serveur | Serveur en écoute sur le port 9999...
client  $ 01_tcp_connect/client --port 9999
client  | Connecté au serveur !
serveur | Connexion reçue de ('127.0.0.1', <port>)
)");
}

TEST_CASE("lesson 01 server takes the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 01_tcp_connect/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ python connect_client
client  | Connecté au serveur !
serveur | Connexion reçue de ('127.0.0.1', <port>)
)");
}

TEST_CASE("lesson 02 client talks to the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python message_server
serveur | Serveur en écoute sur le port 9999...
client  $ 02_tcp_message/client --port 9999
serveur | Connexion de ('127.0.0.1', <port>)
serveur | Message reçu : Salut le serveur !
)");
}

TEST_CASE("lesson 02 server takes the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 02_tcp_message/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ python message_client
serveur | Connexion de ('127.0.0.1', <port>)
serveur | Message reçu : Salut le serveur !
)");
}

TEST_CASE("lesson 02 welcome_client listens to the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python serveur
serveur | Serveur en attente d'une connexion...
client  $ 02_tcp_message/welcome_client --port 9999
serveur | Connexion établie avec ('127.0.0.1', <port>)
client  | Message reçu : Bienvenue sur le serveur !
)");
}

TEST_CASE("lesson 02 welcome_server speaks to the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 02_tcp_message/welcome_server --port 9999
serveur | Serveur en attente d'une connexion...
client  $ python client
serveur | Connexion établie avec ('127.0.0.1', <port>)
client  | Message reçu : Bienvenue sur le serveur !
)");
}

TEST_CASE("lesson 03 client asks the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python reply_server
serveur | En attente d'un client...
client  $ 03_tcp_echo/client --port 9999
serveur | Reçu : Salut le serveur !
client  | Réponse du serveur : Bien reçu, merci !
)");
}

TEST_CASE("lesson 03 server answers the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 03_tcp_echo/server --port 9999
serveur | En attente d'un client...
client  $ python reply_client
serveur | Reçu : Salut le serveur !
client  | Réponse du serveur : Bien reçu, merci !
)");
}

TEST_CASE("lesson 03 echo_server answers the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 03_tcp_echo/echo_server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ python reply_client
client  | Réponse du serveur : Salut le serveur !
serveur | Octets renvoyés à ('127.0.0.1', <port>) : 18
serveur > ^C
)");
}

TEST_CASE("lesson 04 client connects to the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python connect_server
serveur | Serveur en écoute sur le port 9999...
client  $ 04_addresses/client --host 127.0.0.1 --port 9999
client  | Adresse trouvée : ('127.0.0.1', 9999)
client  | Connecté au serveur ! ('127.0.0.1', 9999) a répondu.
serveur | Connexion reçue de ('127.0.0.1', <port>)
)");
}

TEST_CASE("lesson 04 server with two stacks takes the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 04_addresses/server --host :: --port 9999
serveur | Serveur en écoute sur le port 9999...
serveur | Adresse d'écoute : ('::', 9999, 0, 0)
client  $ python connect_client
client  | Connecté au serveur !
serveur | Connexion reçue de ('::ffff:127.0.0.1', <port>, 0, 0)
)");
}

TEST_CASE("lesson 05 client asks the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python udp_server
serveur | Serveur UDP en écoute...
client  $ 05_udp_echo/client --timeout 20 --port 9999
serveur | Message de ('127.0.0.1', <port>) : Hello UDP !
client  | Réponse : Message bien reçu !
)");
}

TEST_CASE("lesson 05 server answers the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 05_udp_echo/server --port 9999
serveur | Serveur UDP en écoute...
client  $ python udp_client
serveur | Message de ('127.0.0.1', <port>) : Hello UDP !
client  | Réponse : Message bien reçu !
)");
}

TEST_CASE("lesson 05 echo_server answers the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 05_udp_echo/echo_server --port 9999
serveur | Serveur UDP en écoute...
client  $ python udp_client
serveur | Message de ('127.0.0.1', <port>) : Hello UDP !
client  | Réponse : Hello UDP !
serveur > ^C
)");
}

TEST_CASE("lesson 06 client feeds the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python buffer_server
client  $ 06_buffer_size/client --port 9999
serveur | Chunk 1 : ABCDEFGHIJ
serveur | Chunk 2 : KLMNOPQRST
serveur | Chunk 3 : UVWXYZ
)");
}

TEST_CASE("lesson 06 server cuts what the notes' client sends", "[foreign][python]") {
  plays(R"(
serveur $ 06_buffer_size/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ python buffer_client
serveur | Chunk 1 : ABCDEFGHIJ
serveur | Chunk 2 : KLMNOPQRST
serveur | Chunk 3 : UVWXYZ
)");
}

TEST_CASE("lesson 09 part 1 client connects with the notes' server", "[foreign][python]") {
  plays(R"(
serveur $ python chat_part1_server
serveur | Serveur de chat démarré. En attente d'un client...
client  $ 09_chat_half_duplex/part1_client --port 9999
client  | Connecté au serveur de chat !
client  | Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).
serveur |
)");
}

TEST_CASE("lesson 09 part 1 server connects with the notes' client", "[foreign][python]") {
  plays(R"(
serveur $ 09_chat_half_duplex/part1_server --port 9999
serveur | Serveur de chat démarré. En attente d'un client...
client  $ python chat_part1_client
client  | Connecté au serveur de chat !
client  | Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! Tapez vos messages (tapez 'quit' pour quitter).
serveur |
)");
}

TEST_CASE("lesson 09 client chats with the notes' server, the server quits", "[foreign][python]") {
  plays(R"(
serveur $ python chat_server
serveur | Serveur de chat démarré. En attente d'un client...
client  $ 09_chat_half_duplex/client --port 9999
client  | Connecté au serveur de chat !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > Vous : «Salut !»
serveur | Client : Salut !
serveur > Vous : «Hey, comment ça va ?»
client  | Serveur : Hey, comment ça va ?
client  > Vous : «Bien et toi ?»
serveur | Client : Bien et toi ?
serveur > Vous : «quit»
serveur | Chat terminé.
client  | Le serveur a quitté le chat.
client  | Chat terminé.
)");
}

TEST_CASE("lesson 09 client chats with the notes' server, the client quits", "[foreign][python]") {
  plays(R"(
serveur $ python chat_server
serveur | Serveur de chat démarré. En attente d'un client...
client  $ 09_chat_half_duplex/client --port 9999
client  | Connecté au serveur de chat !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > Vous : «Salut !»
serveur | Client : Salut !
serveur > Vous : «Hey, comment ça va ?»
client  | Serveur : Hey, comment ça va ?
client  > Vous : «Quit»
client  | Chat terminé.
serveur | Le client a quitté le chat.
serveur | Chat terminé.
)");
}

TEST_CASE("lesson 09 server chats with the notes' client, the server quits", "[foreign][python]") {
  plays(R"(
serveur $ 09_chat_half_duplex/server --port 9999
serveur | Serveur de chat démarré. En attente d'un client...
client  $ python chat_client
client  | Connecté au serveur de chat !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > Vous : «Salut !»
serveur | Client : Salut !
serveur > Vous : «Hey, comment ça va ?»
client  | Serveur : Hey, comment ça va ?
client  > Vous : «Bien et toi ?»
serveur | Client : Bien et toi ?
serveur > Vous : «quit»
serveur | Chat terminé.
client  | Le serveur a quitté le chat.
client  | Chat terminé.
)");
}

TEST_CASE("lesson 09 server chats with the notes' client, the client quits", "[foreign][python]") {
  plays(R"(
serveur $ 09_chat_half_duplex/server --port 9999
serveur | Serveur de chat démarré. En attente d'un client...
client  $ python chat_client
client  | Connecté au serveur de chat !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > Vous : «Salut !»
serveur | Client : Salut !
serveur > Vous : «Hey, comment ça va ?»
client  | Serveur : Hey, comment ça va ?
client  > Vous : «Quit»
client  | Chat terminé.
serveur | Le client a quitté le chat.
serveur | Chat terminé.
)");
}

TEST_CASE("lesson 10 client chats with the notes' server, the client quits", "[foreign][python]") {
  plays(R"(
# The notes' server shows quit as a message, and ends only once its own user has typed something.
serveur $ python chat_server_v2
serveur | Serveur de chat v2 démarré. En attente d'un client...
client  $ 10_chat_full_duplex/client --port 9999
client  | Connecté au serveur de chat v2 !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > «Salut !»
serveur |
serveur | Client : Salut !
client  > «Tu es là ?»
serveur |
serveur | Client : Tu es là ?
serveur > «Oui, je lisais.»
client  |
client  | Serveur : Oui, je lisais.
client  > «quit»
client  | Chat terminé.
serveur |
serveur | Client : quit
serveur |
serveur | Le client s'est déconnecté.
serveur > «quit»
serveur | Chat terminé.
)");
}

TEST_CASE("lesson 10 client chats with the notes' server, the server quits", "[foreign][python]") {
  plays(R"(
serveur $ python chat_server_v2
serveur | Serveur de chat v2 démarré. En attente d'un client...
client  $ 10_chat_full_duplex/client --port 9999
client  | Connecté au serveur de chat v2 !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > «Salut !»
serveur |
serveur | Client : Salut !
client  > «Tu es là ?»
serveur |
serveur | Client : Tu es là ?
serveur > «Oui, je lisais.»
client  |
client  | Serveur : Oui, je lisais.
serveur > «quit»
client  |
client  | Le serveur a quitté le chat.
client  | Chat terminé.
serveur |
serveur | Le client s'est déconnecté.
serveur | Chat terminé.
)");
}

TEST_CASE("lesson 10 server chats with the notes' client, the client quits", "[foreign][python]") {
  plays(R"(
serveur $ 10_chat_full_duplex/server --port 9999
serveur | Serveur de chat v2 démarré. En attente d'un client...
client  $ python chat_client_v2
client  | Connecté au serveur de chat v2 !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > «Salut !»
serveur |
serveur | Client : Salut !
client  > «Tu es là ?»
serveur |
serveur | Client : Tu es là ?
serveur > «Oui, je lisais.»
client  |
client  | Serveur : Oui, je lisais.
client  > «quit»
serveur |
serveur | Le client s'est déconnecté.
serveur | Chat terminé.
client  |
client  | Le serveur a quitté le chat.
client  | Chat terminé.
)");
}

TEST_CASE("lesson 10 server chats with the notes' client, the server quits", "[foreign][python]") {
  plays(R"(
# The notes' client, too, ends only once its own user has typed something.
serveur $ 10_chat_full_duplex/server --port 9999
serveur | Serveur de chat v2 démarré. En attente d'un client...
client  $ python chat_client_v2
client  | Connecté au serveur de chat v2 !
client  | Chat prêt ! (tapez 'quit' pour quitter)
client  |
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
client  > «Salut !»
serveur |
serveur | Client : Salut !
client  > «Tu es là ?»
serveur |
serveur | Client : Tu es là ?
serveur > «Oui, je lisais.»
client  |
client  | Serveur : Oui, je lisais.
serveur > «QUIT»
serveur | Chat terminé.
client  |
client  | Le serveur a quitté le chat.
client  > «quit»
client  | Chat terminé.
)");
}

TEST_CASE("lesson 17 client talks to the notes' echo server", "[foreign][python][websocket]") {
  plays(R"(
serveur $ python_server ws_server
serveur | Serveur WebSocket en écoute sur ws://localhost:8765
client  $ 17_ws_echo/client --port 8765
serveur | Nouvelle connexion : ('127.0.0.1', <port>)
serveur | Reçu : Bonjour !
client  | Réponse : Echo : Bonjour !
serveur | Reçu : Comment ça va ?
client  | Réponse : Echo : Comment ça va ?
serveur | Connexion fermée : ('127.0.0.1', <port>)
serveur > ^C
)");
}

TEST_CASE("lesson 17 server echoes the notes' clients", "[foreign][python][websocket]") {
  plays(R"(
serveur $ 17_ws_echo/server --port 8765
serveur | Serveur WebSocket en écoute sur ws://localhost:8765
client  $ python ws_client
serveur | Nouvelle connexion : ('127.0.0.1', <port>)
serveur | Reçu : Bonjour !
client  | Réponse : Echo : Bonjour !
serveur | Reçu : Comment ça va ?
client  | Réponse : Echo : Comment ça va ?
serveur | Connexion fermée : ('127.0.0.1', <port>)
autre   $ python ws_hello_client
autre   | Envoi : Hello, WebSocket Server!
serveur | Nouvelle connexion : ('127.0.0.1', <port-2>)
serveur | Reçu : Hello, WebSocket Server!
autre   | Réponse du serveur : Echo : Hello, WebSocket Server!
serveur | Connexion fermée : ('127.0.0.1', <port-2>)
serveur > ^C
)");
}

TEST_CASE("lesson 17 client talks to the notes' server of one message",
          "[foreign][python][websocket]") {
  plays(R"(
serveur $ python_server ws_once_server
client  $ 17_ws_echo/client --port 8765 "ça va ?"
serveur | ça va ?
serveur | Message bien reçu
client  | Réponse : Message bien reçu
serveur > ^C
)");
}

TEST_CASE("lesson 17 once_server answers the notes' client", "[foreign][python][websocket]") {
  plays(R"(
serveur $ 17_ws_echo/once_server --port 8765
serveur | Serveur en écoute sur le port 8765...
client  $ python ws_hello_client
client  | Envoi : Hello, WebSocket Server!
serveur | Hello, WebSocket Server!
serveur | Message bien reçu
client  | Réponse du serveur : Message bien reçu
serveur > ^C
)");
}

TEST_CASE("lesson 17 client talks to the notes' broadcasting server",
          "[foreign][python][websocket]") {
  plays(R"(
serveur $ python_server ws_broadcast_server
serveur | Serveur WebSocket démarré sur ws://localhost:8765
client  $ 17_ws_echo/client --port 8765 "Bonjour !"
serveur | Client connecté. Total clients : 1
serveur | Message reçu : Bonjour !
client  | Réponse : Message d'un client : Bonjour !
serveur | Client déconnecté. Total clients : 0
serveur > ^C
)");
}

TEST_CASE("lesson 17 echo_server returns the notes' clients what they say",
          "[foreign][python][websocket]") {
  plays(R"(
serveur $ 17_ws_echo/echo_server --port 8765
serveur | Serveur en écoute sur le port 8765...
client  $ python ws_client
client  | Réponse : Bonjour !
client  | Réponse : Comment ça va ?
serveur > ^C
)");
}

// --- netcat and socat ----------------------------------------------------------------------------

TEST_CASE("netcat connects to the servers of lessons 01 and 02", "[foreign][netcat]") {
  plays(R"(
serveur $ 01_tcp_connect/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "nc -d 127.0.0.1 9999"
serveur | Connexion reçue de ('127.0.0.1', <port>)
== Un message
serveur $ 02_tcp_message/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "printf 'caf\351 \033[2J' | nc -N 127.0.0.1 9999"
serveur | Connexion de ('127.0.0.1', <port>)
serveur | Message reçu : caf\xe9 \x1b[2J
== Une bienvenue
serveur $ 02_tcp_message/welcome_server --port 9999
serveur | Serveur en attente d'une connexion...
client  $ /bin/sh -c "nc -d 127.0.0.1 9999"
serveur | Connexion établie avec ('127.0.0.1', <port>)
client  | Bienvenue sur le serveur !
)");
}

TEST_CASE("lesson 01 client connects to netcat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "nc -d -l 127.0.0.1 9999"
client  $ 01_tcp_connect/client --port 9999
client  | Connecté au serveur !
)");
}

TEST_CASE("lesson 02 client sends to netcat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "nc -d -l 127.0.0.1 9999"
client  $ 02_tcp_message/client --port 9999
serveur | Salut le serveur !
)");
}

TEST_CASE("lesson 02 welcome_client reads from netcat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "printf 'Salut toi' | nc -N -l 127.0.0.1 9999"
client  $ 02_tcp_message/welcome_client --port 9999
client  | Message reçu : Salut toi
)");
}

TEST_CASE("lesson 03 echo_server returns 8 MiB to netcat unharmed", "[foreign][netcat]") {
  plays(R"(
serveur $ 03_tcp_echo/echo_server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "f=$(mktemp); head -c 8388608 /dev/urandom >$f; nc -N 127.0.0.1 9999 <$f | cmp - $f && echo same; rm $f"
client  | same
serveur | Octets renvoyés à ('127.0.0.1', <port>) : 8388608
serveur > ^C
)");
}

TEST_CASE("lesson 03 echo_client is answered by socat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "socat TCP-LISTEN:9999,bind=127.0.0.1 EXEC:cat"
client  $ 03_tcp_echo/echo_client --port 9999
client  | Réponse du serveur : L'été, l'écho répète : ça alors !
)");
}

TEST_CASE("socat asks lesson 03's server", "[foreign][netcat]") {
  plays(R"(
serveur $ 03_tcp_echo/server --port 9999
serveur | En attente d'un client...
client  $ /bin/sh -c "printf Bonjour | socat -t 20 - TCP:127.0.0.1:9999"
serveur | Reçu : Bonjour
client  | Bien reçu, merci !
)");
}

TEST_CASE("lesson 05 speaks UDP with socat", "[foreign][netcat]") {
  plays(R"(
serveur $ 05_udp_echo/server --port 9999
serveur | Serveur UDP en écoute...
client  $ /bin/sh -c "printf Bonjour | socat -t 1 - UDP:127.0.0.1:9999"
serveur | Message de ('127.0.0.1', <port>) : Bonjour
client  | Message bien reçu !
)");
}

TEST_CASE("lesson 05 client is answered by socat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "exec socat UDP-RECVFROM:9999,bind=127.0.0.1 EXEC:cat"
client  $ 05_udp_echo/client --timeout 20 --port 9999 écho
client  | Réponse : écho
)");
}

TEST_CASE("lesson 06 server cuts what netcat sends", "[foreign][netcat]") {
  plays(R"(
serveur $ 06_buffer_size/server --port 9999 --buffer 4
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "printf Bonjour | nc -N 127.0.0.1 9999"
serveur | Chunk 1 : Bonj
serveur | Chunk 2 : our
)");
}

TEST_CASE("lesson 07 server takes 8 MiB from netcat and answers", "[foreign][netcat]") {
  plays(R"(
serveur $ 07_receive_all/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "head -c 8388608 /dev/zero | nc -N 127.0.0.1 9999"
serveur | Connexion de ('127.0.0.1', <port>)
serveur | Reçu : 8388608 octets, empreinte <texte>
serveur | Appels à recv : <nombre>, dont <nombre> interrompus (EINTR)
client  | 8388608 octets bien reçus, empreinte <texte>
)");
}

TEST_CASE("lesson 08 server reads lines from netcat, whatever their end", "[foreign][netcat]") {
  plays(R"(
serveur $ 08_message_framing/server --port 9999
serveur | Serveur en écoute sur le port 9999...
client  $ /bin/sh -c "printf 'un\r\ndeux\n\ntrois' | nc -N 127.0.0.1 9999"
serveur | Message 1 : un
serveur | Message 2 : deux
serveur | Message 3 :<texte>
serveur | Message inachevé : trois
)");
}

TEST_CASE("lesson 08 client sends lines to netcat", "[foreign][netcat]") {
  plays(R"(
serveur $ /bin/sh -c "nc -d -l 127.0.0.1 9999"
client  $ 08_message_framing/client --port 9999 un deux
serveur | un
serveur | deux
)");
}

TEST_CASE("netcat chats with lesson 09's server, and leaves without quit", "[foreign][netcat]") {
  plays(R"(
serveur $ 09_chat_half_duplex/server --port 9999
serveur | Serveur de chat démarré. En attente d'un client...
client  $ /bin/sh -c "printf Bonjour | nc -N 127.0.0.1 9999"
serveur | Client connecté : ('127.0.0.1', <port>)
serveur | Chat prêt ! (tapez 'quit' pour quitter)
serveur |
serveur | Client : Bonjour
serveur | Vous :<texte>
serveur | Le client a quitté le chat.
serveur | Chat terminé.
)");
}
