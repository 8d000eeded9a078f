#include "local/agent/process/network_lease.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace local::agent {

namespace {

/// Any port that nothing else uses on the node's own address.
constexpr uint16_t lease_port = 61'999;

int listen_at(const std::string& address) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(lease_port);
  if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1)
    return -1;
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr generic{};
  static_assert(sizeof generic == sizeof where);
  __builtin_memcpy(&generic, &where, sizeof where);
  if (fd >= 0 && ::bind(fd, &generic, sizeof where) == 0 && ::listen(fd, 1) == 0)
    return fd;
  if (fd >= 0)
    ::close(fd);
  return -1;
}

} // namespace

network_lease::network_lease(const std::string& wanted) : network_{wanted} {
  if (!wanted.empty()) {
    socket_ = listen_at(wanted + ".0.1");
    if (socket_ < 0)
      throw std::runtime_error("cannot take network " + wanted + ".0.0/16: it is in use or not of this machine");
    return;
  }
  for (int i = 10; i < 250; ++i) {
    network_ = "127." + std::to_string(i);
    socket_ = listen_at(network_ + ".0.1");
    if (socket_ >= 0)
      return;
  }
  throw std::runtime_error("no free network in 127.10.0.0 to 127.249.0.0");
}

network_lease::~network_lease() {
  if (socket_ >= 0)
    ::close(socket_);
}

} // namespace local::agent
