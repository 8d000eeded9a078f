// `flink-local up`: a cluster in one process.
#pragma once

#include "local/agent/run.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace local {

/// The command-line options.
struct up_options {
  /// Directory for the kubeconfig and the pods' files.
  std::string dir = "flink-local";
  /// Port of the API server; 0 lets the system choose.
  uint16_t port = 0;
  /// Files with additional CustomResourceDefinitions.
  std::vector<std::string> crds;
  /// Number of changes kept per kind, for watches that resume.
  std::size_t history = 5'000;
  /// How pods run; with "none" as agent_flags::flink they stay Pending.
  agent::agent_flags pods;
};

/// Runs the cluster until SIGINT or SIGTERM. Returns the program's exit code.
int run_up(const up_options& x);

} // namespace local
