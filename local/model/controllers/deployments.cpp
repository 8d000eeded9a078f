// The Deployment controller: makes ReplicaSets, rolls them over and removes old ones.
#include "local/model/controllers/deployment_picture.hpp"
#include "local/model/controllers/notice.hpp"
#include "local/model/controllers/workloads.hpp"

#include <algorithm>
#include <utility>

namespace local::model {

namespace {

constexpr auto revision_annotation = "deployment.kubernetes.io/revision";
constexpr auto desired_annotation = "deployment.kubernetes.io/desired-replicas";
constexpr auto most_annotation = "deployment.kubernetes.io/max-replicas";
constexpr auto hash_label = "pod-template-hash";

json::value without_hash(json::value pod_template) {
  if (auto* labels = find(pod_template, "metadata.labels"); labels && labels->is_object())
    labels->get_object().erase(hash_label);
  return pod_template;
}

int64_t revision_of(const json::value& set) {
  auto* annotations = object_at(set, "metadata.annotations");
  auto* text = annotations ? annotations->if_contains(revision_annotation) : nullptr;
  return text ? std::strtoll(to_text(*text).c_str(), nullptr, 10) : 0;
}

int64_t wanted_by(const json::value& set) {
  return integer_at(set, "spec.replicas");
}

int64_t available_in(const json::value& set) {
  return integer_at(set, "status.availableReplicas");
}

/// Returns a name for a template: equal templates give equal names in every run.
std::string template_hash(const json::value& pod_template, uint64_t salt) {
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  uint64_t value = 14695981039346656037u + salt;
  for (auto c : json::serialize(pod_template))
    value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::string text;
  for (; text.size() < 10; value /= alphabet.size())
    text += alphabet[value % alphabet.size()];
  return text;
}

json::value replicaset_of(const json::value& deployment, const std::string& hash, int64_t revision) {
  auto pod_template = deployment.at("spec").at("template");
  make_object(pod_template, "metadata.labels")[hash_label] = hash;
  auto selector = deployment.at("spec").at("selector");
  make_object(selector, "matchLabels")[hash_label] = hash;
  return {{"metadata",
           {{"name", std::string{text_at(deployment, "metadata.name")} + "-" + hash},
            {"labels", *find(pod_template, "metadata.labels")},
            {"annotations", {{revision_annotation, std::to_string(revision)}}},
            {"ownerReferences", {owner_reference(deployment, "apps/v1", "Deployment")}}}},
          {"spec", {{"replicas", 0}, {"selector", std::move(selector)}, {"template", std::move(pod_template)}}}};
}

} // namespace

int64_t share_of(const json::value* x, int64_t replicas, bool round_up) {
  if (!x)
    return 0;
  auto text = to_text(*x);
  auto value = std::strtoll(text.c_str(), nullptr, 10);
  if (!text.ends_with('%'))
    return value;
  return (replicas * value + (round_up ? 99 : 0)) / 100;
}

void deployment_controller::observe(const change& x) {
  if (x.resource == "deployments.apps")
    changed_.insert(x.key);
  if (x.resource == "replicasets.apps")
    if (auto* owner = controller_of(*x.object); owner && text_at(*owner, "kind") == "Deployment")
      changed_.insert({x.key.ns, std::string{text_at(*owner, "name")}});
  // With the strategy Recreate the last pod of the old template opens the way.
  if (x.resource == "pods" && x.type == change_type::deleted)
    if (auto* owner = controller_of(*x.object))
      if (auto* set = owners_->find(text_at(*owner, "uid")))
        if (auto object = objects_->store().get(set->resource, set->key))
          if (auto* above = controller_of(*object))
            changed_.insert({x.key.ns, std::string{text_at(*above, "name")}});
}

void deployment_controller::step(moment now) {
  for (auto& [k, deadline] : deadlines_)
    if (deadline <= now)
      changed_.insert(k);
  for (auto& k : std::exchange(changed_, {}))
    reconcile(k, now);
}

std::optional<moment> deployment_controller::due() const {
  std::optional<moment> first;
  for (auto& [k, deadline] : deadlines_)
    first = first ? std::min(*first, deadline) : deadline;
  return first;
}

void deployment_controller::reconcile(const key& k, moment now) {
  deadlines_.erase(k);
  auto deployment = objects_->store().get("deployments.apps", k);
  if (!deployment)
    return;
  auto x = look(deployment);
  auto idle = !text_at(*deployment, "metadata.deletionTimestamp").empty() || true_at(*deployment, "spec.paused");
  if (!idle && (x.current || make_current(x, now))) {
    number(x, now);
    if (text_at(*deployment, "spec.strategy.type") == "Recreate")
      recreate(x, now);
    else
      roll(x, now);
    drop_history(x, now);
  }
  tell_status(look(deployment), now);
}

deployment_controller::picture deployment_controller::look(const object_ptr& deployment) const {
  picture x{.deployment = deployment,
            .k = {std::string{text_at(*deployment, "metadata.namespace")},
                  std::string{text_at(*deployment, "metadata.name")}}};
  auto& pod_template = deployment->at("spec").at("template");
  for (auto& where : owners_->dependents(text_at(*deployment, "metadata.uid"))) {
    auto set = where.resource == "replicasets.apps" ? objects_->store().get(where.resource, where.key) : nullptr;
    if (!set || !text_at(*set, "metadata.deletionTimestamp").empty())
      continue;
    if (!x.current && without_hash(set->at("spec").at("template")) == pod_template) {
      x.current = set;
      continue;
    }
    x.old.push_back(set);
    for (auto& pod : owners_->dependents(text_at(*set, "metadata.uid")))
      if (auto object = objects_->store().get(pod.resource, pod.key))
        x.old_pods += text_at(*object, "status.phase") != "Failed" && text_at(*object, "status.phase") != "Succeeded";
  }
  std::sort(x.old.begin(), x.old.end(), [](auto& a, auto& b) { return revision_of(*a) < revision_of(*b); });
  return x;
}

bool deployment_controller::make_current(picture& x, moment now) {
  auto revision = x.old.empty() ? 1 : revision_of(*x.old.back()) + 1;
  auto kind = objects_->kinds().find("apps", "v1", "replicasets");
  // A name may be taken by a ReplicaSet that is still going.
  for (uint64_t salt = 0; salt < 16; ++salt) {
    auto hash = template_hash(x.deployment->at("spec").at("template"), salt);
    write_call call{.now = now};
    auto made = objects_->create(*kind, x.k.ns, replicaset_of(*x.deployment, hash, revision), call);
    if (auto* error = failed(made)) {
      if (error->reason == "AlreadyExists")
        continue;
      return false;
    }
    x.current = std::get<object_ptr>(made);
    return true;
  }
  return false;
}

void deployment_controller::recreate(const picture& x, moment now) {
  for (auto& set : x.old)
    scale(x, set, 0, now);
  if (x.old_pods == 0)
    scale(x, x.current, x.wanted(), now);
}

void deployment_controller::roll(const picture& x, moment now) {
  auto wanted = x.wanted();
  auto surge = share_of(find(*x.deployment, "spec.strategy.rollingUpdate.maxSurge"), wanted, true);
  auto missing = share_of(find(*x.deployment, "spec.strategy.rollingUpdate.maxUnavailable"), wanted, false);
  if (surge == 0 && missing == 0)
    missing = 1;
  auto total = x.sum("spec.replicas");
  auto current = wanted_by(*x.current);
  auto grown = current > wanted ? wanted : std::min(wanted, current + std::max<int64_t>(0, wanted + surge - total));
  scale(x, x.current, grown, now);

  auto least = wanted - missing;
  auto budget = total - least - (current - std::min(current, available_in(*x.current)));
  auto healthy = x.sum("status.availableReplicas") - least;
  for (auto& set : x.old) {
    auto has = wanted_by(*set);
    // Pods that are not ready may be deleted first, in any state of the rollout.
    auto useless = std::clamp<int64_t>(has - available_in(*set), 0, std::max<int64_t>(0, budget));
    auto spare = std::clamp<int64_t>(std::min(healthy, budget - useless), 0, has - useless);
    scale(x, set, has - useless - spare, now);
    budget -= useless + spare;
    healthy -= spare;
  }
}

void deployment_controller::drop_history(const picture& x, moment now) {
  auto limit = integer_at(*x.deployment, "spec.revisionHistoryLimit");
  auto excess = static_cast<int64_t>(x.old.size()) - limit;
  auto kind = objects_->kinds().find("apps", "v1", "replicasets");
  for (auto& set : x.old) {
    if (excess-- <= 0)
      return;
    if (wanted_by(*set) != 0 || integer_at(*set, "status.replicas") != 0)
      continue;
    write_call call{.now = now};
    (void)objects_->remove(*kind, {x.k.ns, std::string{text_at(*set, "metadata.name")}}, {}, call);
  }
}

void deployment_controller::number(picture& x, moment now) {
  // A template that comes back is a new revision of an old set.
  auto newest = x.old.empty() ? 0 : revision_of(*x.old.back());
  auto revision = std::max(revision_of(*x.current), newest + 1);
  write_call call{.now = now};
  auto mark = [&](const object_ptr& object, std::string_view plural) {
    if (revision_of(*object) == revision)
      return object;
    auto marked = *object;
    make_object(marked, "metadata.annotations")[revision_annotation] = std::to_string(revision);
    key k{x.k.ns, std::string{text_at(*object, "metadata.name")}};
    auto kept = objects_->update(*objects_->kinds().find("apps", "v1", plural), k, "", std::move(marked), call);
    return failed(kept) ? object : std::get<object_ptr>(kept);
  };
  x.current = mark(x.current, "replicasets");
  x.deployment = mark(x.deployment, "deployments");
}

void deployment_controller::scale(const picture& x, const object_ptr& set, int64_t replicas, moment now) {
  if (wanted_by(*set) == replicas)
    return;
  auto scaled = *set;
  make_object(scaled, "spec")["replicas"] = replicas;
  auto& deployment = x.deployment;
  auto surge = share_of(find(*deployment, "spec.strategy.rollingUpdate.maxSurge"), x.wanted(), true);
  auto& annotations = make_object(scaled, "metadata.annotations");
  annotations[desired_annotation] = std::to_string(x.wanted());
  annotations[most_annotation] = std::to_string(x.wanted() + surge);
  write_call call{.now = now};
  auto kind = objects_->kinds().find("apps", "v1", "replicasets");
  key k{std::string{text_at(*set, "metadata.namespace")}, std::string{text_at(*set, "metadata.name")}};
  (void)objects_->update(*kind, k, "", std::move(scaled), call);
  post_notice(*objects_, *deployment,
              {"Normal", "ScalingReplicaSet",
               std::string{replicas > wanted_by(*set) ? "Scaled up" : "Scaled down"} + " replica set " + k.name
                   + " from " + std::to_string(wanted_by(*set)) + " to " + std::to_string(replicas),
               "deployment-controller"},
              now);
}

} // namespace local::model
