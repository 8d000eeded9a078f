// Savepointing and Cancelling: the old job takes a savepoint and ends. The next job starts only after the old one has
// ended for certain.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/lifecycle/steps/newest_state.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/savepoints.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/timestamp.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Returns the time by the JobManager's clock, late enough to follow the savepoint that it has just taken: its answers
/// may be old. Without an answer, returns our own time.
k8s::timestamp its_time(const pass& p, const cluster_view& c, const job_id& job_id) {
  auto* known = p.known_job(c, job_id);
  if (!known)
    return p.now();
  auto since = p.in.now.steady - p.job_answered(c, job_id);
  auto now = std::chrono::milliseconds{known->now} + defaults::rest_cache_age
           + std::chrono::duration_cast<std::chrono::milliseconds>(since);
  return k8s::timestamp::with_milliseconds(std::chrono::system_clock::time_point{now});
}

void remember_savepoint(pass& p, const cluster_view& old, const std::string& path) {
  record_savepoint(p, path, savepoint_reason::Update);
  p.next.target->restore_path = path;
  if (runs_side_by_side(p.was)) {
    // From now on it is the old job's newest state, even if this deploy fails.
    p.next.job_status->last_checkpoint = path;
    p.next.job_status->last_checkpoint_time = its_time(p, old, serving_job(p.was));
    return p.event(reason::SavepointCompleted,
                   "savepoint of job " + serving_job(p.was) + ", which keeps running: " + path);
  }
  p.next.savepoint_path = path;
  p.event(reason::CanceledJob, "job " + serving_job(p.was) + " stopped with savepoint " + path);
}

bool out_of_time(const pass& p) {
  return p.passed(p.was.target->step_started_at, p.timeout(&timeouts::savepoint_seconds, defaults::savepoint));
}

/// The old job keeps running, and the savepoint is its own newest state, too.
void saved_beside(pass& p, const cluster_view& old, const std::string& path) {
  auto job = serving_job(p.was);
  auto asked = p.answered_at(ask_savepoint{old.id, job, *p.was.target->trigger_id});
  auto* told = p.ask(old, ask_checkpoints{old.id, job}, p.poll_interval(), asked);
  auto taken = told && *told ? (*told)->latest_savepoint : std::nullopt;
  if (taken && taken->external_path != path && is_known_savepoint(p.was, taken->external_path))
    taken.reset();                                                            // an earlier savepoint
  bool cached = !taken && p.in.now.steady - asked < defaults::rest_cache_age; // the answer came from Flink's cache
  if ((!told || cached) && old.leader && !out_of_time(p))
    return p.wait(reason::Savepointing, "asking when the savepoint of job " + job + " was taken");
  if (taken && p.next.job_status) // after a lost trigger there may be a second savepoint, which is newer
    count_as_checkpoint(p, *taken);
  begin_submit(p, path, "job " + job + " has completed savepoint " + path + " and keeps running");
}

/// Called once the savepoint's path is known. Continues once the old job has ended for certain.
void await_end(pass& p, const cluster_view& old, const std::string& path) {
  if (p.was.target->restore_path != path)
    remember_savepoint(p, old, path); // before the loss of the JobManager could lose it
  if (runs_side_by_side(p.was))
    return saved_beside(p, old, path);
  if (fate_of_job(p, old, serving_job(p.was)) == job_fate::ended)
    return go_on_after_old_job(p, path, "the old job has ended with savepoint " + path);
  p.wait(reason::OldJobEnding, "waiting for job " + serving_job(p.was) + " to end after its savepoint");
  if (out_of_time(p))
    p.blocked(reason::OldClusterUnconfirmed,
              "savepoint " + path + " is complete, but the JobManager of cluster " + old.id
                  + " does not confirm that job " + serving_job(p.was)
                  + " has ended; the operator starts the new job only after that. If no pod of that cluster "
                    "can run any more, set the annotation "
                  + std::string{confirm_gone_annotation} + " to " + old.id + " until the new job runs");
}

/// Returns whether tasks of the job are missing: then Flink cannot stop it with a savepoint. Returns nullopt if all
/// tasks run but the job failed a moment ago, perhaps because of the stop. A crash-looping job looks the same for
/// moments.
std::optional<bool> has_missing_tasks(pass& p, const cluster_view& old) {
  auto* known = p.ask(old, ask_job{old.id, serving_job(p.was)}, defaults::answer_max_age);
  if (!known || !*known)
    return false;
  auto& job = **known;
  if (!rest::all_tasks_running(job))
    return true;
  bool has_failed = job.last_failing > 0 && std::chrono::milliseconds{job.now - job.last_failing} < defaults::poll_job;
  return has_failed && !out_of_time(p) ? std::nullopt : std::optional{false};
}

/// Called after the savepoint failed. If the old job is healthy, it keeps running, and the deploy fails: nothing is
/// lost. If the job has ended or misses tasks, the new version starts from its newest state; in BlueGreen, beside it.
void without_savepoint(pass& p, const cluster_view& old, const std::string& why) {
  auto& trigger = p.was.target->trigger_id;
  // Answers from before the failure of the savepoint do not count.
  auto job = serving_job(p.was);
  auto verdict
      = std::max({p.answered_at(stop_job{old.id, job, *trigger}), p.answered_at(take_savepoint{old.id, job, *trigger}),
                  p.answered_at(ask_savepoint{old.id, job, *trigger})});
  auto fate = fate_of_job(p, old, job, verdict);
  if (fate == job_fate::unknown)
    return p.blocked(reason::SavepointFailed, why + "; checking whether the old job still runs");
  bool ended = fate == job_fate::ended;
  auto struggling = ended ? std::optional{true} : has_missing_tasks(p, old);
  if (!struggling)
    return p.blocked(reason::SavepointFailed, why + "; the old job failed recently; checking whether it has recovered");
  if (!*struggling) {
    p.warn(reason::SavepointFailed, why);
    return fail_deploy(p, reason::SavepointFailed, why + "; the old job keeps running");
  }
  auto state = newest_state(p, old, job);
  if (state.pending)
    return p.wait(reason::LookingForState, "no savepoint of job " + job + "; looking for its newest state");
  p.warn(reason::SavepointFailed, why);
  if (!state.problem.empty() && !p.was.target->start_from)
    return fail_deploy(p, reason::NoStateToRestore,
                       why + "; " + state.problem + (ended ? "" : "; the operator does not touch the old job"));
  if (!ended && runs_side_by_side(p.was))
    return begin_submit(p, state.path,
                        why + "; the second version starts from " + p.was.target->start_from.value_or(state.source));
  p.enter(phase::Recovering,
          why + "; the newest state of job " + job + " is " + (state.problem.empty() ? state.source : "not needed"));
}

/// The stop may still take effect. The status keeps its trigger if the job keeps running.
void stop_lost(pass& p, const cluster_view& old) {
  without_savepoint(p, old, "the JobManager no longer knows the savepoint");
  bool given_up = phase_of(p.next) == phase::DeployFailed || phase_of(p.next) == phase::Rescaling;
  if (given_up)
    p.next.job_status->stop_trigger_id = p.was.target->trigger_id;
}

/// The JobManager does not know the trigger: it has lost the trigger, or never received it.
void trigger_unknown(pass& p, const cluster_view& old) {
  auto* known = p.ask(old, ask_checkpoints{old.id, serving_job(p.was)}, p.poll_interval());
  if (!known)
    return p.wait(reason::Savepointing, "looking for the savepoint of trigger " + *p.was.target->trigger_id);
  auto& last = *known ? (*known)->latest_savepoint : std::optional<rest::checkpoint>{};
  auto& began = p.was.target->step_started_at;
  // A job that keeps running may have completed checkpoints since; then the operator takes another savepoint.
  bool may_be_its
      = *known && is_newest_savepoint(**known) && began && !is_known_savepoint(p.was, last->external_path)
     && std::chrono::system_clock::time_point{std::chrono::milliseconds{last->trigger_timestamp}} + defaults::clock_skew
            >= began->at();
  // The savepoint of a stop ends the job soon. If the job keeps running, this is another savepoint that the status does
  // not contain.
  auto job = serving_job(p.was);
  auto asked = p.answered_at(ask_savepoint{old.id, job, *p.was.target->trigger_id});
  bool over = runs_side_by_side(p.was) || fate_of_job(p, old, job, asked) == job_fate::ended;
  if (may_be_its && over)
    return await_end(p, old, last->external_path);
  if (may_be_its && !out_of_time(p))
    return p.wait(reason::Savepointing,
                  "waiting for job " + job + " to end; " + last->external_path + " may be its last state");
  if (!runs_side_by_side(p.was))
    return stop_lost(p, old);
  if (out_of_time(p))
    return without_savepoint(p, old, "the JobManager no longer knows the savepoint");
  p.next.target->trigger_id = p.in.fresh.trigger_id; // a second savepoint does not harm the job
  p.because("the JobManager no longer knows the savepoint; taking another one");
}

void follow_trigger(pass& p, const cluster_view& old) {
  auto& trigger = *p.was.target->trigger_id;
  auto* known = p.ask(old, ask_savepoint{old.id, serving_job(p.was), trigger}, p.poll_interval());
  if (!known)
    return p.wait(reason::Savepointing, "stopping job " + serving_job(p.was) + " with a savepoint");
  if (!*known)
    return trigger_unknown(p, old);
  auto& savepoint = **known;
  if (savepoint.location)
    return await_end(p, old, *savepoint.location);
  if (savepoint.failure)
    return without_savepoint(p, old, "the savepoint failed: " + *savepoint.failure);
  p.wait(reason::Savepointing, "the savepoint of job " + serving_job(p.was) + " is being written");
  if (!out_of_time(p))
    return;
  if (runs_side_by_side(p.was))
    fail_deploy(p, reason::SavepointTimeout,
                "no savepoint within timeouts.savepointSeconds; the old job keeps running");
  else
    // Flink cannot undo a stop; any other action now would race with it.
    p.blocked(reason::SavepointSlow,
              "the savepoint of job " + serving_job(p.was)
                  + " takes longer than timeouts.savepointSeconds; "
                    "waiting until Flink completes it or gives up (execution.checkpointing.timeout)");
}

/// Removes the rest of a cluster whose JobManager Deployment somebody deleted. No JobManager will start there again,
/// and without the cluster the job has ended for certain. Returns whether this is the case.
bool clear_remains(pass& p, const cluster_view& old) {
  if (old.job_manager || !old.job_manager_pods.empty() || old.gone())
    return false;
  remove_cluster(p, old.id);
  p.blocked(reason::OldJobManagerDown, "somebody deleted the JobManager's Deployment of cluster " + old.id
                                           + "; the operator removes the rest of that cluster");
  return true;
}

void old_job_manager_down(pass& p, const cluster_view& old) {
  restore_replicas(p, old);
  if (runs_side_by_side(p.was) && out_of_time(p))
    return fail_deploy(p, reason::SavepointTimeout, "no JobManager pod of the old cluster " + old.id + " runs");
  p.blocked(reason::OldJobManagerDown,
            "no JobManager pod of cluster " + old.id + " runs; waiting for one, because the old job may still run");
}

} // namespace

void savepointing(pass& p) {
  auto& t = p.was.target;
  if (runs_side_by_side(p.was) && supersede(p))
    return;
  auto old = p.cluster(p.was.cluster->id);
  if (t->restore_path && runs_side_by_side(p.was))
    return await_end(p, old, *t->restore_path);
  if (clear_remains(p, old))
    return;
  if (t->restore_path)
    return await_end(p, old, *t->restore_path);
  if (old.gone() || (serving_job_manager_restarted(p.was, old) && !p.high_availability()))
    return without_savepoint(p, old, "the old JobManager disappeared during the savepoint");
  if (!old.leader)
    return old_job_manager_down(p, old);
  auto job = serving_job(p.was);
  action save = runs_side_by_side(p.was) ? action{take_savepoint{old.id, job, *t->trigger_id}}
                                         : action{stop_job{old.id, job, *t->trigger_id}};
  auto sent = p.send(save);
  if (sent == progress::pending)
    return p.wait(reason::Savepointing,
                  "asking job " + job + (runs_side_by_side(p.was) ? " for" : " to stop with") + " a savepoint");
  auto* why = p.failure_of(save);
  if (sent == progress::failed && why->kind != failure_class::duplicate)
    return without_savepoint(p, old, "the JobManager refuses the savepoint: " + why->message);
  follow_trigger(p, old);
}

void cancelling(pass& p) {
  auto old = p.cluster(p.was.cluster->id);
  if (clear_remains(p, old))
    return;
  auto job = serving_job(p.was);
  auto fate = fate_of_job(p, old, job);
  if (fate == job_fate::ended) {
    if (confirm_serving_cluster_idle(p))
      go_on_after_old_job(p, std::nullopt, "the old job has ended; savepoints are disabled");
    return;
  }
  p.wait(reason::Cancelling, "waiting for job " + job + " to be cancelled");
  if (fate == job_fate::running)
    p.cancel(old.id, job);
  if (!old.leader)
    old_job_manager_down(p, old);
}

} // namespace flink
