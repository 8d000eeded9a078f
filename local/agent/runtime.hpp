// What a container runs and who starts it. Only here do pods with real processes differ from simulated pods. Everything
// runs on the transport's thread.
#pragma once

#include "local/agent/process/flink_config.hpp"
#include "local/agent/process/image_map.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace net {
class thread;
}

namespace local::agent {

/// The state of a started program.
struct process_end {
  /// It has ended and is reaped.
  bool ended = false;
  /// Exit code, or 128 plus the signal's number.
  int code = 0;
};

/// What runs in a container. Destruction kills it.
class workload {
public:
  virtual ~workload() = default;

  /// Returns its state without blocking.
  virtual process_end look() = 0;

  /// Terminates it, like SIGTERM.
  virtual void terminate() = 0;

  /// Kills it, like SIGKILL.
  virtual void kill() = 0;

  /// Returns whether probes reach a server; if not, probes succeed without a request.
  virtual bool can_be_asked() const = 0;

  /// Returns its name for log lines, e.g. "process 17".
  virtual std::string name() const = 0;
};

/// The started program, or the error.
struct started_workload {
  /// Null if it was not started.
  std::unique_ptr<workload> running;
  /// The error.
  std::string problem;
};

/// A Flink process to start.
struct start_order {
  flink_role role;
  /// The contents of its image.
  const image_content& image;
  /// Its variables.
  const environment& variables;
  /// metadata.namespace and metadata.name of its pod.
  std::string ns;
  std::string pod;
  /// The pod's address.
  std::string address;
  /// Its own folder.
  std::string folder;
  /// The pod's hosts file.
  std::string hosts_file;
  /// The file for its output.
  std::string log;
};

/// Starts what containers run.
class runtime {
public:
  virtual ~runtime() = default;

  /// Starts a Flink process.
  virtual started_workload start(const start_order& x) = 0;

  /// Returns whether each pod needs a hosts file with the names of all Services.
  virtual bool reads_hosts_files() const = 0;

  /// Executes the events that are due.
  virtual void step() = 0;
};

/// Resolves the name of a Service in a namespace.
using name_resolver = std::function<std::optional<std::string>(const std::string& ns, const std::string& name)>;

/// How to run real processes.
struct process_options {
  /// The `java` program.
  std::string java = "java";
  /// Heap of each JVM.
  std::string heap = "256m";
  /// A kubeconfig for Flink's own Kubernetes client in the pods; empty: none.
  std::string pod_kubeconfig;
};

/// How to run without processes.
struct simulation_options {
  /// Time from the start of a process to its first answer or registration; absent: as measured on real processes.
  std::optional<std::chrono::milliseconds> start;
};

/// Returns what a container of an image without content runs: nothing, until it is terminated.
std::unique_ptr<workload> make_pause();

/// Returns a runtime that runs Flink in JVMs.
std::unique_ptr<runtime> make_process_runtime(process_options options);

/// Returns a runtime whose Flink clusters are models of their own, with the JobManagers' REST API at the pods'
/// addresses.
std::unique_ptr<runtime> make_simulated_runtime(net::thread& io, name_resolver resolve, simulation_options options);

} // namespace local::agent
