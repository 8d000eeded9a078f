// `flink-local agent`: the node agent as a program of its own, against any API server.
#pragma once

#include "local/agent/agent.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace local::agent {

/// What the command line says about how pods are run; shared by all programs that hold an agent.
struct agent_flags {
  /// "real" or "simulated": how Flink runs.
  std::string flink = "real";
  /// simulation_options::start in milliseconds; negative for its default.
  int simulated_start_milliseconds = -1;
  /// Rules of the image map.
  std::vector<std::string> images;
  /// "kubelet" or "fast".
  std::string timers = "kubelet";
  /// Milliseconds that pulling an image takes.
  int pull_milliseconds = 0;
  /// agent_options::folder; empty takes one below the temporary folder.
  std::string folder;
  /// agent_options::cache; empty takes that of local/setup/flink.
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

/// Adds the flags to a command, all but --flink.
void add_flags(CLI::App& command, agent_flags& flags);

/// Returns the options that the flags mean, with every distribution found on disk. If something is impossible,
/// `problem` says what in one sentence.
agent_options to_options(const agent_flags& flags, std::string& problem);

/// What `flink-local agent` needs beside the flags.
struct agent_command {
  /// How to run pods.
  agent_flags flags;
  /// File with the way to the API server.
  std::string kubeconfig;
  /// Context in it; empty takes the current one.
  std::string context;
  /// Namespace to serve; empty for all.
  std::string ns;
};

/// Adds the flags of `flink-local agent`.
void add_flags(CLI::App& command, agent_command& x);

/// Runs the agent until SIGINT or SIGTERM. Returns the program's exit code. Blocks both signals, so that it must be
/// called before other threads start.
int run_agent(const agent_command& x);

} // namespace local::agent
