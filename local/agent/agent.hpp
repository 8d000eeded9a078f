// The node agent: a kubelet's stand-in that runs pods as processes of this machine. Watches pods and
// services, binds pods to its node, carries out what their machines order, and reports their status.
// Speaks only the Kubernetes API, so any API server will do.
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

/// What the agent needs to know.
struct agent_options {
  /// Name of the node that it stands for.
  std::string node = "flink-local";
  /// Serves pods of this namespace only; empty for all.
  std::string ns;
  /// Folder for the pods' files and logs.
  std::string folder;
  /// Folder that distributions are looked for in when a rule names one without a path.
  std::string cache;
  /// First two numbers of the pods' addresses, e.g. "127.10"; empty takes a free one in 127.0.0.0/8.
  std::string network;
  /// What images hold.
  image_map images;
  /// How long things take.
  timers waits;
  /// How Flink runs as processes.
  process_options processes;
  /// How it runs without them; if present, it does.
  std::optional<simulation_options> simulation;
};

/// Output of containers, for `kubectl logs`.
class pod_logs {
public:
  virtual ~pod_logs() = default;

  /// Returns what a container has written, or nothing if there is no such container. `tail_lines` cuts to the last
  /// lines; `previous` means the container's last life. Safe from any thread.
  virtual std::optional<std::string> read(std::string_view ns, std::string_view pod, std::string_view container,
                                          std::optional<std::size_t> tail_lines, bool previous)
      = 0;
};

/// Returns the logs that an agent keeps in `folder`, its agent_options::folder.
std::unique_ptr<pod_logs> make_pod_logs(const std::string& folder);

/// The agent. Its processes die with the thread that it runs on.
class agent {
public:
  /// Throws std::runtime_error if no network is free or the folder cannot be made.
  agent(api_access api, agent_options options);

  /// Stops.
  ~agent();

  agent(const agent&) = delete;
  agent& operator=(const agent&) = delete;

  /// Begins to watch.
  void start();

  /// Kills all processes and forgets everything; returns when that is done. Pods stay in the API server.
  /// Not to be called on the io thread.
  void stop();

  /// Returns the first two numbers of the pods' addresses.
  const std::string& network() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace local::agent
