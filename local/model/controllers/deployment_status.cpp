// Works out the status of a Deployment from its ReplicaSets: counts and conditions.
#include "local/model/controllers/deployment_picture.hpp"
#include "local/model/controllers/workloads.hpp"

#include <algorithm>

namespace local::model {

namespace {

/// The numbers of a status whose change is progress.
constexpr const char* moving_counts[] = {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"};

/// The content of a Deployment's condition.
struct verdict {
  std::string type;
  bool holds = false;
  std::string reason;
  std::string message;
};

const json::value* condition(const json::value& object, std::string_view type) {
  auto* list = array_at(object, "status.conditions");
  for (std::size_t i = 0; list && i < list->size(); ++i)
    if (text_at((*list)[i], "type") == type)
      return &(*list)[i];
  return nullptr;
}

/// Returns the condition for `x`, with the times of the one before where nothing changed.
json::value to_condition(const json::value& before, const verdict& x, bool moved, moment now) {
  auto* old = condition(before, x.type);
  auto status = x.holds ? "True" : "False";
  auto same_status = old && text_at(*old, "status") == status;
  auto same = same_status && text_at(*old, "reason") == x.reason && !moved;
  auto time = json::string{to_rfc3339(now)};
  return {{"type", x.type},
          {"status", status},
          {"lastUpdateTime", same ? json::string{text_at(*old, "lastUpdateTime")} : time},
          {"lastTransitionTime", same_status ? json::string{text_at(*old, "lastTransitionTime")} : time},
          {"reason", x.reason},
          {"message", x.message}};
}

verdict available(int64_t pods, int64_t least) {
  if (pods >= least)
    return {"Available", true, "MinimumReplicasAvailable", "Deployment has minimum availability."};
  return {"Available", false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability."};
}

void set_count(json::object& status, std::string_view name, int64_t count) {
  if (count > 0)
    status[name] = count;
}

} // namespace

void deployment_controller::tell_status(const picture& x, moment now) {
  auto& before = *x.deployment;
  auto wanted = x.wanted();
  auto replicas = x.sum("status.replicas");
  auto updated = x.current ? integer_at(*x.current, "status.replicas") : 0;
  auto serving = x.sum("status.availableReplicas");
  json::object status{{"observedGeneration", integer_at(before, "metadata.generation")}};
  set_count(status, "replicas", replicas);
  set_count(status, "updatedReplicas", updated);
  set_count(status, "readyReplicas", x.sum("status.readyReplicas"));
  set_count(status, "availableReplicas", serving);
  set_count(status, "unavailableReplicas", std::max<int64_t>(0, x.sum("spec.replicas") - serving));

  auto name = x.current ? std::string{text_at(*x.current, "metadata.name")} : std::string{};
  auto complete = updated == wanted && replicas == wanted && serving >= wanted && x.old_pods == 0;
  auto moved = std::any_of(std::begin(moving_counts), std::end(moving_counts), [&](auto* count) {
    auto path = std::string{"status."} + count;
    auto* now_there = status.if_contains(count);
    return integer_at(before, path) != (now_there ? now_there->get_int64() : 0);
  });
  auto* progress = condition(before, "Progressing");
  auto last = progress ? parse_rfc3339(text_at(*progress, "lastUpdateTime")).value_or(now) : now;
  auto deadline = (moved ? now : last) + std::chrono::seconds{integer_at(before, "spec.progressDeadlineSeconds", 600)};
  auto same_wish = integer_at(before, "status.observedGeneration") == integer_at(before, "metadata.generation");
  auto was = [&](std::string_view reason) { return progress && same_wish && text_at(*progress, "reason") == reason; };
  // Once it was complete, a Deployment whose pods fail later is not "progressing" again.
  auto settled = was("NewReplicaSetAvailable");
  auto late = now >= deadline || (was("ProgressDeadlineExceeded") && !moved);
  verdict progressing{"Progressing", true, "ReplicaSetUpdated", "ReplicaSet \"" + name + "\" is progressing."};
  if (complete || settled)
    progressing
        = {"Progressing", true, "NewReplicaSetAvailable", "ReplicaSet \"" + name + "\" has successfully progressed."};
  else if (late)
    progressing
        = {"Progressing", false, "ProgressDeadlineExceeded", "ReplicaSet \"" + name + "\" has timed out progressing."};
  else
    deadlines_[x.k] = deadline;

  auto* missing = find(before, "spec.strategy.rollingUpdate.maxUnavailable");
  auto least = wanted - (text_at(before, "spec.strategy.type") == "Recreate" ? wanted : share_of(missing, wanted));
  json::array conditions{to_condition(before, available(serving, least), false, now),
                         to_condition(before, progressing, moved && !settled, now)};
  if (auto* failure = x.current ? condition(*x.current, "ReplicaFailure") : nullptr)
    conditions.push_back(to_condition(
        before,
        {"ReplicaFailure", true, std::string{text_at(*failure, "reason")}, std::string{text_at(*failure, "message")}},
        false, now));
  status["conditions"] = std::move(conditions);
  auto current = objects_->store().get("deployments.apps", x.k);
  auto* had = current ? find(*current, "status") : nullptr;
  if (!current || (had && had->is_object() && had->get_object() == status))
    return;
  auto changed = *current;
  changed.get_object()["status"] = std::move(status);
  write_call call{.now = now};
  (void)objects_->update(*objects_->kinds().find("apps", "v1", "deployments"), x.k, "status", std::move(changed), call);
}

} // namespace local::model
