// The node agent: replaces a kubelet and runs pods as processes of this machine. Watches pods and Services, binds pods
// to its node, executes the actions of their state machines, and reports their status. Uses only the Kubernetes API, so
// it works with any API server.
#pragma once

#include "local/agent/process/image_map.hpp"
#include "local/agent/runtime.hpp"
#include "local/agent/timers.hpp"
#include "local/agent/watcher.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace local::agent {

/// The agent's options.
struct agent_options {
  /// Name of its node.
  std::string node = "flink-local";
  /// Runs pods of this namespace only; empty: all.
  std::string ns;
  /// Folder for the pods' files and logs.
  std::string folder;
  /// Directory with the distributions that rules name without a path.
  std::string cache;
  /// First two numbers of the pods' addresses, e.g. "127.10"; empty: a free one in 127.0.0.0/8.
  std::string network;
  /// The contents of images.
  image_map images;
  /// Delays.
  timers waits;
  /// How Flink runs in real processes.
  process_options processes;
  /// How Flink is simulated; if present, no processes run.
  std::optional<simulation_options> simulation;
};

/// Output of containers, for `kubectl logs`.
class pod_logs {
public:
  virtual ~pod_logs() = default;

  /// Returns a container's output, or nullopt if the container does not exist. `tail_lines` keeps only the last
  /// lines; `previous` selects the run before the last restart. Safe from any thread.
  virtual std::optional<std::string> read(std::string_view ns, std::string_view pod, std::string_view container,
                                          std::optional<std::size_t> tail_lines, bool previous)
      = 0;
};

/// Returns the logs that an agent keeps in `folder`, its agent_options::folder.
std::unique_ptr<pod_logs> make_pod_logs(const std::string& folder);

/// The agent. Its processes die with the thread that it runs on.
class agent {
public:
  /// Throws std::runtime_error if no network is free or the directory cannot be created.
  agent(api_access api, agent_options options);

  /// Stops.
  ~agent();

  agent(const agent&) = delete;
  agent& operator=(const agent&) = delete;

  /// Starts to watch.
  void start();

  /// Kills all processes and returns when they have ended. Pods stay in the API server. Must not be called on the io
  /// thread.
  void stop();

  /// Returns the first two numbers of the pods' addresses.
  const std::string& network() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace local::agent
