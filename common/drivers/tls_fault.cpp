#include "drivers/tls_fault.hpp"

namespace prise::drivers {
namespace {

const char* sentence(TlsFault fault) {
  switch (fault) {
    case TlsFault::certificate_unreadable:
      return "ce fichier manque, ou n'est pas un certificat au format PEM";
    case TlsFault::key_unreadable:
      return "ce fichier manque, ou n'est pas une clé privée au format PEM, sans mot de passe";
    case TlsFault::key_of_another_certificate:
      return "cette clé privée n'est pas celle du certificat";
    case TlsFault::authorities_unreadable:
      return "ce fichier manque, ou ne contient aucun certificat d'autorité au format PEM";
    case TlsFault::unknown_issuer:
      return "le certificat du serveur est signé par une autorité inconnue";
    case TlsFault::wrong_host_name:
      return "le certificat du serveur est à un autre nom que celui-là";
    case TlsFault::expired:
      return "le certificat du serveur, ou de son autorité, a expiré";
    case TlsFault::not_yet_valid:
      return "le certificat du serveur n'est pas encore valable (l'horloge est-elle à l'heure ?)";
    case TlsFault::certificate_refused:
      return "le certificat du serveur est refusé";
    case TlsFault::peer_refuses:
      return "l'autre côté a refusé la connexion TLS (croit-il notre certificat ?)";
    case TlsFault::no_common_terms:
      return "les deux côtés n'ont ni version de TLS ni chiffre en commun";
    case TlsFault::plain_http:
      return "l'autre côté parle en clair (ws:// ou http://), ici c'est wss://";
    case TlsFault::not_tls:
      return "l'autre côté ne parle pas TLS (ws:// peut-être, et non wss://)";
    case TlsFault::handshake_cut:
      return "l'autre côté a coupé pendant la poignée de main TLS";
    case TlsFault::truncated:
      return "le flux a été coupé sans la fin que TLS prévoit (close_notify)";
    case TlsFault::broken:
      return "ce qui arrive n'est pas, ou n'est plus, du TLS correct";
  }
  return "TLS : faute inconnue";
}

class TlsCategory : public std::error_category {
  const char* name() const noexcept override { return "tls"; }
  std::string message(int code) const override { return sentence(static_cast<TlsFault>(code)); }
};

}  // namespace

const std::error_category& tls_category() {
  static const TlsCategory category;
  return category;
}

}  // namespace prise::drivers
