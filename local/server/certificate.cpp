#include "local/server/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace local::server {

namespace {

constexpr long valid_seconds = 365L * 24 * 3600; // longer than such a cluster runs
constexpr long clock_slack_seconds = 3600;       // a client's clock may be behind ours

template <class T, void (*F)(T*)>
struct with {
  void operator()(T* x) const { F(x); }
};

using key_ptr = std::unique_ptr<EVP_PKEY, with<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, with<X509, X509_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, with<X509_EXTENSION, X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, with<BIO, BIO_free_all>>;

void demand(bool good, const char* what) {
  if (!good)
    throw std::runtime_error{std::string{"cannot create a certificate: "} + what};
}

std::string text_of(BIO* x) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(x, &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int id, const char* value) {
  extension_ptr x{X509V3_EXT_conf_nid(nullptr, nullptr, id, value)};
  demand(x && X509_add_ext(certificate, x.get(), -1) == 1, "extension");
}

void fill(X509* certificate, EVP_PKEY* key) {
  uint64_t serial = 1;
  demand(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 7) == 1, "random numbers");
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -clock_slack_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  auto* name = X509_get_subject_name(certificate);
  std::array<unsigned char, 12> text{"flink-local"};
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text.data(), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign");
  add_extension(certificate, NID_ext_key_usage, "serverAuth");
  add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1,IP:::1,DNS:localhost");
}

} // namespace

identity make_identity() {
  key_ptr key{EVP_EC_gen("P-256")};
  certificate_ptr certificate{X509_new()};
  demand(key && certificate, "memory");
  fill(certificate.get(), key.get());
  demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");
  bio_ptr certificate_text{BIO_new(BIO_s_mem())}, key_text{BIO_new(BIO_s_mem())};
  demand(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1, "PEM text");
  demand(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM text");
  return {text_of(certificate_text.get()), text_of(key_text.get())};
}

std::string make_token() {
  std::array<unsigned char, 32> bytes{};
  demand(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "random numbers");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (auto x : bytes) {
    text += digits[x >> 4];
    text += digits[x & 15];
  }
  return text;
}

std::string to_base64(const std::string& x) {
  std::string text(4 * ((x.size() + 2) / 3) + 1, '\0');
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                              reinterpret_cast<const unsigned char*>(x.data()), static_cast<int>(x.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

} // namespace local::server
