// A self-signed certificate for a server on loopback.
#pragma once

#include <string>

namespace local::server {

/// PEM texts. The certificate is self-signed.
struct identity {
  std::string certificate;
  std::string private_key;
};

/// Creates a key and a certificate for 127.0.0.1, ::1 and localhost. Throws std::runtime_error if libcrypto fails.
identity make_identity();

/// Returns 32 random bytes as hexadecimal text.
std::string make_token();

/// Returns `x` in base64, without line breaks.
std::string to_base64(const std::string& x);

} // namespace local::server
