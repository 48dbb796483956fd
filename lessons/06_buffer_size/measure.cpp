// Point:  a system call has a price, whatever it brings: a byte a call is the slowest way to read.
// New:    the same stream read with buffers from 1 byte to 1 MiB, timed.
// Kept:   recv in a loop from server.cpp, send_all from lesson 03.
// Try:    --svg debit.svg, then open it; --mebibytes 1024; the quick build beside the release one.

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "console.hpp"
#include "drawing.hpp"
#include "net/error.hpp"
#include "net/stream.hpp"
#include "options.hpp"
#include "plot.hpp"

using namespace prise;

constexpr std::array<std::size_t, 11> buffer_sizes{1,    4,     16,    64,     256,    1024,
                                                   4096, 16384, 65536, 262144, 1048576};
constexpr std::uint64_t calls_max = 1 << 18;  // keeps the rows of small buffers short
constexpr std::size_t mebibytes_max = 4096;

void send_zeros(net::Stream receiver, std::uint64_t bytes) {
  const std::string block(1 << 18, '\0');
  while (bytes > 0) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, block.size()));
    receiver.send_all(std::string_view(block).substr(0, now));
    bytes -= now;
  }
}

Row read_to_the_end(const net::Stream& sender, std::vector<char>& buffer) {
  Row row{buffer.size(), 0, 0, 0};
  const auto start = std::chrono::steady_clock::now();
  while (true) {
    const ssize_t count = recv(sender.fd(), buffer.data(), buffer.size(), 0);
    if (count == -1) net::throw_system_error("recv");
    if (count == 0) break;
    row.bytes += static_cast<std::uint64_t>(count);
    ++row.recv_calls;
  }
  row.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return row;
}

Row measure(net::Listener& listener, std::size_t buffer_bytes, std::uint64_t bytes) {
  std::vector<char> buffer(buffer_bytes);
  // connect returns before accept: the connection waits in the listener's queue.
  net::Stream to_reader = net::Stream::connect(listener.address());
  const net::Stream from_sender = listener.accept();
  std::thread sender(send_zeros, std::move(to_reader), bytes);  // threads are lesson 10's
  const Row row = read_to_the_end(from_sender, buffer);
  sender.join();
  return row;
}

void say_table(const std::vector<Row>& rows) {
  double fastest = 0;
  for (const Row& row : rows)
    fastest = std::max(fastest, row.mebibytes_per_second());
  say("  Tampon   Appels  Appels/Mio  µs/appel  Secondes   Mio/s");
  for (const Row& row : rows)
    say("{:>8} {:>8} {:>11} {:>9} {:>9} {:>7}  {}", row.buffer_bytes, row.recv_calls,
        decimal(row.calls_per_mebibyte(), 0), decimal(row.microseconds_per_call(), 2),
        decimal(row.seconds, 4), decimal(row.mebibytes_per_second(), 1),
        bar(row.mebibytes_per_second(), fastest, 20));
}

int main(int argc, char** argv) {
  std::size_t mebibytes = 256;
  std::string svg_path;
  const auto options = parse_options(
      argc, argv, {.port = 9999},
      {{"--mebibytes", &mebibytes, "Volume d'un transfert, en Mio (moins pour les petits tampons)"},
       {"--svg", &svg_path, "Dessine aussi la courbe dans ce fichier"}});
  if (mebibytes == 0 || mebibytes > mebibytes_max) {
    warn("Erreur : --mebibytes va de 1 à {}.", mebibytes_max);
    return 2;
  }
  if (const auto obstacle = svg_path.empty() ? std::nullopt : obstacle_to_writing(svg_path)) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 2;
  }

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());

  std::vector<Row> rows;
  for (const std::size_t buffer_bytes : buffer_sizes) {
    const std::uint64_t bytes = std::min<std::uint64_t>(mebibytes << 20, buffer_bytes * calls_max);
    rows.push_back(measure(listener, buffer_bytes, bytes));
  }
  say_table(rows);

  if (svg_path.empty()) return 0;
  if (const auto obstacle = write_whole(svg_path, svg_plot(rows))) {
    warn("Erreur : « {} » ne peut pas être écrit : {}.", svg_path, *obstacle);
    return 1;
  }
  say("Courbe dessinée dans {}", svg_path);
}
