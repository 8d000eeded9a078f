// `flink-local agent`: the node agent as a separate program, for any API server.
#pragma once

#include "local/agent/agent.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace local::agent {

/// Command-line options for running pods, shared by all programs with an agent.
struct agent_flags {
  /// "real" or "simulated": how Flink runs.
  std::string flink = "real";
  /// simulation_options::start in milliseconds; negative for its default.
  int simulated_start_milliseconds = -1;
  /// Rules of the image map.
  std::vector<std::string> images;
  /// "kubelet" or "fast".
  std::string timers = "kubelet";
  /// Duration of an image pull in milliseconds.
  int pull_milliseconds = 0;
  /// agent_options::folder; empty: below the temporary directory.
  std::string folder;
  /// agent_options::cache; empty: that of local/setup/flink.
  std::string cache;
  /// agent_options::network
  std::string network;
  /// agent_options::node
  std::string node = "flink-local";
  /// agent_options::java
  std::string java = "java";
  /// agent_options::heap
  std::string heap = "256m";
};

/// Adds all flags but --flink to a command.
void add_flags(CLI::App& command, agent_flags& flags);

/// Returns the options for the flags, with paths resolved. On an error, sets `problem` to one sentence.
agent_options to_options(const agent_flags& flags, std::string& problem);

/// The options of `flink-local agent`.
struct agent_command {
  /// How to run pods.
  agent_flags flags;
  /// Path of the kubeconfig.
  std::string kubeconfig;
  /// Context in it; empty: the current context.
  std::string context;
  /// Namespace whose pods to run; empty: all.
  std::string ns;
};

/// Adds the flags of `flink-local agent`.
void add_flags(CLI::App& command, agent_command& x);

/// Runs the agent until SIGINT or SIGTERM. Returns the program's exit code. Blocks both signals, so call it
/// before other threads start.
int run_agent(const agent_command& x);

} // namespace local::agent
