// The Deployment and ReplicaSet controllers.
#pragma once

#include "local/model/controllers/ownership.hpp"
#include "local/model/resources.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// Maintains a ReplicaSet's number of pods.
class replicaset_controller {
public:
  /// Both must outlive the controller.
  replicaset_controller(resources& objects, const ownership& owners) : objects_{&objects}, owners_{&owners} {}

  /// Takes a change in; `owners` must know of it already.
  void observe(const change& x);

  /// Does what the changes since the last call, and the time, demand.
  void step(moment now);

  /// When step() has something to do even if nothing changes.
  std::optional<moment> due() const;

private:
  struct refusal {
    std::string message;
    moment retry_at;
    std::chrono::milliseconds pause;
  };

  void reconcile(const key& k, moment now);
  void add_pods(const key& k, const json::value& set, int64_t count, moment now);
  void remove_pods(std::vector<object_ptr> pods, int64_t count, moment now);
  void tell_status(const key& k, const json::value& set, const std::vector<object_ptr>& pods, moment now);

  resources* objects_;
  const ownership* owners_;
  std::set<key> changed_;
  /// ReplicaSets whose pods the API server refuses.
  std::map<key, refusal> refused_;
};

/// Moves a Deployment's pods from one template to the next through ReplicaSets.
class deployment_controller {
public:
  /// Both must outlive the controller.
  deployment_controller(resources& objects, const ownership& owners) : objects_{&objects}, owners_{&owners} {}

  /// Takes a change in; `owners` must know of it already.
  void observe(const change& x);

  /// Does what the changes since the last call, and the time, demand.
  void step(moment now);

  /// When step() has something to do even if nothing changes.
  std::optional<moment> due() const;

private:
  struct picture;

  void reconcile(const key& k, moment now);
  picture look(const object_ptr& deployment) const;
  bool make_current(picture& x, moment now);
  void roll(const picture& x, moment now);
  void recreate(const picture& x, moment now);
  void drop_history(const picture& x, moment now);
  void number(picture& x, moment now);
  void scale(const picture& x, const object_ptr& set, int64_t replicas, moment now);
  void tell_status(const picture& x, moment now);

  resources* objects_;
  const ownership* owners_;
  std::set<key> changed_;
  /// When a Deployment's progress has taken too long.
  std::map<key, moment> deadlines_;
};

} // namespace local::model
