// Savepointing and Cancelling: the old job gives its state away and ends. The next job is not started
// before it is certain that the old one has ended.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// The time by the JobManager's clock, as far as it is known, and not before what it has just taken: its answers may be
/// old.
std::string its_time(const step& s, const cluster_view& c, const std::string& job_id) {
  auto* known = s.known_job(c, job_id);
  if (!known)
    return s.now_text();
  auto since = s.x.now.steady - s.job_answered(c, job_id);
  auto now = std::chrono::milliseconds{known->now} + defaults::rest_cache_age
           + std::chrono::duration_cast<std::chrono::milliseconds>(since);
  return k8s::format_milliseconds(std::chrono::system_clock::time_point{now});
}

void remember_savepoint(step& s, const cluster_view& old, const std::string& path) {
  record_savepoint(s, path, "Update");
  s.next.target->restore_path = path;
  if (is_beside(s.was)) {
    // Its own newest state from now on, whatever becomes of this deploy.
    s.next.job_status->last_checkpoint = path;
    s.next.job_status->last_checkpoint_time = its_time(s, old, serving_job(s.was));
    return s.event("SavepointCompleted", "savepoint of job " + serving_job(s.was) + ", which goes on: " + path);
  }
  s.next.savepoint_path = path;
  s.event("CanceledJob", "job " + serving_job(s.was) + " stopped with savepoint " + path);
}

bool out_of_time(const step& s) {
  return s.passed(s.was.target->step_started_at, patience(s, &timeouts::savepoint_seconds, defaults::savepoint));
}

/// The old job goes on, and what it gave away is its own newest state too.
void saved_beside(step& s, const cluster_view& old, const std::string& path) {
  auto job = serving_job(s.was);
  auto asked = s.answered(ask_savepoint{old.id, job, *s.was.target->trigger_id});
  auto* told = s.checkpoints(old, job, s.pace(), asked);
  auto taken = told && *told ? (*told)->latest_savepoint : std::nullopt;
  if (taken && taken->external_path != path && is_known_savepoint(s.was, taken->external_path))
    taken.reset();                                                           // one from before
  bool cached = !taken && s.x.now.steady - asked < defaults::rest_cache_age; // the answer came from Flink's cache
  if ((!told || cached) && old.leader && !out_of_time(s))
    return s.wait("Savepointing", "asking when the savepoint of job " + job + " was taken");
  if (taken && s.next.job_status) // where a lost trigger has left another one after it, that is the newest
    count_as_checkpoint(s, *taken);
  begin_submit(s, path, "job " + job + " has given its state away in " + path + " and goes on");
}

/// The path is known; all that is missing is the certainty that the old job has ended.
void await_end(step& s, const cluster_view& old, const std::string& path) {
  if (s.was.target->restore_path != path)
    remember_savepoint(s, old, path); // before it could be forgotten with its JobManager
  if (is_beside(s.was))
    return saved_beside(s, old, path);
  auto ended = job_ended(s, old, serving_job(s.was));
  if (ended.value_or(false))
    return old_job_gone(s, path, "the old job has ended with savepoint " + path);
  s.wait("OldJobEnding", "waiting for job " + serving_job(s.was) + " to end after its savepoint");
  if (out_of_time(s))
    s.trouble("OldClusterUnconfirmed", "savepoint " + path + " is complete, but JobManager of cluster " + old.id
                                           + " does not confirm that job " + serving_job(s.was)
                                           + " has ended; the new job is "
                                             "not started before that");
}

/// A job whose tasks do not all run cannot be stopped with a savepoint, however often it is asked. `nullopt`: they do,
/// but it has failed a moment ago, perhaps by the stop itself; in a crash loop there are such moments, too.
std::optional<bool> struggles(step& s, const cluster_view& old) {
  auto* known = s.job(old, serving_job(s.was), defaults::answer_max_age);
  if (!known || !*known)
    return false;
  auto& job = **known;
  if (!rest::all_tasks_running(job))
    return true;
  bool has_failed = job.last_failing > 0 && std::chrono::milliseconds{job.now - job.last_failing} < defaults::poll_job;
  return has_failed && !out_of_time(s) ? std::nullopt : std::optional{false};
}

/// No savepoint came of it. A job that runs well goes on: nothing is lost by giving the new version up. One that ended,
/// or does not get its tasks to run, goes on from its newest state; in BlueGreen the second version does, beside it.
void without_savepoint(step& s, const cluster_view& old, const std::string& why) {
  auto& trigger = s.was.target->trigger_id;
  // How the job was before the savepoint failed says nothing of how it is after.
  auto job = serving_job(s.was);
  auto verdict
      = std::max({s.answered(stop_job{old.id, job, *trigger}), s.answered(take_savepoint{old.id, job, *trigger}),
                  s.answered(ask_savepoint{old.id, job, *trigger})});
  auto ended = job_ended(s, old, job, verdict);
  if (!ended)
    return s.trouble("SavepointFailed", why + "; asking whether the old job still runs");
  auto struggling = *ended ? std::optional{true} : struggles(s, old);
  if (!struggling)
    return s.trouble("SavepointFailed", why + "; looking whether the old job, which has failed, runs well again");
  if (!*struggling) {
    s.warn("SavepointFailed", why);
    return fail_deploy(s, "SavepointFailed", why + "; the old job goes on");
  }
  auto state = newest_state(s, old, job);
  if (state.pending)
    return s.wait("LookingForState", "no savepoint of job " + job + "; looking for its newest state");
  s.warn("SavepointFailed", why);
  if (!state.problem.empty() && !s.was.target->start_from)
    return fail_deploy(s, "NoStateToRestore",
                       why + "; " + state.problem + (*ended ? "" : "; the old job is left as it is"));
  if (!*ended && is_beside(s.was))
    return begin_submit(s, state.path,
                        why + "; the second version starts from " + s.was.target->start_from.value_or(state.source));
  s.enter(phase::Recovering,
          why + "; the newest state of job " + job + " is " + (state.problem.empty() ? state.source : "not needed"));
}

/// It may not have arrived yet: whoever looks after the job that goes on has to know of it.
void stop_lost(step& s, const cluster_view& old) {
  without_savepoint(s, old, "the JobManager has lost the savepoint's trigger");
  bool given_up = phase_of(s.next) == phase::DeployFailed || phase_of(s.next) == phase::Rescaling;
  if (given_up)
    s.next.job_status->stop_trigger_id = s.was.target->trigger_id;
}

/// The JobManager does not know the trigger: it was forgotten, or never came.
void trigger_unknown(step& s, const cluster_view& old) {
  auto* known = s.checkpoints(old, serving_job(s.was), s.pace());
  if (!known)
    return s.wait("Savepointing", "looking for the savepoint of trigger " + *s.was.target->trigger_id);
  auto& last = *known ? (*known)->latest_savepoint : std::optional<rest::checkpoint>{};
  auto began = s.was.target->step_started_at ? k8s::parse_time(*s.was.target->step_started_at) : std::nullopt;
  // After one beside the job there may be checkpoints, and another is taken.
  bool may_be_its
      = *known && is_newest_savepoint(**known) && began && !is_known_savepoint(s.was, last->external_path)
     && std::chrono::system_clock::time_point{std::chrono::milliseconds{last->trigger_timestamp}} + defaults::clock_skew
            >= *began;
  // That of a stop ends the job, soon: where the job goes on it is another one, which nobody had written down yet.
  auto job = serving_job(s.was);
  auto ended = is_beside(s.was)
                 ? std::optional{true}
                 : job_ended(s, old, job, s.answered(ask_savepoint{old.id, job, *s.was.target->trigger_id}));
  if (may_be_its && ended.value_or(false))
    return await_end(s, old, last->external_path);
  if (may_be_its && !out_of_time(s))
    return s.wait("Savepointing",
                  "waiting for job " + job + " to end, if " + last->external_path + " is its last state");
  if (!is_beside(s.was))
    return stop_lost(s, old);
  if (out_of_time(s))
    return without_savepoint(s, old, "the JobManager has lost the savepoint's trigger");
  s.next.target->trigger_id = s.x.fresh.trigger_id; // one savepoint more does the job no harm
  s.because("the JobManager has lost the savepoint's trigger; taking another one");
}

void follow_trigger(step& s, const cluster_view& old) {
  auto& trigger = *s.was.target->trigger_id;
  auto* known = s.savepoint(old, serving_job(s.was), trigger, s.pace());
  if (!known)
    return s.wait("Savepointing", "stopping job " + serving_job(s.was) + " with a savepoint");
  if (!*known)
    return trigger_unknown(s, old);
  auto& savepoint = **known;
  if (savepoint.location)
    return await_end(s, old, *savepoint.location);
  if (savepoint.failure)
    return without_savepoint(s, old, "the savepoint failed: " + *savepoint.failure);
  s.wait("Savepointing", "the savepoint of job " + serving_job(s.was) + " is being written");
  if (!out_of_time(s))
    return;
  if (is_beside(s.was))
    fail_deploy(s, "SavepointTimeout", "no savepoint within timeouts.savepointSeconds; the old job goes on");
  else
    // Flink cannot take a stop back; whatever is done now would race with it.
    s.trouble("SavepointSlow", "the savepoint of job " + serving_job(s.was)
                                   + " takes longer than timeouts.savepointSeconds; "
                                     "waiting for Flink's own verdict (execution.checkpointing.timeout)");
}

bool same_life(const step& s, const cluster_view& old) {
  return !s.was.cluster->job_manager || !old.leader || *s.was.cluster->job_manager == incarnation_of(*old.leader);
}

/// Somebody has deleted the JobManager's Deployment: nothing starts one again. What is left of its cluster is removed,
/// and once it is gone the job has ended for certain.
bool clears_remains(step& s, const cluster_view& old) {
  if (old.job_manager || !old.job_manager_pods.empty() || old.gone())
    return false;
  remove_cluster(s, old.id);
  s.trouble("OldJobManagerDown", "the JobManager's Deployment of cluster " + old.id
                                     + " was deleted by somebody else; removing what is left of that cluster");
  return true;
}

void old_job_manager_down(step& s, const cluster_view& old) {
  wake(s, old);
  if (is_beside(s.was) && out_of_time(s))
    return fail_deploy(s, "SavepointTimeout", "no JobManager pod of the old cluster " + old.id + " runs");
  s.trouble("OldJobManagerDown",
            "no JobManager pod of cluster " + old.id + " runs; waiting for it, its job has not ended for certain");
}

} // namespace

void savepointing(step& s) {
  auto& t = s.was.target;
  if (!t || !s.was.cluster || !t->trigger_id)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  if (is_beside(s.was) && superseded(s))
    return;
  auto old = s.cluster(s.was.cluster->id);
  if (t->restore_path && is_beside(s.was))
    return await_end(s, old, *t->restore_path);
  if (clears_remains(s, old))
    return;
  if (t->restore_path)
    return await_end(s, old, *t->restore_path);
  if (old.gone() || (old.leader && !same_life(s, old) && !s.high_availability()))
    return without_savepoint(s, old, "the old JobManager was lost while the savepoint was taken");
  if (!old.leader)
    return old_job_manager_down(s, old);
  auto job = serving_job(s.was);
  action save = is_beside(s.was) ? action{take_savepoint{old.id, job, *t->trigger_id}}
                                 : action{stop_job{old.id, job, *t->trigger_id}};
  auto sent = s.order(save);
  if (sent == progress::pending)
    return s.wait("Savepointing", "asking job " + job + (is_beside(s.was) ? " for" : " to stop with") + " a savepoint");
  auto* why = s.failure_of(save);
  if (sent == progress::failed && why->kind != failure_class::duplicate)
    return without_savepoint(s, old, "the JobManager refuses the savepoint: " + why->message);
  follow_trigger(s, old);
}

void cancelling(step& s) {
  if (!s.was.target || !s.was.cluster)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  auto old = s.cluster(s.was.cluster->id);
  if (clears_remains(s, old))
    return;
  auto job = serving_job(s.was);
  auto ended = job_ended(s, old, job);
  if (ended.value_or(false)) {
    if (serving_cluster_is_idle(s))
      old_job_gone(s, std::nullopt, "the old job has ended; savepoints are disabled");
    return;
  }
  s.wait("Cancelling", "waiting for job " + job + " to be cancelled");
  if (ended)
    s.cancel(old.id, job);
  if (!old.leader)
    old_job_manager_down(s, old);
}

} // namespace flink
