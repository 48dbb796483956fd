// Point:  compression trades processor time and memory for bytes; what for what, you can measure.
// New:    the same messages sent in three ways; memory counted by handing zlib an allocator.
// Kept:   the driver of lesson 17, a thread (lesson 10), a table and a plot (lesson 06).
// Try:    --svg compression.svg; the release build; --messages 10000.

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "console.hpp"
#include "drawing.hpp"
#include "drivers/blocking.hpp"
#include "options.hpp"
#include "plot.hpp"
#include "prose.hpp"

using namespace prise;

constexpr std::array<std::size_t, 6> message_sizes{64, 256, 1024, 4096, 16384, 65536};
constexpr std::size_t bytes_per_cost = 4 << 20;  // keeps the rows of large messages short

// Messages of a chat as programs write them, cut at so many bytes.
std::string random_json(std::size_t bytes, std::mt19937& random) {
  static constexpr std::array names{"alice", "bob", "chloé", "driss", "emma"};
  std::string text;
  while (text.size() < bytes)
    text += fmt::format(R"({{"de":"{}","texte":"{}"}})", names[random() % names.size()],
                        random_words(20 + random() % 60, random));
  text.resize(bytes);
  return text;
}

struct Kind {
  const char* name;
  std::string (*make)(std::size_t bytes, std::mt19937& random);
};
constexpr std::array<Kind, 3> kinds{{{"Messages de chat en JSON", random_json},
                                     {"Prose française", random_words},
                                     {"Octets déjà compressés", random_bytes}}};

drivers::Settings settings_for(std::size_t way) {
  drivers::Settings settings;
  if (way == 0) return settings;
  const auto takeover = way == 1 ? websocket::Takeover::none : websocket::Takeover::keep;
  settings.websocket.deflate.emplace();
  settings.websocket.deflate->client_takeover = settings.websocket.deflate->server_takeover =
      takeover;
  return settings;
}

// Of all threads of this program: of the sender's and the receiver's.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// One sends them all, the other reads them all, then says so.
Cost measure(net::Listener& listener, std::size_t way, const std::vector<std::string>& messages) {
  const drivers::Settings settings = settings_for(way);
  std::jthread reader([&] {
    auto websocket = drivers::WebSocket::accept(listener.accept(), settings);
    for (std::size_t i = 0; i < messages.size() && websocket.receive(); ++i) {
    }
    websocket.send_text("lu");
    websocket.receive();  // the other side closes
  });
  const net::Address address = listener.address();
  auto websocket =
      drivers::WebSocket::connect({.host = address.host(), .port = address.port()}, settings);
  const std::uint64_t bytes_before = websocket.traffic().sent;
  const double seconds_before = processor_seconds();
  for (const std::string& message : messages)
    websocket.send_binary(message);
  websocket.receive();
  const double seconds = processor_seconds() - seconds_before;
  const auto bytes = static_cast<double>(websocket.traffic().sent - bytes_before);
  websocket.close();
  const auto count = static_cast<double>(messages.size());
  return {bytes / count, seconds * 1e6 / count};
}

std::vector<Row> measure_kind(net::Listener& listener, const Kind& kind, std::size_t messages_max) {
  std::mt19937 random(21);
  std::vector<Row> rows;
  for (const std::size_t message_bytes : message_sizes) {
    std::vector<std::string> messages(
        std::clamp<std::size_t>(bytes_per_cost / message_bytes, 1, messages_max));
    for (std::string& message : messages)
      message = kind.make(message_bytes, random);
    Row& row = rows.emplace_back(Row{message_bytes, {}});
    for (std::size_t way = 0; way < ways.size(); ++way)
      row.costs[way] = measure(listener, way, messages);
  }
  return rows;
}

void say_table(const Kind& kind, const std::vector<Row>& rows) {
  say("{}", kind.name);
  say("{:>9} {:>20} {:>20} {:>20}", "", ways[0], ways[1], ways[2]);
  say("   Taille    Octets         µs    Octets         µs    Octets         µs");
  for (const Row& row : rows) {
    const auto& [plain, fresh, kept] = row.costs;
    say("{:>9} {:>9} {:>10} {:>9} {:>10} {:>9} {:>10}  {}", row.message_bytes,
        decimal(plain.bytes, 0), decimal(plain.microseconds, 1), decimal(fresh.bytes, 0),
        decimal(fresh.microseconds, 1), decimal(kept.bytes, 0), decimal(kept.microseconds, 1),
        bar(kept.bytes, plain.bytes, 10));
  }
}

// What zlib asks for, and gives back.
struct Allocations {
  std::size_t bytes = 0;
  static voidpf give(voidpf self, uInt count, uInt size) {
    static_cast<Allocations*>(self)->bytes += std::size_t{count} * size;
    return ::operator new (std::size_t{count} * size, std::nothrow);
  }
  static void take_back(voidpf, voidpf block) { ::operator delete(block); }
};

z_stream counted(Allocations& allocations) {
  z_stream stream{};
  stream.zalloc = Allocations::give;
  stream.zfree = Allocations::take_back;
  stream.opaque = &allocations;
  return stream;
}

std::size_t bytes_to_compress(int window_bits) {
  Allocations allocations;
  z_stream stream = counted(allocations);
  deflateInit2(&stream, 6, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY);
  deflateEnd(&stream);
  return allocations.bytes;
}

std::size_t bytes_to_decompress(int window_bits) {
  Allocations allocations;
  z_stream stream = counted(allocations);
  inflateInit2(&stream, -window_bits);
  // zlib makes room for the window only once there is something to remember.
  const Bytef something = 'x';
  inflateSetDictionary(&stream, &something, 1);
  inflateEnd(&stream);
  return allocations.bytes;
}

void say_memory() {
  say("Mémoire d'un côté d'une connexion, en Kio");
  say("  Fenêtre  pour compresser  pour décompresser");
  for (const int bits : {15, 12, 9})
    say("{:>9} {:>15} {:>18}", 1 << bits,
        decimal(static_cast<double>(bytes_to_compress(bits)) / 1024, 0),
        decimal(static_cast<double>(bytes_to_decompress(bits)) / 1024, 0));
}

int main(int argc, char** argv) {
  std::size_t messages_max = 2000;
  std::string svg_path;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--messages", &messages_max, "Messages par mesure, au plus"},
                     {"--svg", &svg_path, "Dessine aussi celles du chat dans ce fichier"}});
  if (messages_max == 0 || messages_max > 100'000) {
    warn("Erreur : --messages va de 1 à 100000.");
    return 2;
  }
  if (const auto obstacle = svg_path.empty() ? std::nullopt : obstacle_to_writing(svg_path)) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 2;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  std::string drawing;
  for (const Kind& kind : kinds) {
    const std::vector<Row> rows = measure_kind(listener, kind, messages_max);
    say_table(kind, rows);
    if (drawing.empty()) drawing = svg_plot(kind.name, rows);
  }
  say_memory();

  if (svg_path.empty()) return 0;
  if (const auto obstacle = write_whole(svg_path, drawing)) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 1;
  }
  say("Courbes dessinées dans {}", svg_path);
}
