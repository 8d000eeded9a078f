// The ReplicaSet controller: creates and deletes pods, and backs off when they are refused.
#include "local/model/controllers/notice.hpp"
#include "local/model/controllers/workloads.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 500ms;
constexpr auto longest_pause = 30'000ms;

bool has_ended(const json::value& pod) {
  auto phase = text_at(pod, "status.phase");
  return phase == "Succeeded" || phase == "Failed";
}

bool is_deleting(const json::value& x) {
  return !text_at(x, "metadata.deletionTimestamp").empty();
}

bool is_ready(const json::value& pod) {
  auto* conditions = array_at(pod, "status.conditions");
  return conditions && std::any_of(conditions->begin(), conditions->end(), [](const json::value& x) {
           return text_at(x, "type") == "Ready" && text_at(x, "status") == "True";
         });
}

json::value pod_of(const json::value& set) {
  json::value pod{{"metadata", json::object{}}, {"spec", *find(set, "spec.template.spec")}};
  auto& metadata = make_object(pod, "metadata");
  if (auto* from = object_at(set, "spec.template.metadata"))
    for (auto* name : {"labels", "annotations", "finalizers"})
      if (auto* value = from->if_contains(name))
        metadata[name] = *value;
  metadata["generateName"] = std::string{text_at(set, "metadata.name")} + "-";
  metadata["ownerReferences"] = json::array{owner_reference(set, "apps/v1", "ReplicaSet")};
  return pod;
}

key key_of(const json::value& x) {
  return {std::string{text_at(x, "metadata.namespace")}, std::string{text_at(x, "metadata.name")}};
}

} // namespace

void replicaset_controller::observe(const change& x) {
  if (x.resource == "replicasets.apps")
    changed_.insert(x.key);
  if (x.resource != "pods")
    return;
  for (auto& object : {x.before, x.object})
    if (auto* owner = object ? controller_of(*object) : nullptr; owner && text_at(*owner, "kind") == "ReplicaSet")
      changed_.insert({x.key.ns, std::string{text_at(*owner, "name")}});
}

void replicaset_controller::step(moment now) {
  for (auto& [k, x] : refused_)
    if (x.retry_at <= now)
      changed_.insert(k);
  for (auto& k : std::exchange(changed_, {}))
    reconcile(k, now);
}

std::optional<moment> replicaset_controller::due() const {
  std::optional<moment> first;
  for (auto& [k, x] : refused_)
    first = first ? std::min(*first, x.retry_at) : x.retry_at;
  return first;
}

void replicaset_controller::reconcile(const key& k, moment now) {
  auto set = objects_->store().get("replicasets.apps", k);
  if (!set) {
    refused_.erase(k);
    return;
  }
  std::vector<object_ptr> pods;
  for (auto& where : owners_->dependents(text_at(*set, "metadata.uid"))) {
    auto pod = where.resource == "pods" ? objects_->store().get("pods", where.key) : nullptr;
    if (pod && !has_ended(*pod) && !is_deleting(*pod))
      pods.push_back(pod);
  }
  auto missing = integer_at(*set, "spec.replicas") - static_cast<int64_t>(pods.size());
  if (missing <= 0)
    refused_.erase(k);
  auto waits = refused_.contains(k) && refused_.at(k).retry_at > now;
  if (!is_deleting(*set) && missing > 0 && !waits)
    add_pods(k, *set, missing, now);
  else if (!is_deleting(*set) && missing < 0)
    remove_pods(pods, -missing, now);
  tell_status(k, *set, pods, now);
}

void replicaset_controller::add_pods(const key& k, const json::value& set, int64_t count, moment now) {
  auto kind = objects_->kinds().find("", "v1", "pods");
  for (int64_t i = 0; i < count; ++i) {
    write_call call{.now = now};
    auto made = objects_->create(*kind, k.ns, pod_of(set), call);
    if (auto* error = failed(made)) {
      auto pause = refused_.contains(k) ? std::min<std::chrono::milliseconds>(refused_[k].pause * 2, longest_pause)
                                        : std::chrono::milliseconds{first_pause};
      refused_[k] = {error->message, now + pause, pause};
      post_notice(*objects_, set,
                  {"Warning", "FailedCreate", "Error creating: " + error->message, "replicaset-controller"}, now);
      return;
    }
    post_notice(*objects_, set,
                {"Normal", "SuccessfulCreate",
                 "Created pod: " + std::string{text_at(*std::get<object_ptr>(made), "metadata.name")},
                 "replicaset-controller"},
                now);
  }
  refused_.erase(k);
}

void replicaset_controller::remove_pods(std::vector<object_ptr> pods, int64_t count, moment now) {
  // The least useful first: without a node, then not ready, then the youngest.
  auto rank = [](const object_ptr& x) {
    return std::tuple{!text_at(*x, "spec.nodeName").empty(), is_ready(*x),
                      moment::max() - parse_rfc3339(text_at(*x, "metadata.creationTimestamp")).value_or(moment{})};
  };
  std::sort(pods.begin(), pods.end(), [&](auto& a, auto& b) { return rank(a) < rank(b); });
  auto kind = objects_->kinds().find("", "v1", "pods");
  for (std::size_t i = 0; i < pods.size() && static_cast<int64_t>(i) < count; ++i) {
    write_call call{.now = now};
    (void)objects_->remove(*kind, key_of(*pods[i]), {.uid = std::string{text_at(*pods[i], "metadata.uid")}}, call);
  }
}

void replicaset_controller::tell_status(const key& k, const json::value& set, const std::vector<object_ptr>& pods,
                                        moment now) {
  auto ready = std::count_if(pods.begin(), pods.end(), [](auto& x) { return is_ready(*x); });
  auto count = static_cast<int64_t>(pods.size());
  json::object status{{"replicas", count}, {"observedGeneration", integer_at(set, "metadata.generation")}};
  if (count > 0)
    status["fullyLabeledReplicas"] = count;
  if (ready > 0) {
    status["readyReplicas"] = static_cast<int64_t>(ready);
    status["availableReplicas"] = static_cast<int64_t>(ready);
  }
  if (refused_.contains(k)) {
    auto& message = refused_.at(k).message;
    auto* old = array_at(set, "status.conditions");
    auto since = old && !old->empty() ? std::string{text_at(old->front(), "lastTransitionTime")} : to_rfc3339(now);
    status["conditions"] = json::array{{{"type", "ReplicaFailure"},
                                        {"status", "True"},
                                        {"lastTransitionTime", since},
                                        {"reason", "FailedCreate"},
                                        {"message", message}}};
  }
  auto kind = objects_->kinds().find("apps", "v1", "replicasets");
  auto current = objects_->store().get("replicasets.apps", k);
  auto* had = current ? find(*current, "status") : nullptr;
  if (!current || (had && had->is_object() && had->get_object() == status))
    return;
  auto updated = *current;
  updated.get_object()["status"] = std::move(status);
  write_call call{.now = now};
  (void)objects_->update(*kind, k, "status", std::move(updated), call);
}

} // namespace local::model
