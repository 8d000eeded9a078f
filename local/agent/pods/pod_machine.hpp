// The life of one pod on this node, from its binding to its deletion. A pure machine over its
// containers; what it orders is carried out by the agent.
#pragma once

#include "local/agent/pods/container.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace local::agent {

/// What a pod wants to be done.
struct pod_order {
  /// The container that it concerns.
  std::size_t container = 0;
  /// What to do.
  container_order order;
  bool operator==(const pod_order&) const = default;
};

/// Addresses that the node gives to a pod.
struct pod_addresses {
  /// The pod's own.
  std::string pod;
  /// The node's.
  std::string host;
};

/// One pod.
class pod_machine {
public:
  /// `pullable[i]`: the image of container i can be pulled.
  pod_machine(pod spec, pod_addresses addresses, const std::vector<bool>& pullable, const timers& waits, instant now);

  /// Returns the actions that are due.
  std::vector<pod_order> step(instant now);

  /// The API server's picture has changed: labels or deletion.
  void update(pod spec, instant now);

  /// Ends all containers with the pod's grace period, or with `grace` if the pod has been deleted already.
  void stop(std::chrono::seconds grace, instant now);

  /// Returns whether no process is left, so that the pod can be removed from the API server.
  bool over() const;

  /// Returns the pod's status as JSON. Depends on the clock only through past events.
  boost::json::value status(instant now);

  /// Returns the inputs of the status, which are cheaper to compare than a status.
  std::vector<container::picture> shown() const;

  /// Returns whether Services may offer the pod.
  bool ready() const;

  const pod& spec() const { return spec_; }
  const pod_addresses& addresses() const { return addresses_; }
  container& at(std::size_t i) { return containers_[i]; }
  const std::vector<container>& containers() const { return containers_; }

private:
  std::string phase() const;
  boost::json::value condition(const std::string& type, bool value, const std::string& reason, instant now);

  pod spec_;
  pod_addresses addresses_;
  std::vector<container> containers_;
  model::moment born_;
  bool stopping_ = false;
  /// When each condition last changed, and to what.
  std::map<std::string, std::pair<bool, model::moment>> transitions_;
};

} // namespace local::agent
