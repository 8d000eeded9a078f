// Places to start from in Single.
#pragma once

#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::single {

/// An edit in mode Single, its objects not yet shown to the API server.
inline scene edited() {
  auto s = scene::running();
  s.app.spec.deployment_mode = deployment_mode::Single;
  s.hash = "bbbbbbbb";
  s.app.metadata.generation = 2;
  return s.decide();
}

inline std::vector<action> rehearsals(const cluster_id& id) {
  using enum object_role;
  return {dry_run_object{job_manager, id, false}, dry_run_object{task_manager, id, false},
          dry_run_object{job_manager, id, true}, dry_run_object{task_manager, id, true}};
}

/// ... the API server would take them, and the old job is being stopped.
inline scene stopping() {
  auto s = edited();
  for (auto& x : rehearsals(s.target().cluster_id))
    s.done(x);
  return s.decide();
}

/// ... it has ended, and its pods are going.
inline scene making_room() {
  auto s = stopping();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  return s.job("c0", "old", rest::job_state::finished).decide();
}

inline scene& without_pods(scene& s, const cluster_id& id) {
  std::erase_if(s.seen.objects.pods, [&](auto& x) { return x.first.find("-" + id + "-") != std::string::npos; });
  return s;
}

inline scene& with_replicas(scene& s, const cluster_id& id, int32_t job_managers, int32_t task_managers) {
  for (auto& [suffix, n] : {std::pair{"-jm", job_managers}, std::pair{"-tm", task_managers}}) {
    auto x = *s.seen.objects.deployments.at("app-" + id + suffix);
    x.replicas = n;
    s.seen.objects.deployments["app-" + id + suffix] = std::make_shared<k8s::deployment>(x);
  }
  return s;
}

/// ... and gone: the new cluster is being made.
inline scene room() {
  auto s = making_room();
  with_replicas(s.decide(), "c0", 0, 0);
  return without_pods(s, "c0").decide();
}

/// ... it has its slots, and the new job is being submitted.
inline scene submitting() {
  auto s = room();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  return s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id);
}

} // namespace flink::single
