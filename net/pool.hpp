// INTERNAL to net/: kept-alive connections that wait for their next request, per origin.
#pragma once

#include "net/connection.hpp"
#include "net/watchdog.hpp"

#include <list>
#include <map>
#include <memory>
#include <string>

namespace net {

/// The youngest connection is handed out first, so that a burst's surplus grows old and goes.
/// Lives on the io thread.
class pool {
public:
  pool(boost::asio::io_context& context, clock::duration keep_alive, std::size_t max_idle_per_origin);

  /// Returns a connection that was open a moment ago, or null.
  std::shared_ptr<connection> take(const std::string& origin);

  /// Keeps `x` until it is taken, grows old, or its peer speaks or goes.
  void keep(const std::string& origin, std::shared_ptr<connection> x);

  /// Closes what is kept for `origin`.
  void drop(const std::string& origin);

  /// Closes everything.
  void clear();

private:
  struct idle_connection {
    idle_connection(std::shared_ptr<connection> x, boost::asio::io_context& context, std::function<void()> too_old)
        : link{std::move(x)}, age{context, std::move(too_old)} {}

    std::shared_ptr<connection> link;
    watchdog age;
  };
  using shelf = std::list<idle_connection>;

  void remove(const std::string& origin, const connection* x);
  static void discard(idle_connection& x);

  boost::asio::io_context& context_;
  clock::duration keep_alive_;
  std::size_t max_idle_;
  std::map<std::string, shelf, std::less<>> shelves_;
};

} // namespace net
