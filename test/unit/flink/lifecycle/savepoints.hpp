// Places to start from with savepoints beside a running job.
#pragma once

#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::savepoints {

inline const savepoint_request& request(const scene& s) {
  return *s.app.status.savepoint_request;
}

inline action order(const scene& s) {
  return take_savepoint{request(s).cluster_id, request(s).job_id, request(s).trigger_id};
}

/// The job runs, and the picture is as fresh as it was.
inline scene& alive(scene& s, rest::job_state state = rest::job_state::running, int32_t tasks = 4) {
  return s.job("c0", "old", state, tasks).checkpoints("c0", "old", {});
}

/// The user asks for a savepoint now.
inline scene asked(scene s = scene::running()) {
  s.app.spec.savepoint_nonce = "1";
  return s.decide();
}

/// ... and the JobManager has taken the order.
inline scene ordered() {
  auto s = asked();
  return s.done(order(s));
}

inline scene& completes(scene& s, const std::string& path) {
  s.savepoint("c0", request(s).trigger_id, {.in_progress = false, .location = path});
  rest::checkpoint newest{path, s.milliseconds_now(), true};
  return s.checkpoints("c0", "old", {.completed = 1, .latest_savepoint = newest}).decide();
}

} // namespace flink::savepoints
