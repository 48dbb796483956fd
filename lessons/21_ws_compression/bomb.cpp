// Point:  a few bytes that stand for a great many: why the limit is on what comes out.
// New:    a message of zeros, a thousand times smaller once compressed; refused with 1009.
// Kept:   the compressor of client.cpp; a limit before all (lesson 08).
// Try:    --mebibytes 1, at the limit; server --limit 100000000, and look at its memory.

#include <string>

#include "compressor.hpp"
#include "console.hpp"
#include "options.hpp"
#include "raw_client.hpp"
#include "terms.hpp"

using namespace prise;

int main(int argc, char** argv) {
  std::size_t mebibytes = 64;
  const auto options =
      parse_options(argc, argv, {.port = 8765},
                    {{"--mebibytes", &mebibytes, "Ce que la bombe deviendrait, en Mio"}});
  if (mebibytes == 0 || mebibytes > 256) {
    warn("Erreur : --mebibytes va de 1 à 256.");
    return 2;
  }

  RawClient server(options.host, options.port);
  const Terms wished;
  const auto answer = server.shake_hands(offer_of(wished));
  if (!answer) return 1;
  const auto agreed = terms_in(*answer, wished);
  if (!agreed || agreed->client_window_bits == 8) {
    say("Ce serveur ne décompresse rien : la bombe ne lui ferait rien.");
    server.close();
    return 0;
  }

  // Mebibyte after mebibyte: whoever makes a bomb needs no more memory than it takes once packed.
  Compressor compressor(agreed->client_window_bits, agreed->client_context);
  const std::string zeros(1 << 20, '\0');
  std::string bomb;
  for (std::size_t i = 1; i < mebibytes; ++i)
    bomb += compressor.add(zeros);
  bomb += compressor.compress(zeros);
  say("{} Mio de zéros : {} octets compressés, {} fois moins.", mebibytes, bomb.size(),
      (mebibytes << 20) / bomb.size());

  server.send(Opcode::binary, Compressed::yes, bomb);
  const auto reply = server.receive();
  if (!reply) {
    warn("Erreur : le serveur est parti sans rien dire.");
    return 1;
  }
  if (reply->opcode == Opcode::close) {
    say("Le serveur ferme, code {}.", close_code_in(*reply));
    return 0;
  }
  say("Le serveur a tout décompressé, et répond par {} octets.", reply->payload.size());
  server.close();
}
