// Mistake: the history keeps everything, whatever --history says.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
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

constexpr std::size_t name_bytes_max = 32;
constexpr std::size_t line_bytes_max = 1024;

// --- Rien à changer jusqu'à « À vous ».

// Les lignes d'un client, une par une.
class Lines {
public:
  explicit Lines(net::Stream& client) : client_(client) {}

  // Rien : il n'en viendra plus (départ, coupure, ligne trop longue).
  std::optional<std::string> next();

private:
  net::Stream& client_;
  protocol::LineDecoder decoder_{line_bytes_max};
};

// Lance une std::system_error si le client est parti (EPIPE), ou s'il ne lit plus rien depuis un
// quart de seconde (EAGAIN).
void send_line(net::Stream& client, const std::string& line) {
  client.send_all(line + '\n');
}

// --- À vous.

bool is_valid_name(std::string_view name) {
  // Un char peut être négatif : « é » passerait pour un caractère de contrôle.
  const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; };
  return !name.empty() && name.size() <= name_bytes_max &&
         std::none_of(name.begin(), name.end(), is_control);
}

// Ceux qui ont donné leur nom, et ce qui s'est dit. Tous les fils viennent ici.
class Room {
public:
  explicit Room(std::size_t) {}

  // Il reçoit l'historique, puis tout ce que disent les autres : rien ne manque entre les deux.
  void enter(net::Stream& client) {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : history_)
      send_or_end(client, line);
    clients_.push_back(&client);
  }

  void leave(net::Stream& client) {
    const std::lock_guard lock(mutex_);
    clients_.remove(&client);
  }

  // La ligne s'affiche, entre dans l'historique, et part à tous, sauf à celui qui l'a dite.
  void publish(const net::Stream& sender, const std::string& line) {
    const std::lock_guard lock(mutex_);
    say("{}", line);
    history_.push_back(line);
    for (net::Stream* client : clients_) {
      if (client != &sender) send_or_end(*client, line);
    }
  }

private:
  // Celui qui ne lit plus sort : son fil se réveille dans recv, et c'est lui qui appelle leave.
  static void send_or_end(net::Stream& client, const std::string& line) {
    try {
      send_line(client, line);
    } catch (const std::system_error&) {
      shutdown(client.fd(), SHUT_RDWR);
    }
  }

  std::mutex mutex_;  // protège ce qui suit
  std::list<net::Stream*> clients_;
  std::deque<std::string> history_;
};

// Ce que fait le fil d'un client. Rien ne doit en sortir : une std::system_error est un départ.
void chat(net::Stream& client, Room& room) {
  say("Nouvelle connexion : {}", client.peer());
  try {
    Lines lines(client);
    send_line(client, "Votre nom ?");
    const std::optional<std::string> name = lines.next();
    if (name && !is_valid_name(*name)) {
      send_line(client, "Nom refusé.");
    } else if (name) {
      say("{} est dans le salon.", *name);
      room.enter(client);
      while (const auto line = lines.next())
        room.publish(client, *name + " : " + *line);
    }
  } catch (const std::system_error&) {
  }
  room.leave(client);  // sans effet s'il n'y était pas
  say("Connexion fermée : {}", client.peer());
}

// --- À partir d'ici, rien à changer.

std::optional<std::string> Lines::next() {
  while (true) {
    std::string_view line;
    const protocol::Decoded decoded = decoder_.next(line);
    if (decoded == protocol::Decoded::message) return std::string(line);
    if (decoded == protocol::Decoded::too_long) return std::nullopt;
    try {
      const std::string arrived = client_.receive_some(line_bytes_max);
      if (arrived.empty()) return std::nullopt;
      decoder_.receive(arrived);
    } catch (const std::system_error&) {
      return std::nullopt;
    }
  }
}

// Les fils de la leçon 11.
class Bell {
public:
  Bell() {
    net::checked(pipe(pipe_.data()), "pipe");
    for (const int end : pipe_)
      net::checked(fcntl(end, F_SETFL, O_NONBLOCK), "fcntl");
  }
  ~Bell() {
    for (const int end : pipe_)
      close(end);
  }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() { [[maybe_unused]] const ssize_t count = write(pipe_[1], "!", 1); }
  void silence() {
    std::array<char, 256> rings{};
    while (read(pipe_[0], rings.data(), rings.size()) > 0) {
    }
  }
  int fd() const { return pipe_[0]; }

private:
  std::array<int, 2> pipe_{};
};

struct Client {
  Client(net::Stream accepted, Bell& bell, Room& room)
      : stream(std::move(accepted)), thread([this, &bell, &room] {
          chat(stream, room);
          ended = true;
          bell.ring();
        }) {}

  net::Stream stream;
  std::atomic<bool> ended = false;
  std::jthread thread;
};

// Un client qui ne lit rien ne peut pas faire attendre les autres plus d'un quart de seconde, et le
// noyau ne garde pour lui que quelques dizaines de kilooctets.
void bound_waiting(const net::Stream& client) {
  const timeval time_max{0, 250'000};
  setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &time_max, sizeof time_max);
  const int bytes = 16384;
  setsockopt(client.fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int main(int argc, char** argv) {
  std::size_t history_max = 20;
  const auto options =
      parse_options(argc, argv, {.port = 12345},
                    {{"--history", &history_max, "Nombre de messages gardés pour qui arrive"}});
  const CtrlC ctrl_c;  // avant tout fil

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur de chat démarré...");

  Bell bell;
  Room room(history_max);
  std::list<Client> clients;
  while (true) {
    std::array<pollfd, 3> watched{
        {{ctrl_c.fd(), POLLIN, 0}, {bell.fd(), POLLIN, 0}, {listener.fd(), POLLIN, 0}}};
    if (poll(watched.data(), watched.size(), -1) == -1 && errno != EINTR)
      net::throw_system_error("poll");
    if (watched[0].revents != 0) break;
    bell.silence();
    clients.remove_if([](const Client& client) { return client.ended.load(); });
    if (watched[2].revents == 0) continue;
    net::Stream accepted = listener.accept();
    bound_waiting(accepted);
    clients.emplace_back(std::move(accepted), bell, room);
  }

  listener.close();
  for (const Client& client : clients)
    shutdown(client.stream.fd(), SHUT_RDWR);
  clients.clear();
  say("Serveur de chat arrêté.");
}
