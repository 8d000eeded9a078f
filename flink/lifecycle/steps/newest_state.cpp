#include "flink/lifecycle/steps/newest_state.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/effective_config.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/timestamp.hpp"

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

struct candidate {
  std::string path;
  system_clock::time_point taken;
  std::string source;
};

void offer(std::optional<candidate>& best, candidate x) {
  if (!x.path.empty() && (!best || x.taken > best->taken))
    best = std::move(x);
}

/// Returns the newest state that the status knows. The serving job's last checkpoint, or what it started from, is newer
/// than any earlier savepoint, even if the clocks that stamped them disagree.
std::optional<candidate> recorded(const status& x) {
  auto& job = x.job_status;
  if (job && job->last_checkpoint && job->last_checkpoint_time)
    return candidate{*job->last_checkpoint, job->last_checkpoint_time->at(),
                     (job->last_checkpoint == job->restore_path ? "" : "checkpoint ") + *job->last_checkpoint};
  if (x.savepoints.empty())
    return std::nullopt;
  auto& last = x.savepoints.back();
  return last.time ? std::optional{candidate{last.path, last.time->at(), "savepoint " + last.path}} : std::nullopt;
}

/// Returns whether the user's configuration makes Flink delete the checkpoints when the job ends as it did.
bool checkpoints_deleted_with_job(const spec& x, const std::optional<rest::job>& job) {
  switch (effective_config{x, cluster_role::job_manager}.retention()) {
  case checkpoint_retention::retain:
    return false;
  case checkpoint_retention::delete_on_cancellation:
    return !(job && job->state == rest::job_state::failed);
  case checkpoint_retention::none:
    return true;
  }
  return false;
}

/// Records the state in the status. In BlueGreen this is the only record if the deploy fails.
void remember(queries& p, const candidate& x) {
  p.next.job_status->last_checkpoint = x.path;
  p.next.job_status->last_checkpoint_time = k8s::timestamp::with_milliseconds(x.taken);
}

bool too_old(const pass_inputs& p, const candidate& x) {
  auto limit = p.in.app.spec.max_checkpoint_restore_age_seconds.value_or(defaults::max_checkpoint_restore_age_seconds);
  return p.in.now.wall - x.taken > std::chrono::seconds{limit};
}

} // namespace

std::optional<std::string> first_restore_path(const pass_inputs& p) {
  auto& spec = p.in.app.spec;
  if (p.was.savepoint_path && !p.was.savepoint_path->empty())
    return p.was.savepoint_path; // saved by a deploy whose job never started
  if (spec.savepoint_path && !spec.savepoint_path->empty())
    return spec.savepoint_path;
  if (spec.savepoint_info && spec.savepoint_info->savepoint_location
      && !spec.savepoint_info->savepoint_location->empty())
    return spec.savepoint_info->savepoint_location;
  return std::nullopt;
}

recoverable newest_state(queries& p, const cluster_view& old, const job_id& job_id, age_limit limit) {
  std::optional<candidate> best;
  if (old.leader) {
    auto* job = p.ask(old, ask_job{old.id, job_id}, defaults::answer_max_age);
    auto* told = job
                   ? p.ask(old, ask_checkpoints{old.id, job_id}, defaults::answer_max_age, p.job_answered(old, job_id))
                   : nullptr;
    if (!told)
      return {.pending = true};
    if (*job && (*job)->state == rest::job_state::finished && !(*told && (*told)->latest_savepoint))
      // A bounded job that has finished has no state left.
      return {.path = std::nullopt, .source = "the beginning (the old job had already finished)"};
    if (*told && (*told)->latest_savepoint)
      offer(best, {(*told)->latest_savepoint->external_path,
                   system_clock::time_point{milliseconds{(*told)->latest_savepoint->trigger_timestamp}},
                   "savepoint " + (*told)->latest_savepoint->external_path});
    auto& last = *told ? (*told)->latest_completed : std::optional<rest::checkpoint>{};
    if (last && !last->discarded && !checkpoints_deleted_with_job(p.in.app.spec, *job))
      offer(best, {last->external_path, system_clock::time_point{milliseconds{last->trigger_timestamp}},
                   "checkpoint " + last->external_path});
  }
  if (!best) // the JobManager's own answer is never older
    best = recorded(p.was);
  else if (runs_side_by_side(p.was) && p.next.job_status)
    remember(p, *best);
  if (best && (limit == age_limit::lifted || !too_old(p, *best)))
    return {.path = best->path, .source = best->source};
  if (p.in.app.spec.fallback_without_state.value_or(false))
    return {.path = std::nullopt, .source = "the beginning, without state (fallbackWithoutState)"};
  if (best)
    return {.problem = "the job's newest state, " + best->source
                     + ", is older than spec.maxCheckpointRestoreAgeSeconds: raise that limit, or set "
                       "spec.fallbackWithoutState to start without state"};
  return {.problem
          = "no checkpoint or savepoint of the job is known: set spec.fallbackWithoutState to start without state"};
}

} // namespace flink
