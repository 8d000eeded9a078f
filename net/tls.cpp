#include "net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace net {

namespace asio = boost::asio;
using asio::ssl::context;
using boost::system::error_code;
using context_ptr = std::shared_ptr<context>;

namespace {

context_ptr refuse(std::string& complaint, std::string_view what, const error_code& ec) {
  complaint = std::string{what} + ": " + ec.message();
  return nullptr;
}

context_ptr make_context(context::method method) {
  auto out = std::make_shared<context>(method);
  // Below 1.2 every version is broken, and so is compression.
  out->set_options(context::default_workarounds | context::no_sslv2 | context::no_sslv3 | context::no_tlsv1
                   | context::no_tlsv1_1 | context::no_compression);
  return out;
}

/// Trusts the authorities in `pem`. Returns whether there is one and all are well-formed.
bool trust(context& x, const std::string& pem, std::string& complaint) {
  // Asio takes a text without any certificate for an empty list, which would trust nobody without saying why.
  if (pem.find("-----BEGIN ") == std::string::npos) {
    complaint = "CA certificate: no PEM text";
    return false;
  }
  error_code ec;
  x.add_certificate_authority(asio::buffer(pem), ec);
  return !ec || refuse(complaint, "CA certificate", ec) != nullptr;
}

/// Shows `certificate` to peers. Returns whether it is well-formed and fits the key.
bool show(context& x, const std::string& certificate, const std::string& key, std::string& complaint) {
  error_code ec;
  x.use_certificate_chain(asio::buffer(certificate), ec);
  if (ec)
    return refuse(complaint, "certificate", ec) != nullptr;
  x.use_private_key(asio::buffer(key), context::pem, ec);
  if (ec)
    return refuse(complaint, "private key", ec) != nullptr;
  return true;
}

} // namespace

context_ptr make_client_context(const tls_options& options, std::string& complaint) {
  error_code ec;
  auto out = make_context(context::tls_client);
  if (options.certificate.empty() != options.private_key.empty()) {
    complaint = "client certificate and private key: one without the other";
    return nullptr;
  }
  if (!options.certificate.empty() && !show(*out, options.certificate, options.private_key, complaint))
    return nullptr;
  out->set_verify_mode(options.insecure_skip_verify ? asio::ssl::verify_none : asio::ssl::verify_peer);
  if (options.insecure_skip_verify)
    return out;
  if (!options.ca.empty())
    return trust(*out, options.ca, complaint) ? out : nullptr;
  out->set_default_verify_paths(ec);
  return ec ? refuse(complaint, "the system's CA certificates", ec) : out;
}

context_ptr make_server_context(const server_options& options, std::string& complaint) {
  auto out = make_context(context::tls_server);
  if (!show(*out, options.tls_certificate, options.tls_private_key, complaint))
    return nullptr;
  if (options.tls_client_ca.empty())
    return out;
  if (!trust(*out, options.tls_client_ca, complaint))
    return nullptr;
  out->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  // Sessions of clients that show certificates are resumed only with a context of their own id.
  static constexpr unsigned char id[] = "net";
  SSL_CTX_set_session_id_context(out->native_handle(), id, sizeof id - 1);
  return out;
}

} // namespace net
