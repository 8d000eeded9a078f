// Places to start from on the way to Suspended.
#pragma once

#include "test/unit/flink/lifecycle/scene.hpp"

namespace flink::suspension {

/// The user sets spec.suspend.
inline scene suspending(scene s) {
  s.app.spec.suspend = true;
  return s.decide();
}

inline const ending& record(const scene& s) {
  return *s.app.status.suspension;
}

inline action last_stop(const scene& s) {
  return stop_job{*record(s).cluster_id, *record(s).job_id, *record(s).trigger_id};
}

/// ... and the stop of the job that serves has been accepted.
inline scene stopping() {
  auto s = suspending(scene::running()).decide();
  return s.done(last_stop(s));
}

inline scene& says(scene& s, rest::savepoint x) {
  return s.savepoint(*record(s).cluster_id, *record(s).trigger_id, std::move(x));
}

inline scene& saved(scene& s, const std::string& path) {
  return says(s, {.in_progress = false, .location = path});
}

inline scene& not_saved(scene& s, const std::string& why) {
  return says(s, {.in_progress = false, .failure = why});
}

/// Nothing of a cluster is left, and the operator sees it.
inline scene& clusters_gone(scene& s) {
  for (auto& id : clusters_in(s.seen.objects))
    s.no_cluster(id);
  return s.decide();
}

/// A job that ran is suspended with its savepoint.
inline scene suspended() {
  auto s = stopping();
  saved(s, "file:/sp").job("c0", "old", rest::job_state::finished).decide().decide();
  return clusters_gone(s);
}

} // namespace flink::suspension
