// The operator's peers, on loopback: a small HTTP server that acts as API server and JobManagers.
#pragma once

#include "net/server.hpp"
#include "net/thread.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace threads {

using namespace std::chrono_literals;

/// Answers single requests at once, from another thread, or never; lists three FlinkApplications; streams watches that
/// send a few new versions and end.
class world {
public:
  world();

  std::string origin() const;

  /// Requests that are never answered hold this in their path.
  static constexpr auto silence = "silent";

  /// Watch events that were sent.
  int events() const { return version_; }

private:
  using exchange_ptr = std::shared_ptr<net::exchange>;

  void serve(const net::server_request& x, const exchange_ptr& answer);
  void answer_list(const std::string& path, const exchange_ptr& answer);
  void stream(bool applications, const exchange_ptr& answer);
  std::string application(const std::string& name, int version, const std::string& status = "{}") const;
  /// The application of `path` with the status of a merge patch that has one.
  std::string patched(const std::string& path, const std::string& patch);

  std::atomic<int> version_ = 10;
  std::atomic<int> turn_ = 0;
  net::thread io_;
  net::thread aside_;
  net::server server_;
};

} // namespace threads
