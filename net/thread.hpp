// The io thread, which runs all sockets.
// Promises to run posted functions in the order of their posting.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace net {

/// A thread that runs an io_context.
class thread {
public:
  /// Starts the thread.
  thread();

  /// Stops and joins the thread. Functions that are still queued do not run.
  ~thread();

  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  /// Runs `f` on the thread, after everything that any thread has posted before.
  void post(std::function<void()> f);

  /// Runs `f` on the thread after `delay`. Cannot be cancelled.
  void post_after(clock::duration delay, std::function<void()> f);

  /// Returns true if the caller runs on this thread.
  bool here() const;

  /// Only for sources inside net/.
  boost::asio::io_context& context();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace net
