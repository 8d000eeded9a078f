// Certificates made on the spot.
#pragma once

#include <string>

namespace test {

/// A certificate and its key as PEM texts.
struct identity {
  std::string certificate;
  std::string key;
};

/// Contents of a certificate.
struct certificate_wish {
  std::string name = "test";
  /// Subject alternative names, e.g. "IP:127.0.0.1,DNS:localhost".
  std::string alternatives = "IP:127.0.0.1";
  /// Seconds from now until it expires; negative ones have passed.
  long lifetime = 3600;
};

/// Makes an authority.
identity make_authority(const std::string& name);

/// Makes what `authority` signs.
identity make_certificate(const identity& authority, const certificate_wish& wish);

} // namespace test
