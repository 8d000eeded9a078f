#include "test/unit/net/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace test {

namespace {

template <auto Free>
struct freer {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freer<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freer<BIO_free_all>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bio_ptr memory(const std::string& text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

identity to_pem(X509* certificate, EVP_PKEY* key) {
  bio_ptr a{BIO_new(BIO_s_mem())};
  bio_ptr b{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(a.get(), certificate);
  PEM_write_bio_PrivateKey(b.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(a.get()), text_of(b.get())};
}

void extend(X509* x, int kind, const std::string& value) {
  std::unique_ptr<X509_EXTENSION, freer<X509_EXTENSION_free>> extension{
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str())};
  X509_add_ext(x, extension.get(), -1);
}

x509_ptr draft(const std::string& name, EVP_PKEY* key, long lifetime) {
  static long serial = 0;
  x509_ptr x{X509_new()};
  X509_set_version(x.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), lifetime);
  X509_set_pubkey(x.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return x;
}

} // namespace

identity make_authority(const std::string& name) {
  key_ptr key{EVP_EC_gen("P-256")};
  auto x = draft(name, key.get(), 3600);
  X509_set_issuer_name(x.get(), X509_get_subject_name(x.get()));
  extend(x.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(x.get(), key.get(), EVP_sha256());
  return to_pem(x.get(), key.get());
}

identity make_certificate(const identity& authority, const certificate_wish& wish) {
  x509_ptr issuer{PEM_read_bio_X509(memory(authority.certificate).get(), nullptr, nullptr, nullptr)};
  key_ptr signer{PEM_read_bio_PrivateKey(memory(authority.key).get(), nullptr, nullptr, nullptr)};
  key_ptr key{EVP_EC_gen("P-256")};
  auto x = draft(wish.name, key.get(), wish.lifetime);
  X509_set_issuer_name(x.get(), X509_get_subject_name(issuer.get()));
  extend(x.get(), NID_subject_alt_name, wish.alternatives);
  X509_sign(x.get(), signer.get(), EVP_sha256());
  return to_pem(x.get(), key.get());
}

} // namespace test
