// Mistake: a large recv is searched for one message: what comes after it is thrown away.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

constexpr std::size_t message_bytes_max = 65536;  // sans le préfixe
constexpr std::size_t prefix_bytes = 4;

using Prefix = std::array<unsigned char, prefix_bytes>;

// unsigned : un char peut être négatif, et son signe se propagerait à toute la longueur.
std::size_t length_in(const Prefix& prefix) {
  std::uint32_t length = 0;
  for (const unsigned char byte : prefix)
    length = length << 8 | byte;
  return length;
}

std::string with_prefix(std::string_view payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::string bytes;
  for (const int shift : {24, 16, 8, 0})
    bytes += static_cast<char>(length >> shift & 0xFF);
  bytes += payload;
  return bytes;
}

// Un client, de son premier message à son départ.
void serve(net::Stream& client) {
  for (int number = 1;; ++number) {
    std::string bytes;
    std::size_t length = 0;
    while (bytes.size() < prefix_bytes || bytes.size() < prefix_bytes + length) {
      const std::string arrived = client.receive_some(message_bytes_max);
      if (arrived.empty() && bytes.empty()) {
        say("Client parti. Messages : {}", number - 1);
        return;
      }
      if (arrived.empty()) {
        say("Message inachevé : connexion fermée.");
        return;
      }
      bytes += arrived;
      if (bytes.size() < prefix_bytes) continue;
      Prefix prefix{};
      std::copy_n(bytes.begin(), prefix_bytes, prefix.begin());
      length = length_in(prefix);
      if (length > message_bytes_max) {
        say("Message de {} octets, {} au plus : connexion fermée.", length, message_bytes_max);
        return;
      }
    }
    const std::string message = bytes.substr(prefix_bytes, length);
    say("Message {} : {} octets", number, length);
    client.send_all(with_prefix(std::to_string(number) + " " + message));
  }
}

// --- À partir d'ici, rien à changer.

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv, {.port = 9999});

  net::Listener listener(net::resolve(options.host, options.port, net::Purpose::listen).front());
  say_chosen_port(options, listener.address().port());
  say("Serveur en écoute sur le port {}...", listener.address().port());

  while (true) {
    net::Stream client = listener.accept();
    say("Connexion de {}", client.peer());
    try {
      serve(client);
    } catch (const std::system_error& error) {  // un client qui disparaît ne prive pas le suivant
      const bool gone =
          error.code() == std::errc::connection_reset || error.code() == std::errc::broken_pipe;
      if (!gone) throw;
      say("Le client a coupé la connexion.");
    }
  }
}
