// The options of the process. A flag overrides an environment variable, which overrides the file of --config.
// Reads and checks them; starts nothing.
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

/// Address that a server listens on.
struct bind_address {
  /// "0.0.0.0" if the option names only ":PORT".
  std::string host;
  uint16_t port = 0;
  bool operator==(const bind_address&) const = default;
};

/// Options of leader election, named as in controller-runtime.
struct leader_election {
  /// Absent: on in a pod, off elsewhere.
  std::optional<bool> elect;
  /// Name of the Lease.
  std::string id = "flink-operator";
  /// Namespace of the Lease; empty: the pod's.
  std::string ns;
  /// Whole seconds: a Lease stores nothing finer.
  std::chrono::milliseconds lease_duration = defaults::lease_duration;
  std::chrono::milliseconds renew_deadline = defaults::renew_deadline;
  std::chrono::milliseconds retry_period = defaults::retry_period;
};

/// All options, with their defaults.
struct options {
  /// Empty: $KUBECONFIG, then the pod's own service account, then ~/.kube/config.
  std::string kubeconfig;
  std::string context;
  /// Empty: all namespaces.
  std::string ns;
  std::string metrics_bind_address = ":8080";
  /// Empty: the address of the metrics.
  std::string health_probe_bind_address;
  std::string introspection_bind_address = "127.0.0.1:8082";
  /// Empty: the pod's address in a cluster, the API server's pod proxy with a kubeconfig.
  std::string jobmanager_url;
  std::string ingress_url_format;
  std::string container_name_format;
  std::string scheduler_name;
  log::level log_level = log::level::info;
  log::format log_format = log::format::text;
  std::size_t threads = 2;
  config::leader_election leader_election;
};

/// Release of this program, e.g. "0.2.0".
std::string version();

/// Result of parse_options().
struct parsed_options {
  config::options options;
  /// Set if the process must print `text` and exit with this code.
  std::optional<int> exit_code;
  std::string text;
};

/// Reads the arguments (without the program's name), the environment and the file of --config. An unknown option or an
/// invalid value sets `exit_code` to 2 and `text` to one line that names the option, the value and the remedy.
parsed_options parse_options(const std::vector<std::string>& arguments);

/// Reads "HOST:PORT", ":PORT" or "[::1]:PORT". Returns nothing and sets `problem` for other texts, including "0", which
/// disables a server.
std::optional<bind_address> parse_bind_address(const std::string& text, std::string& problem);

} // namespace config
