// A Kubernetes cluster without nodes, as one value: API, store and controllers. Time and randomness are given;
// the same requests at the same times always lead to the same state.
#pragma once

#include "local/model/api/api.hpp"
#include "local/model/controllers/garbage.hpp"
#include "local/model/controllers/namespaces.hpp"
#include "local/model/controllers/ownership.hpp"
#include "local/model/controllers/workloads.hpp"
#include "local/model/resources.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace local::model {

class cluster {
public:
  /// Makes a cluster with the namespaces that every cluster has. `draw` gives random numbers for uids and names.
  cluster(resources::random draw, moment now, std::size_t history_limit = 20'000);

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Carries a request out. Controllers do not act before step().
  answer handle(const request& x, moment now) { return api_.handle(x, now); }

  /// Lets the controllers do all they can do now.
  void step(moment now);

  /// Lets one controller pass take place; returns whether anything happened. For those who want to look in between.
  bool step_once(moment now);

  /// When step() has something to do even if no request comes.
  std::optional<moment> due() const;

  /// Creates what a YAML document describes, e.g. a CustomResourceDefinition; returns what was wrong, or an empty text.
  std::string apply(std::string_view yaml, moment now);
  /// The same for an object that has been read already.
  std::string create(json::value object, moment now);

  model::resources& resources() { return resources_; }
  const model::resources& resources() const { return resources_; }

private:
  model::resources resources_;
  model::api api_;
  ownership owners_;
  garbage_collector garbage_;
  namespace_controller namespaces_;
  replicaset_controller replicasets_;
  deployment_controller deployments_;
  moment next_sweep_;
};

} // namespace local::model
