// Places to start from in scaleMode Adaptive: the job gets more parallelism where it runs, and while it does.
#pragma once

#include "test/unit/flink/lifecycle/inplace.hpp"

namespace flink::adaptive {

using inplace::wish_parallelism;
using inplace::with_task_managers;

/// What the JobManager goes by: a source that the program fixes at one task, and the rest.
inline rest::requirements bounds(int32_t parallelism) {
  return {{"rest", {.lower = 1, .upper = parallelism}}, {"source", {.lower = 1, .upper = 1}}};
}

inline action order(int32_t parallelism) {
  return rescale_job{"c0", "old", parallelism, bounds(parallelism)};
}

inline scene& may_have(scene& s, rest::requirements x) {
  s.replies("c0").all<ask_requirements>()["old"]
      = observed<or_not_found<rest::requirements>>{std::move(x), s.now.steady};
  return s;
}

/// What is observed of the job; tasks that do not run are on their way.
inline scene& job_has(scene& s, int32_t parallelism, int32_t on_their_way = 0) {
  s.job("c0", "old", rest::job_state::running, parallelism + 1 - on_their_way);
  auto& job = *s.replies("c0").all<ask_job>()["old"].value;
  job.tasks_total = parallelism + 1;
  job.vertices = {{.id = "source", .name = "source", .parallelism = 1},
                  {.id = "rest", .name = "rest", .parallelism = parallelism}};
  return s;
}

inline scene& can_rescale(scene& s, bool yes = true) {
  s.replies("c0").all<ask_features>()[""] = observed<rest::features>{{.rescale = yes}, s.now.steady};
  return s;
}

/// What the job that was compiled looks like.
inline scene& planned(scene& s, rest::vertex_plan x) {
  s.replies("c0").plans[s.target().job->parallelism] = std::move(x);
  return s;
}

/// Asked for parallelism 4 instead of 2; the slots are there, and the job compiles.
inline scene with_slots() {
  auto s = inplace::running();
  s.app.spec.scale_mode = scale_mode::Adaptive;
  wish_parallelism(s, 4).decide();
  with_task_managers(s, 2).slots("c0", 4).done(s.compile());
  return job_has(planned(s, {{"source", 1}, {"rest", s.target().job->parallelism}}), 2);
}

/// ... and its JobManager must assign them to the job.
inline scene rescaling() {
  auto s = with_slots();
  return may_have(can_rescale(s), bounds(2)).decide();
}

/// ... was asked for it and accepted.
inline scene ordered() {
  auto s = rescaling();
  s.decide().done(order(4)).later(std::chrono::seconds{1});
  return may_have(job_has(s, 2), bounds(4));
}

} // namespace flink::adaptive
