#include "test/unit/net/peer.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace test {

namespace {

constexpr timeval timeout{.tv_sec = 10, .tv_usec = 0};

sockaddr_in loopback(uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

/// Sockets want the general address type.
template <class F>
auto with_address(sockaddr_in& x, F f) {
  return f(reinterpret_cast<sockaddr*>(&x), socklen_t{sizeof x});
}

int listen_on_loopback(uint16_t& port) {
  auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  with_address(address, [&](auto* x, socklen_t n) { return ::bind(fd, x, n); });
  socklen_t size = sizeof address;
  with_address(address, [&](auto* x, socklen_t) { return ::getsockname(fd, x, &size); });
  port = ntohs(address.sin_port);
  if (::listen(fd, 64) != 0)
    throw std::runtime_error{"no loopback"};
  return fd;
}

} // namespace

wire::wire(int fd) : fd_{fd} {
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

wire wire::to(uint16_t port) {
  wire out{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto address = loopback(port);
  if (with_address(address, [&](auto* x, socklen_t n) { return ::connect(out.fd_, x, n); }) != 0)
    throw std::runtime_error{"nobody listens"};
  return out;
}

wire::wire(wire&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

wire::~wire() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string wire::hear(std::string_view mark) {
  std::string out;
  char byte = 0;
  while (!out.ends_with(mark) && ::recv(fd_, &byte, 1, 0) == 1)
    out += byte;
  return out;
}

std::string wire::hear_all() {
  std::string out;
  char bytes[4096];
  for (;;) {
    auto n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0)
      return out;
    out.append(bytes, static_cast<std::size_t>(n));
  }
}

void wire::finish() {
  ::shutdown(fd_, SHUT_WR);
}

void wire::end_with_reset() {
  linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

void wire::interrupt() {
  ::shutdown(fd_, SHUT_RDWR);
}

void wire::shrink() {
  int size = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

class peer::impl {
public:
  explicit impl(script play) : play_{std::move(play)}, fd_{listen_on_loopback(port)}, acceptor_{[this] { accept(); }} {}

  ~impl() {
    ::shutdown(fd_, SHUT_RDWR);
    acceptor_.join();
    for (auto& x : players_) {
      {
        std::lock_guard lock{guard_};
        if (x.end)
          x.end->interrupt();
      }
      x.runner.join();
    }
    ::close(fd_);
  }

  uint16_t port = 0;
  std::atomic<int> accepted = 0;

private:
  /// One connection and the thread that plays on it.
  struct player {
    std::unique_ptr<wire> end;
    std::thread runner;
  };

  void accept() {
    for (;;) {
      auto fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0)
        return;
      auto& x = players_.emplace_back();
      x.end = std::make_unique<wire>(fd);
      x.runner = std::thread{[this, &x, n = accepted++] {
        play_(*x.end, n);
        std::lock_guard lock{guard_};
        x.end = nullptr;
      }};
    }
  }

  script play_;
  int fd_;
  std::mutex guard_;
  std::list<player> players_;
  std::thread acceptor_;
};

peer::peer(script play) : impl_{std::make_unique<impl>(std::move(play))} {}

peer::~peer() = default;

std::string peer::origin() const {
  return "http://127.0.0.1:" + std::to_string(impl_->port);
}

int peer::accepted() const {
  return impl_->accepted;
}

uint16_t dead_port() {
  uint16_t port = 0;
  ::close(listen_on_loopback(port));
  return port;
}

} // namespace test
