// Places to start from in Recovering: a job has failed, and is started again.
#pragma once

#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::recover {

/// The job has failed, and the cluster has its slots.
inline scene failed_job() {
  auto s = scene::running();
  s.slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  s.job("c0", "old", rest::job_state::failed).exceptions("c0", "old", {}).decide();
  return s;
}

/// ... and its pause is over.
inline scene paused_long_enough() {
  auto s = failed_job();
  s.later(std::chrono::seconds{10}).slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3"));
  s.job("c0", "old", rest::job_state::failed).exceptions("c0", "old", {}).decide();
  return s;
}

/// ... and it is submitted again.
inline scene submitting_again() {
  auto s = paused_long_enough();
  return s.jobs("c0", {{"old", rest::job_state::failed}}).no_job("c0", *s.target().job_id).decide();
}

/// ... which was accepted.
inline scene started_again() {
  auto s = submitting_again();
  return s.done(s.submit());
}

} // namespace flink::recover
