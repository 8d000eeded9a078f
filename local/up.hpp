// `flink-local up`: a cluster in one process.
#pragma once

#include "local/agent/run.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace local {

/// What the command line says.
struct up_options {
  /// Folder for the kubeconfig and the pods' files.
  std::string dir = "flink-local";
  /// Port of the API server; 0 lets the system choose.
  uint16_t port = 0;
  /// CustomResourceDefinitions to serve beside the built-in one.
  std::vector<std::string> crds;
  /// Changes of each kind that watches can go on from.
  std::size_t history = 5'000;
  /// How pods are run; with "none" as agent_flags::flink they stay pending.
  agent::agent_flags pods;
};

/// Runs the cluster until SIGINT or SIGTERM. Returns the program's exit code.
int run_up(const up_options& x);

} // namespace local
