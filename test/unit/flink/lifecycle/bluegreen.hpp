// Places to start from in BlueGreen: one version, two on the way, two that run.
#pragma once

#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::bluegreen {

/// Service or Ingress of a colour.
inline void coloured_objects(scene& s, const cluster_id& id, const std::string& colour) {
  auto head = s.head("app-" + colour, id, "");
  head.labels[std::string{labels::version}] = colour;
  s.seen.objects.services[head.key.name]
      = std::make_shared<k8s::service>(k8s::service{.head = head, .selector = {{"pod-deployment-selector", id}}});
  s.seen.objects.ingresses[head.key.name] = std::make_shared<k8s::ingress>(k8s::ingress{.head = head});
}

/// The first version, green, runs.
inline scene green() {
  auto s = scene::running();
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.app.status.deployment_mode = deployment_mode::BlueGreen;
  s.app.status.deploy_version = colour::green;
  s.seen.objects.services.erase("app");
  coloured_objects(s, "c0", "green");
  s.seen.objects.ingresses.clear();
  return s.decide();
}

/// ... and was edited.
inline scene edited() {
  auto s = green();
  s.hash = "bbbbbbbb";
  s.app.metadata.generation = 2;
  return s.decide();
}

inline action take(const scene& s) {
  return take_savepoint{"c0", "old", *s.target().trigger_id};
}

/// ... the old job gives its state away.
inline scene saving() {
  auto s = edited();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile());
  coloured_objects(s, id, "blue");
  s.seen.objects.ingresses.clear();
  return s.decide();
}

/// ... and the new job is being submitted beside it.
inline scene submitting() {
  auto s = saving();
  auto trigger = *s.target().trigger_id;
  s.done(take(s))
      .later(std::chrono::seconds{1})
      .savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"});
  s.done(ask_savepoint{"c0", "old", trigger}).decide();
  auto taken = s.milliseconds_now();
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/sp", taken, true, false}}).decide();
  auto id = s.target().cluster_id;
  return s.jobs(id).no_job(id, *s.target().job_id);
}

/// Both run. The newer job is "new".
inline scene both() {
  auto s = submitting();
  auto id = s.target().cluster_id;
  s.app.status.target->job_id = "new";
  s.done(s.submit()).job(id, "new", rest::job_state::running).checkpoints(id, "new", {}).decide();
  return s.job("c0", "old", rest::job_state::running).checkpoints("c0", "old", {}).decide().decide();
}

inline cluster_id newer(const scene& s) {
  return s.app.status.updating_cluster->id;
}

/// All objects of a version's cluster and colour have gone.
inline scene& gone(scene& s, const cluster_id& id) {
  s.no_cluster(id);
  return s;
}

} // namespace flink::bluegreen
