// INTERNAL to net/: one moving due time.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace net {

/// Calls back once its due time has passed. Moving the due time back, which happens with every
/// byte, costs no timer operation. Lives on the io thread.
class watchdog {
public:
  watchdog(boost::asio::io_context& context, std::function<void()> bite);
  ~watchdog();

  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Bites at `due` unless told otherwise before.
  void watch(clock::time_point due);

  /// Does not bite until watch() is called again.
  void rest();

private:
  struct state;
  static void arm(const std::shared_ptr<state>& x);
  static void wake(const std::shared_ptr<state>& x);
  std::shared_ptr<state> state_;
};

} // namespace net
