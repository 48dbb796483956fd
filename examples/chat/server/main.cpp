// The chat of notes 004, with rooms and a history: one port for its page, its WebSocket and its
// health. What is said on the wire: PROTOCOL.md.
//
//   main      options, and the parts put together     session   one client
//   web       the page; who may connect               rooms     who is where, who is told what
//   storage   what was said (sqlite, memory)          protocol  JSON to requests, and back
//   house     what sessions share, and its upkeep     data_folder  one server's alone
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "console.hpp"
#include "data_folder.hpp"
#include "drivers/asio_websocket.hpp"
#include "log.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "session.hpp"
#include "sqlite.hpp"
#include "web.hpp"

using namespace prise;
using namespace prise::chat;
using drivers::coroutines::Listener;
using drivers::coroutines::WebSocket;

namespace {

struct ChatOptions {
  std::string data = ".";
  std::string page = PRISE_CHAT_PAGE;
  bool memory = false;
  bool tls = false;
  std::string certificate, key;
  std::vector<std::string> origins;
  std::size_t clients = limits::clients;
  std::size_t rooms = limits::rooms;
  std::size_t rate = limits::actions_per_second;
};

Options read_options(int argc, char** argv, ChatOptions& chat) {
  return parse_options(
      argc, argv, {.port = 8001, .host = "127.0.0.2"},
      {{"--data", &chat.data, "Dossier de server.log et de chat.db"},
       {"--memory", &chat.memory, "L'historique ne va pas dans un fichier"},
       {"--tls", &chat.tls, "https:// et wss://, avec cert.pem et key.pem du dossier --data"},
       {"--certificate", &chat.certificate, "Un autre certificat (PEM)"},
       {"--key", &chat.key, "Une autre clé (PEM)"},
       {"--origin", &chat.origins, "Une autre page admise (https://exemple.org), autant de fois"},
       {"--page", &chat.page, "Dossier de la page"},
       {"--clients", &chat.clients, "Clients à la fois, au plus"},
       {"--rooms", &chat.rooms, "Salons, au plus"},
       {"--rate", &chat.rate, "Actions d'un client par seconde (0 : sans limite)"}});
}

// A descriptor for each client: as many as this machine gives.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Who names a certificate means to show it.
bool encrypts(const ChatOptions& chat) {
  return chat.tls || !chat.certificate.empty() || !chat.key.empty();
}

// Nothing is encrypted by half: without its files, the program ends here.
drivers::Tls tls_of(const ChatOptions& chat) {
  if (!encrypts(chat)) return {};
  const std::filesystem::path data{chat.data};
  drivers::Tls tls;
  tls.certificate_file = chat.certificate.empty() ? (data / "cert.pem").string() : chat.certificate;
  tls.key_file = chat.key.empty() ? (data / "key.pem").string() : chat.key;
  for (const std::string& file : {tls.certificate_file, tls.key_file}) {
    if (std::filesystem::exists(file)) continue;
    warn("Erreur : {} n'existe pas. Pour essayer, un certificat signé par lui-même :", file);
    warn(
        "  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1,IP:127.0.0.2 "
        "-keyout {} -out {}",
        tls.key_file, tls.certificate_file);
    std::exit(2);
  }
  return tls;
}

std::vector<std::string> origins_of(const ChatOptions& chat) {
  std::vector<std::string> origins;
  for (const std::string& given : chat.origins) {
    const std::string origin = as_browsers_say(given);
    if (origin.empty()) {
      warn(
          "Erreur : --origin attend une origine, comme https://exemple.org ou "
          "http://exemple.org:8080, pas « {} ».",
          given);
      std::exit(2);
    }
    origins.push_back(origin);
  }
  return origins;
}

std::unique_ptr<Storage> make_storage(const ChatOptions& chat, const DataFolder& folder) {
  if (chat.memory) return std::make_unique<MemoryStorage>();
  return std::make_unique<SqliteStorage>(folder.path() / "chat.db");
}

void update_health(drivers::Settings& settings, const House& house, bool memory) {
  settings.pages["/health"] =
      health_page(health_text(house.rooms.members(), house.rooms.names().size(),
                              memory ? "memory" : "sqlite", house.storage.is_failing()));
}

drivers::Settings settings_of(const ChatOptions& chat, const OriginRule& origins, int stop_fd) {
  drivers::Settings settings;
  settings.stop_fd = stop_fd;  // everyone is told 1001
  settings.websocket.message_bytes_max = limits::websocket_message_bytes;
  settings.send_queue_bytes_max = limits::queue_bytes;
  settings.may_open = [&origins](const auto& request, const auto&) {
    return origins.admits(request);
  };
  settings.tls = tls_of(chat);
  settings.pages = pages_of(chat.page);
  return settings;
}

void announce(const Options& options, const ChatOptions& chat, const net::Address& address) {
  const net::Address shown =
      address.is_any() ? net::Address::ipv4("127.0.0.1", address.port()) : address;
  const std::string where = shown.host_and_port();
  say_chosen_port(options, address.port());
  say("Serveur démarré sur {}://{}", encrypts(chat) ? "wss" : "ws", where);
  say("Ouvrez {}://{}/ dans un navigateur. Ctrl-C pour arrêter.", encrypts(chat) ? "https" : "http",
      where);
}

}  // namespace

int main(int argc, char** argv) {
  ChatOptions chat;
  const Options options = read_options(argc, argv, chat);
  const CtrlC ctrl_c;
  std::signal(SIGPIPE, SIG_IGN);  // nobody reads the console any more: the chat goes on
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a full disk, and no end
  raise_descriptor_limit();
  const auto folder = DataFolder::take(chat.data);
  if (!folder) {
    warn(
        "Erreur : un autre serveur travaille déjà dans le dossier {}. Arrêtez-le, ou donnez à "
        "celui-ci un dossier à lui : --data DOSSIER",
        chat.data);
    return 1;
  }
  open_log(folder->path() / "server.log");

  const net::Address address =
      net::resolve(options.host, options.port, net::Purpose::listen).front();
  const OriginRule origins{is_loopback(address), origins_of(chat)};
  drivers::Settings settings = settings_of(chat, origins, ctrl_c.fd());

  LocalFanOut fan_out;
  Rooms rooms{fan_out};
  const auto storage = make_storage(chat, *folder);
  House house{rooms, fan_out, *storage, chat.clients, chat.rooms, chat.rate};
  const auto attend = [&](WebSocket& websocket) -> asio::awaitable<void> {
    {
      Session session{websocket, house};
      update_health(settings, house, chat.memory);
      co_await session.run();
    }
    update_health(settings, house, chat.memory);
  };

  asio::io_context loop{1};
  Listener listener(loop, address, settings);
  announce(options, chat, listener.address());

  const auto serve = [&]() -> asio::awaitable<void> {
    co_await open_rooms(house);
    update_health(settings, house, chat.memory);
    co_await drivers::coroutines::serve(listener, attend, chat.clients + limits::turned_away);
  };
  const auto serve_and_tell = [&]() -> asio::awaitable<void> {
    const auto tell_health = [&] { update_health(settings, house, chat.memory); };
    co_await drivers::coroutines::first_of(serve(), keep(house, tell_health));
  };
  drivers::coroutines::run(loop, serve_and_tell());
  say("Serveur arrêté.");
}
