#include "net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace net {

namespace asio = boost::asio;
using asio::ssl::context;
using boost::system::error_code;
using context_ptr = std::shared_ptr<context>;

namespace {

context_ptr refuse(std::string& problem, std::string_view what, const error_code& ec) {
  problem = std::string{what} + ": " + ec.message();
  return nullptr;
}

context_ptr make_context(context::method method) {
  auto out = std::make_shared<context>(method);
  // TLS below 1.2 and compression are insecure.
  out->set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3 | context::no_tlsv1
                   | context::no_tlsv1_1 | context::no_compression);
  return out;
}

/// Adds the certificate authorities in `pem`. Returns true if there is at least one and all are well-formed.
bool trust(context& x, const std::string& pem, std::string& problem) {
  // Asio accepts a text without certificates as an empty list. It would trust nobody and give no reason.
  if (pem.find("-----BEGIN ") == std::string::npos) {
    problem = "CA certificate: must be PEM text";
    return false;
  }
  error_code ec;
  x.add_certificate_authority(asio::buffer(pem), ec);
  return !ec || refuse(problem, "CA certificate", ec) != nullptr;
}

/// Sets our certificate. Returns true if it is well-formed and matches the key.
bool show(context& x, const std::string& certificate, const std::string& key, std::string& problem) {
  error_code ec;
  x.use_certificate_chain(asio::buffer(certificate), ec);
  if (ec)
    return refuse(problem, "certificate", ec) != nullptr;
  x.use_private_key(asio::buffer(key), context::pem, ec);
  if (ec)
    return refuse(problem, "private key", ec) != nullptr;
  return true;
}

} // namespace

context_ptr make_client_context(const tls_options& options, std::string& problem) {
  error_code ec;
  auto out = make_context(context::tls_client);
  if (options.certificate.empty() != options.private_key.empty()) {
    problem = "client certificate and private key must be set together";
    return nullptr;
  }
  if (!options.certificate.empty() && !show(*out, options.certificate, options.private_key, problem))
    return nullptr;
  out->set_verify_mode(options.insecure_skip_verify ? asio::ssl::verify_none : asio::ssl::verify_peer);
  if (options.insecure_skip_verify)
    return out;
  if (!options.ca.empty())
    return trust(*out, options.ca, problem) ? out : nullptr;
  out->set_default_verify_paths(ec);
  return ec ? refuse(problem, "the system's CA certificates", ec) : out;
}

context_ptr make_server_context(const server_options& options, std::string& problem) {
  auto out = make_context(context::tls_server);
  if (!show(*out, options.tls_certificate, options.tls_private_key, problem))
    return nullptr;
  if (options.tls_client_ca.empty())
    return out;
  if (!trust(*out, options.tls_client_ca, problem))
    return nullptr;
  out->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  // OpenSSL resumes sessions of clients with certificates only if the context has an id.
  static constexpr unsigned char id[] = "net";
  SSL_CTX_set_session_id_context(out->native_handle(), id, sizeof id - 1);
  return out;
}

} // namespace net
