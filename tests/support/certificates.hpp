// Certificates made while a test runs, with OpenSSL's library: right ones, and those that a client
// must refuse. No key is older than the test, or outlives it.
#pragma once

#include <openssl/x509.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace prise::testing {

struct Terms {
  std::string name = "localhost";  // the subject's
  // OpenSSL's words; "": none.
  std::string alternatives = "DNS:localhost,IP:127.0.0.1,IP:::1";
  std::chrono::seconds valid_from{-3600};  // from now
  std::chrono::seconds valid_until{3600};
};

class Certificate {
public:
  // Signed by itself: what is believed, or not.
  static Certificate authority(const std::string& name = "Autorité d'essai");
  static Certificate self_signed(const Terms& terms = {});
  [[nodiscard]] Certificate issue(const Terms& terms = {}) const;

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string key_pem() const;
  [[nodiscard]] X509* certificate() const { return certificate_.get(); }
  [[nodiscard]] EVP_PKEY* key() const { return key_.get(); }

private:
  enum class Kind { authority, server };
  static Certificate make(const Terms& terms, Kind kind, const Certificate* issuer);

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

// A folder that is gone at the end, and the files in it.
class CertificateFolder {
public:
  CertificateFolder();
  ~CertificateFolder();
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;

  // Its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;

private:
  std::filesystem::path folder_;
};

}  // namespace prise::testing
