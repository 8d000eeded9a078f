// Both ends of raw TCP, for peers that our own client and server would never be.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace test {

/// One end of a TCP connection. Blocks, with a timeout of ten seconds so that no test hangs.
class wire {
public:
  explicit wire(int fd);
  /// Connects to a port of the loopback.
  static wire to(uint16_t port);
  wire(wire&& other) noexcept;
  ~wire();

  /// Sends all of `bytes`; returns whether the peer took them.
  bool send(std::string_view bytes);

  /// Reads until `mark` has come or the peer ends; returns all that was read.
  std::string hear(std::string_view mark);

  /// Reads until the peer ends.
  std::string hear_all();

  /// Closes the sending side: the peer reads the end of the stream.
  void finish();

  /// Makes the end of this object a reset instead of an orderly close.
  void end_with_reset();

  /// Wakes whoever reads or writes; for another thread.
  void interrupt();

  /// Makes the system take next to nothing off the peer's hands.
  void shrink();

private:
  int fd_;
};

/// A server on loopback that runs the test's function for each connection, with the number of the connection.
class peer {
public:
  using script = std::function<void(wire&, int n)>;

  explicit peer(script play);
  ~peer();

  std::string origin() const;

  /// Connections accepted so far.
  int accepted() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// A port of the loopback on which nobody listens.
uint16_t dead_port();

} // namespace test
