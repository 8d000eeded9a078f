// INTERNAL to net/: PEM texts into TLS contexts. Reading a context's certificates is dear, so one
// serves all connections of its origin or listener.
#pragma once

#include "net/client.hpp"
#include "net/server.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace net {

/// Returns what a client trusts and shows, or null with the reason in `complaint`.
std::shared_ptr<boost::asio::ssl::context> make_client_context(const tls_options& options, std::string& complaint);

/// Returns what a server shows and demands, or null with the reason in `complaint`.
std::shared_ptr<boost::asio::ssl::context> make_server_context(const server_options& options, std::string& complaint);

} // namespace net
