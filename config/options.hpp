// What can be set from outside: by flag, by environment variable, by YAML file, in that precedence.
#pragma once

#include "config/defaults.hpp"
#include "config/log_format.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace config {

/// Where a server listens; absent when it is switched off with "0".
struct bind_address {
  /// "0.0.0.0" if only ":PORT" was given.
  std::string host;
  uint16_t port = 0;
  bool operator==(const bind_address&) const = default;
};

/// Which of several operators acts; the names are controller-runtime's.
struct leader_election {
  /// Absent: in a pod yes, elsewhere no.
  std::optional<bool> elect;
  /// Name of the Lease.
  std::string id = "flink-operator";
  /// Empty: the pod's.
  std::string ns;
  /// Whole seconds, as a Lease has them.
  std::chrono::milliseconds lease_duration = defaults::lease_duration;
  std::chrono::milliseconds renew_deadline = defaults::renew_deadline;
  std::chrono::milliseconds retry_period = defaults::retry_period;
};

struct options {
  /// Empty: $KUBECONFIG, then the pod's own service account, then ~/.kube/config.
  std::string kubeconfig;
  std::string context;
  /// Empty: all namespaces.
  std::string ns;
  std::string metrics_bind_address = ":8080";
  /// Empty: the same as metrics.
  std::string health_probe_bind_address;
  std::string introspection_bind_address = "127.0.0.1:8082";
  /// Empty: by pod address in a cluster, through the API server's pod proxy with a kubeconfig.
  std::string jobmanager_url;
  std::string ingress_url_format;
  std::string container_name_format;
  std::string scheduler_name;
  log::level log_level = log::level::info;
  log::format log_format = log::format::text;
  std::size_t threads = 2;
  config::leader_election leader_election;
};

/// Release of this program, e.g. "0.1.0".
std::string version();

/// What came of reading the command line.
struct parsed_options {
  config::options options;
  /// Set if the process has to end now: with this code, after printing `text`.
  std::optional<int> exit_code;
  std::string text;
};

/// Reads arguments (without the program's name), environment and configuration file; an unknown or
/// impossible value ends in one sentence.
parsed_options parse_options(const std::vector<std::string>& arguments);

/// Reads "HOST:PORT", ":PORT", "[::1]:PORT" or "0"; nothing and `problem` if it is none of them.
std::optional<bind_address> parse_bind_address(const std::string& text, std::string& problem);

} // namespace config
