// What a container runs, and who starts it: the one place where pods of real processes and pods of
// simulated ones differ. Everything is on the transport's thread.
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

/// How something that was started is doing.
struct process_end {
  /// It has ended (and is reaped now).
  bool ended = false;
  /// Exit code, or 128 plus the signal's number.
  int code = 0;
};

/// What runs in a container. Destruction ends what is left of it, at once.
class workload {
public:
  virtual ~workload() = default;

  /// Looks at it without waiting.
  virtual process_end look() = 0;

  /// Asks it to end, as SIGTERM does.
  virtual void terminate() = 0;

  /// Ends it, as SIGKILL does.
  virtual void kill() = 0;

  /// Returns whether probes find somebody who answers; if not, they succeed unasked.
  virtual bool can_be_asked() const = 0;

  /// Returns what it is, for a log line: "process 17".
  virtual std::string name() const = 0;
};

/// What was started, or why it was not.
struct started_workload {
  /// Null if it was not started.
  std::unique_ptr<workload> running;
  /// Why not.
  std::string problem;
};

/// A Flink process to start.
struct start_order {
  flink_role role;
  /// What its image holds.
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
  /// Where its output goes.
  std::string log;
};

/// Starts what containers run.
class runtime {
public:
  virtual ~runtime() = default;

  /// Starts a Flink process.
  virtual started_workload start(const start_order& x) = 0;

  /// Returns whether each pod needs a file with the names of all services.
  virtual bool reads_hosts_files() const = 0;

  /// Lets happen what is due.
  virtual void step() = 0;
};

/// Finds the address that the name of a service stands for in a namespace, if it stands for any.
using name_resolver = std::function<std::optional<std::string>(const std::string& ns, const std::string& name)>;

/// How to run real processes.
struct process_options {
  /// The `java` program.
  std::string java = "java";
  /// Heap of each JVM.
  std::string heap = "256m";
  /// A kubeconfig handed to the pods, for Flink's own Kubernetes client; empty hands none.
  std::string pod_kubeconfig;
};

/// How to run without processes.
struct simulation_options {
  /// Time from the start of a process to its first answer or registration; absent: as measured on real ones.
  std::optional<std::chrono::milliseconds> start;
};

/// Returns what a container of an image without content runs: nothing, until it is told to end.
std::unique_ptr<workload> make_pause();

/// Returns a runtime that runs Flink in JVMs.
std::unique_ptr<runtime> make_process_runtime(process_options options);

/// Returns a runtime whose Flink clusters are models of their own, with the JobManagers' REST API at the pods'
/// addresses.
std::unique_ptr<runtime> make_simulated_runtime(net::thread& io, name_resolver resolve, simulation_options options);

} // namespace local::agent
