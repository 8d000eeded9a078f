// A pod that lives on this node: its machine, its processes and its reports to the API server. All on
// the transport's thread.
#pragma once

#include "local/agent/agent.hpp"
#include "local/agent/pods/pod_machine.hpp"
#include "local/agent/runtime.hpp"
#include "local/agent/service.hpp"

#include <memory>
#include <string>
#include <vector>

namespace local::agent {

/// What all residents share.
struct household {
  /// How to reach the API server and the pods.
  api_access api;
  /// The pod as the API server sent it.
  agent_options options;
  /// Starts what containers run.
  std::unique_ptr<runtime> flink;
};

/// One pod.
class resident : public std::enable_shared_from_this<resident> {
public:
  /// `sequence` orders pods by age.
  resident(std::shared_ptr<household> house, pod spec, pod_addresses addresses, uint64_t sequence);

  resident(const resident&) = delete;
  resident& operator=(const resident&) = delete;

  /// The API server's picture has changed.
  void update(pod spec);

  /// The API server does not know the pod any more: ends it without grace.
  void vanish();

  /// Looks at the processes, carries out what is due, reports what has changed.
  void tick();

  /// Returns whether the pod has ended completely.
  bool gone() const { return vanished_ && machine_.over(); }

  /// Writes the hosts file of its processes, if it has changed.
  void write_hosts(const std::string& text);

  /// Returns the pod as Services see it.
  endpoint as_endpoint() const;

  /// Returns the uid of the pod.
  const std::string& uid() const { return machine_.spec().uid; }

  /// Returns whether Services may select it.
  bool ready() const { return machine_.ready(); }

  /// Kills its processes.
  void end();

  /// Removes its files but the logs.
  void clean_up();

private:
  /// A container's process.
  struct running {
    /// Null if there is none.
    std::unique_ptr<workload> work;
    /// Starts so far, so that late answers to probes are recognised.
    uint64_t life = 0;
  };

  void reap();
  void carry_out(const pod_order& x);
  void start(std::size_t i);
  started_workload make(std::size_t i, const image_content& image, environment variables);
  void ask(std::size_t i, probe_kind kind);
  void report();
  void remove();
  void on_written(const net::response& x, const char* what);
  std::string folder() const;
  std::string hosts_file() const;

  std::shared_ptr<household> house_;
  pod_machine machine_;
  uint64_t sequence_;
  std::vector<running> processes_;
  std::string hosts_;
  std::string reported_;
  std::vector<container::picture> reported_picture_;
  bool writing_ = false;
  bool removing_ = false;
  bool vanished_ = false;
  net::clock::time_point next_write_{};
};

/// Returns the present.
instant present();

/// Returns the folder that holds a pod's files and logs.
std::string pod_folder(const std::string& base, std::string_view ns, std::string_view name);

/// Returns the log of one life of a container.
std::string log_file(const std::string& pod_folder, std::string_view container, int life);

} // namespace local::agent
