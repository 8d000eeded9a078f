// The one thread on which all sockets live.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace net {

class thread {
public:
  /// Starts the thread.
  thread();

  /// Stops and joins it; what is still queued does not run.
  ~thread();

  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  /// Runs `f` on the thread, soon, and after all that was posted before from whatever thread.
  void post(std::function<void()> f);

  /// Runs `f` on the thread after `delay`. Cannot be revoked.
  void post_after(clock::duration delay, std::function<void()> f);

  /// Returns whether the caller is on the thread.
  bool here() const;

  /// For sources inside net/ only.
  boost::asio::io_context& context();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace net
