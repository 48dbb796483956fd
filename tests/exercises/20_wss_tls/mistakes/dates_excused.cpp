// Mistake: a callback forgives what is expired.

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "console.hpp"
#include "net/stream.hpp"
#include "options.hpp"

using namespace prise;

// Ce qu'OpenSSL alloue, il faut le lui rendre.
template <auto free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, FreedBy<SSL_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Memory = std::unique_ptr<BIO, FreedBy<BIO_free>>;

// Le certificat de l'autorité à croire, en PEM, sur l'entrée standard.
Certificate read_authority() {
  const std::string pem(std::istreambuf_iterator<char>(std::cin), {});
  const Memory memory{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  Certificate authority{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)};
  if (!authority) throw std::invalid_argument("l'entrée standard n'est pas un certificat PEM.");
  return authority;
}

// Pour toutes les connexions : qui croire. Sans SSL_VERIFY_PEER, OpenSSL croit n'importe qui.
void believe(SSL_CTX* context, X509* authority) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int good, X509_STORE_CTX* store) {
    return X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_HAS_EXPIRED ? 1 : good;
  });
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
}

// Pour celle-ci : à quel nom. L'un fait vérifier le nom ; l'autre l'annonce au serveur, qui peut
// avoir plusieurs certificats (SNI).
void expect(SSL* session, const std::string& name) {
  SSL_set1_host(session, name.c_str());
  SSL_set_tlsext_host_name(session, name.c_str());
}

std::string reason_of(long verification) {
  switch (verification) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "le certificat est à un autre nom";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "le certificat a expiré";
    default:
      return "l'autorité est inconnue";
  }
}

void send(SSL* session, const std::string& text) {
  SSL_write(session, text.data(), static_cast<int>(text.size()));
}

// Jusqu'à la fin de la ligne, ou du flux.
std::string receive_line(SSL* session) {
  std::string line;
  for (char byte = 0; line.size() < 1000 && SSL_read(session, &byte, 1) == 1 && byte != '\n';)
    if (byte != '\r') line += byte;
  return line;
}

int main(int argc, char** argv) {
  std::string name = "localhost";
  const auto options =
      parse_options(argc, argv, {.port = 8765}, {{"--name", &name, "Le nom du serveur attendu"}});
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL écrit par write(2), sans MSG_NOSIGNAL
  const Certificate authority = read_authority();

  const Context context{SSL_CTX_new(TLS_client_method())};
  believe(context.get(), authority.get());
  const net::Stream stream = net::Stream::connect(net::resolve(options.host, options.port).front());
  const Session session{SSL_new(context.get())};
  SSL_set_fd(session.get(), stream.fd());
  expect(session.get(), name);

  if (SSL_connect(session.get()) != 1) {  // la poignée de main, où le certificat est vérifié
    say("Refusé : {}.", reason_of(SSL_get_verify_result(session.get())));
    return 1;
  }
  say("Connecté à {}.", name);
  send(session.get(), "GET / HTTP/1.1\r\nHost: " + name + "\r\n\r\n");
  say("Réponse : {}", receive_line(session.get()));
  SSL_shutdown(session.get());
}
