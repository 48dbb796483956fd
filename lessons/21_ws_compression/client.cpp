// Point:  the same message may take half its bytes, or a fiftieth, or more than all of them.
// New:    the offer and its answer; deflate, flushed and cut by hand; RSV1; the kept context.
// Kept:   the handshake of lesson 15, the frames of lesson 16.
// Try:    --no-context-takeover; --bytes --min 0 Hello Hello; --server-bits 9; your own texts.

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "compressor.hpp"
#include "console.hpp"
#include "options.hpp"
#include "prose.hpp"
#include "raw_client.hpp"
#include "terms.hpp"

using namespace prise;

struct Line {
  std::string name;
  Opcode opcode;
  std::string bytes;
};

std::vector<Line> lines_of(const std::vector<std::string>& texts) {
  std::vector<Line> lines;
  for (const std::string& text : texts)
    lines.push_back({text, Opcode::text, text});
  if (!lines.empty()) return lines;
  std::mt19937 random(21);  // always the same chance, to compare
  return {{"Une prose", Opcode::text, std::string(prose)},
          {"La même, encore", Opcode::text, std::string(prose)},
          {"Octets au hasard", Opcode::binary, random_bytes(prose.size(), random)},
          {"Un mot", Opcode::text, "Merci."}};
}

void show_bytes(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += fmt::format(" {:02x}", static_cast<unsigned char>(byte));
  say("  {}", text);
}

int main(int argc, char** argv) {
  std::vector<std::string> texts;
  bool no_deflate = false, no_context_takeover = false, bytes = false;
  std::size_t server_bits = 15, client_bits = 15, bytes_min = 32;
  const auto options = parse_options(
      argc, argv, {.port = 8765},
      {{"texts", &texts, "Les messages à envoyer, à la place de ceux de la leçon"},
       {"--no-deflate", &no_deflate, "N'offre pas la compression"},
       {"--no-context-takeover", &no_context_takeover, "Demande un contexte neuf à chaque message"},
       {"--server-bits", &server_bits, "Fenêtre demandée au serveur, 2^bits octets, de 8 à 15"},
       {"--client-bits", &client_bits, "La nôtre, de même"},
       {"--min", &bytes_min, "Octets à partir desquels compresser"},
       {"--bytes", &bytes, "Montre les octets de chaque message envoyé"}});
  if (server_bits < 8 || server_bits > 15 || client_bits < 8 || client_bits > 15) {
    warn("Erreur : --server-bits et --client-bits vont de 8 à 15.");
    return 2;
  }
  Terms wished;
  if (no_context_takeover) wished.server_context = wished.client_context = Context::fresh;
  wished.server_window_bits = static_cast<int>(server_bits);
  wished.client_window_bits = static_cast<int>(client_bits);

  RawClient server(options.host, options.port);
  const std::string offer = no_deflate ? "" : offer_of(wished);
  const auto answer = server.shake_hands(offer);
  if (!answer) return 1;
  say("Offre   : {}", offer.empty() ? "aucune" : offer);
  say("Réponse : {}", answer->empty() ? "aucune" : *answer);
  const auto agreed = answer->empty() ? std::nullopt : terms_in(*answer, wished);
  if (!answer->empty() && (offer.empty() || !agreed)) {
    warn("Erreur : cette réponse accorde ce qui n'était pas offert.");
    return 1;
  }

  // "client" compresses what we send, "server" is needed to read what comes back.
  const Terms terms = agreed.value_or(Terms{});
  Decompressor decompressor(terms.server_window_bits, terms.server_context);
  std::unique_ptr<Compressor> compressor;
  if (agreed && terms.client_window_bits > 8)
    compressor = std::make_unique<Compressor>(terms.client_window_bits, terms.client_context);

  say("Message                   Octets  RSV1  Envoyés   Reçus");
  for (const Line& line : lines_of(texts)) {
    const bool compresses = compressor && !line.bytes.empty() && line.bytes.size() >= bytes_min;
    const std::string payload = compresses ? compressor->compress(line.bytes) : line.bytes;
    server.send(line.opcode, compresses ? Compressed::yes : Compressed::no, payload);

    const auto reply = server.receive();
    if (!reply || reply->opcode == Opcode::close) {
      warn("Erreur : le serveur est parti avant de répondre.");
      return 1;
    }
    say("{:<24.24} {:>7} {:>5} {:>8} {:>7}", line.name, line.bytes.size(), compresses ? 1 : 0,
        payload.size(), reply->payload.size());
    if (bytes) show_bytes(payload);

    std::string text = reply->payload;
    if (reply->compressed == Compressed::yes &&
        (!agreed ||
         decompressor.decompress(reply->payload, text, 1 << 20) != Decompressor::Outcome::whole)) {
      warn("Erreur : la réponse ne se décompresse pas.");
      return 1;
    }
    if (!texts.empty()) say("  Réponse : {}", text);
    if (texts.empty() && text != line.bytes) say("  La réponse n'est pas l'écho du message.");
  }
  server.close();
}
