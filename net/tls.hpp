// INTERNAL to net/: makes TLS contexts from PEM texts. Parsing certificates is expensive, so all connections of an
// origin or listener share one context.
#pragma once

#include "net/client.hpp"
#include "net/server.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace net {

/// Makes the context of a client. Returns null and sets `problem` on failure.
std::shared_ptr<boost::asio::ssl::context> make_client_context(const tls_options& options, std::string& problem);

/// Makes the context of a server. Returns null and sets `problem` on failure.
std::shared_ptr<boost::asio::ssl::context> make_server_context(const server_options& options, std::string& problem);

} // namespace net
