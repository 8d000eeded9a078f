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
  /// Creates a cluster with the default namespaces. `draw` returns random numbers for uids and names.
  cluster(resources::random draw, moment now, std::size_t history_limit = 20'000);

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Executes a request. Controllers act only in step().
  answer handle(const request& x, moment now) { return api_.handle(x, now); }

  /// Runs the controllers until nothing changes.
  void step(moment now);

  /// Runs each controller once; returns whether anything changed. Tests use it to observe intermediate states.
  bool step_once(moment now);

  /// Returns when step() is due without a request.
  std::optional<moment> due() const;

  /// Creates the object in a YAML document, e.g. a CustomResourceDefinition. Returns the error, or an empty text.
  std::string apply(std::string_view yaml, moment now);
  /// The same for a parsed object.
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
