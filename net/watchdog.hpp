// INTERNAL to net/: a timeout whose due time moves often.
// Moving the due time back costs no timer operation.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace net {

/// Calls back when its due time has passed. The due time can move back cheaply, for example with every byte received.
/// Use it on the io thread only.
class watchdog {
public:
  /// `bite` runs when a due time has passed.
  watchdog(boost::asio::io_context& context, std::function<void()> bite);
  ~watchdog();

  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Sets the due time.
  void watch(clock::time_point due);

  /// Clears the due time until watch() is called again.
  void disarm();

private:
  struct state;
  static void arm(const std::shared_ptr<state>& x);
  static void wake(const std::shared_ptr<state>& x);
  std::shared_ptr<state> state_;
};

} // namespace net
