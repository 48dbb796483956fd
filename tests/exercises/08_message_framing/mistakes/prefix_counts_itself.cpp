// Mistake: the length is taken to count the prefix too.
// From outside it may not be told from host_endian_length: the check then names both.
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
  const auto length = static_cast<std::uint32_t>(payload.size() + prefix_bytes);
  std::string bytes;
  for (const int shift : {24, 16, 8, 0})
    bytes += static_cast<char>(length >> shift & 0xFF);
  bytes += payload;
  return bytes;
}

// Un client, de son premier message à son départ.
void serve(net::Stream& client) {
  for (int number = 1;; ++number) {
    Prefix prefix{};
    const std::size_t received = client.receive_exactly(std::as_writable_bytes(std::span(prefix)));
    if (received == 0) {  // la fin du flux, entre deux messages
      say("Client parti. Messages : {}", number - 1);
      return;
    }
    if (received < prefix.size()) {
      say("Message inachevé : connexion fermée.");
      return;
    }

    // La limite se juge sur le préfixe : avant de réserver la mémoire, et avant de rien attendre.
    const std::size_t length = length_in(prefix) - prefix_bytes;
    if (length > message_bytes_max) {
      say("Message de {} octets, {} au plus : connexion fermée.", length, message_bytes_max);
      return;
    }
    std::string message(length, '\0');
    if (client.receive_exactly(std::as_writable_bytes(std::span(message))) < length) {
      say("Message inachevé : connexion fermée.");
      return;
    }

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
