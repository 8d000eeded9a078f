// INTERNAL to net/: idle kept-alive connections per origin.
// Opens no connections. Use it on the io thread only.
#pragma once

#include "net/connection.hpp"
#include "net/watchdog.hpp"

#include <list>
#include <map>
#include <memory>
#include <string>

namespace net {

/// Pool of idle connections. Returns the youngest one first, so that surplus connections of a burst expire.
class pool {
public:
  pool(boost::asio::io_context& context, clock::duration keep_alive, std::size_t max_idle_per_origin);

  /// Returns an open connection to `origin` and removes it from the pool; null if there is none.
  std::shared_ptr<connection> take(const std::string& origin);

  /// Keeps `x` until it is taken, expires, or its peer sends bytes or closes it.
  void keep(const std::string& origin, std::shared_ptr<connection> x);

  /// Closes all connections to `origin`.
  void drop(const std::string& origin);

  /// Closes all connections.
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
