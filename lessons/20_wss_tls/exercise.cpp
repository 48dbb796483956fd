// Exercice 20 : un client TLS qui sait à qui il parle, ou qui ne dit rien.
//
// Le chiffrement ne sert à rien avec un inconnu. L'énoncé entier est dans README.md, à la section
// « Exercice ». Vérifiez avec : ./prise check 20

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

// TODO 1. Pour toutes les connexions : qui croire. Demandez à OpenSSL de vérifier le serveur
//         (SSL_CTX_set_verify et SSL_VERIFY_PEER), et donnez-lui l'autorité : X509_STORE_add_cert
//         dans SSL_CTX_get_cert_store(context).
void believe([[maybe_unused]] SSL_CTX* context, [[maybe_unused]] X509* authority) {}

// TODO 2. Pour cette connexion : à quel nom. SSL_set1_host le fait vérifier, et
//         SSL_set_tlsext_host_name l'annonce au serveur (SNI).
void expect([[maybe_unused]] SSL* session, [[maybe_unused]] const std::string& name) {}

// TODO 3. Pourquoi est-il refusé ? X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_CERT_HAS_EXPIRED…
std::string reason_of([[maybe_unused]] long verification) {
  return "?";
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
