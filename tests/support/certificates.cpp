#include "support/certificates.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace prise::testing {
namespace {

template <class T>
T made(T result, const char* call) {
  if (!result) throw std::runtime_error(std::string(call) + " failed");
  return result;
}

void add_extension(X509* certificate, X509* issuer, int which, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      made(X509V3_EXT_conf_nid(nullptr, &context, which, value.c_str()), "X509V3_EXT_conf_nid");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

template <class Write>
std::string pem_of(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), BIO_free};
  made(write(memory.get()), "PEM_write_bio");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate Certificate::make(const Terms& terms, Kind kind, const Certificate* issuer) {
  Certificate result;
  result.key_ = {made(EVP_EC_gen("P-256"), "EVP_EC_gen"), EVP_PKEY_free};
  result.certificate_ = {made(X509_new(), "X509_new"), X509_free};
  X509* certificate = result.certificate();
  if (issuer == nullptr) issuer = &result;

  X509_set_version(certificate, 2);  // it counts from 0: version 3
  std::uint64_t serial = 0;
  made(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "RAND_bytes");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U);
  X509_gmtime_adj(X509_getm_notBefore(certificate), terms.valid_from.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate), terms.valid_until.count());
  X509_set_pubkey(certificate, result.key());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(terms.name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate()));

  X509* by = issuer->certificate();
  const bool authority = kind == Kind::authority;
  add_extension(certificate, by, NID_basic_constraints,
                authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add_extension(certificate, by, NID_key_usage,
                authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!authority) add_extension(certificate, by, NID_ext_key_usage, "serverAuth");
  add_extension(certificate, by, NID_subject_key_identifier, "hash");
  if (!terms.alternatives.empty())
    add_extension(certificate, by, NID_subject_alt_name, terms.alternatives);
  made(X509_sign(certificate, issuer->key(), EVP_sha256()), "X509_sign");
  return result;
}

Certificate Certificate::authority(const std::string& name) {
  return make({name, "", Terms{}.valid_from, Terms{}.valid_until}, Kind::authority, nullptr);
}

Certificate Certificate::self_signed(const Terms& terms) {
  return make(terms, Kind::server, nullptr);
}

Certificate Certificate::issue(const Terms& terms) const {
  return make(terms, Kind::server, this);
}

std::string Certificate::pem() const {
  return pem_of([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate()); });
}

std::string Certificate::key_pem() const {
  return pem_of([&](BIO* memory) {
    return PEM_write_bio_PrivateKey(memory, key(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

CertificateFolder::CertificateFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "prise-tls-XXXXXX").string();
  made(::mkdtemp(name.data()) != nullptr, "mkdtemp");
  folder_ = name;
}

CertificateFolder::~CertificateFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string CertificateFolder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = folder_ / name;
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
  return path.string();
}

}  // namespace prise::testing
