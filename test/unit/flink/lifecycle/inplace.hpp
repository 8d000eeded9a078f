// Places to start from in scaleMode InPlace: TaskManagers are added where the job runs.
#pragma once

#include "flink/admission/hash.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::inplace {

inline scene& with_task_managers(scene& s, int32_t n) {
  auto x = *s.seen.objects.deployments.at("app-c0-tm");
  x.replicas = n;
  s.seen.objects.deployments["app-c0-tm"] = std::make_shared<k8s::deployment>(x);
  return s;
}

/// One job with parallelism 2 on one TaskManager with two slots.
inline scene running() {
  auto s = scene::running();
  s.app.spec.scale_mode = scale_mode::InPlace;
  s.app.spec.task_manager_config.emplace().task_slots = 2;
  s.hash = spec_hash(s.app);
  s.app.status.cluster->spec_hash = s.hash;
  return s.decide();
}

inline scene& wish_parallelism(scene& s, int32_t parallelism) {
  s.app.spec.parallelism = parallelism;
  s.hash = spec_hash(s.app);
  ++s.app.metadata.generation;
  return s;
}

/// ... asked for more.
inline scene asked_for(int32_t parallelism) {
  auto s = running();
  return wish_parallelism(s, parallelism).decide();
}

/// ... the TaskManagers are there, and the job is being stopped.
inline scene stopping() {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 4).done(s.compile());
  return s.decide();
}

/// ... it has ended, and is being started again.
inline scene submitting() {
  auto s = stopping();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  s.job("c0", "old", rest::job_state::finished).decide();
  return s.jobs("c0", {{"old", rest::job_state::finished}}).no_job("c0", *s.target().job_id);
}

} // namespace flink::inplace
