#include "flink/lifecycle/steps/end_jobs.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/savepoints.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

void remember_savepoint(report& p, const std::string& path, savepoint_reason reason) {
  p.next.savepoint_path = path;
  record_savepoint(p, path, reason);
}

/// Returns whether the first query about a job is on its way.
bool is_being_asked(const commands& p, const cluster_view& c, const job_id& job_id) {
  return c.leader && !c.known(ask_job{c.id, job_id}) && !p.failure_of(ask_job{c.id, job_id});
}

void record_saved(report& p, const live_job& job, const std::string& path) {
  if (p.was.savepoint_path == path)
    return;
  remember_savepoint(p, path, p.next.deletion ? savepoint_reason::Delete : savepoint_reason::Suspend);
  p.because("the savepoint is complete: " + path);
  p.event(reason::CanceledJob, "job " + job.job_id + " stopped with savepoint " + path);
}

/// Records the savepoint of a trigger that completed before the job was seen to end. Returns whether the trigger has
/// ended and nothing is left to write down.
bool pick_up_savepoint(queries& p, const cluster_view& c, const ending& record, const live_job& job) {
  if (!triggered(record, job) || !c.leader)
    return true;
  auto* known = p.ask(c, ask_savepoint{c.id, job.job_id, *record.trigger_id}, p.poll_interval());
  if (known && *known && (*known)->location && p.was.savepoint_path != *(*known)->location) {
    record_saved(p, job, *(*known)->location);
    return false; // the status records it first
  }
  return known && (!*known || !(*known)->in_progress);
}

/// Returns when the failure of the record's trigger was last reported.
steady_clock::time_point failed_at(const commands& p, const ending& record) {
  auto asked = p.answered_at(ask_savepoint{*record.cluster_id, *record.job_id, *record.trigger_id});
  return std::max(asked, p.answered_at(stop_job{*record.cluster_id, *record.job_id, *record.trigger_id}));
}

} // namespace

std::vector<live_job> possible_jobs(const status& x) {
  using enum live_job::standing;
  std::vector<live_job> all;
  auto& t = x.target;
  if (t && t->rollback && x.cluster && t->rollback->job_id)
    all.push_back({x.cluster->id, *t->rollback->job_id, starting});
  if (t && t->job_id)
    all.push_back({t->cluster_id, *t->job_id, t->rollback || runs_side_by_side(x) ? given_up : starting});
  if (auto second = second_job(x); !second.empty())
    all.push_back({x.updating_cluster->id, second, serving});
  if (x.cluster && !serving_job(x).empty() && !old_cluster_at_zero(x))
    all.push_back({x.cluster->id, serving_job(x), serving});
  return all;
}

bool triggered(const ending& record, const live_job& job) {
  return record.trigger_id && record.job_id == job.job_id && record.cluster_id == job.cluster_id;
}

bool end_for_good(pass& p, const ending& record, const live_job& job, void (*end)(pass& p, const live_job& job),
                  void (*cannot_save)(pass& p, const std::string& why)) {
  auto c = p.cluster(job.cluster_id);
  if (c.gone())
    return true;
  auto fate = fate_before_removal(p, c, job.job_id, job.as == live_job::standing::serving);
  if (fate == job_fate::ended)
    return pick_up_savepoint(p, c, record, job);
  if (fate == job_fate::running)
    end(p, job);
  else if (is_being_asked(p, c, job.job_id))
    p.wait(reason::AskingJob, "checking whether job " + job.job_id + " runs");
  else {
    restore_replicas(p, c);
    cannot_save(p, "the JobManager of cluster " + c.id + " does not answer");
  }
  return false;
}

std::optional<std::string> stop_with_savepoint(queries& p, const ending& record, ending& next, const live_job& job) {
  if (!triggered(record, job)) {
    next.cluster_id = job.cluster_id;
    next.job_id = job.job_id;
    next.trigger_id = p.in.fresh.trigger_id;
    p.event(reason::CancellingJob, "stopping job " + job.job_id + " with a savepoint");
    p.wait(reason::Savepointing, "stopping job " + job.job_id + " with a savepoint");
    return std::nullopt;
  }
  action stop = stop_job{job.cluster_id, job.job_id, *record.trigger_id};
  auto sent = p.send(stop);
  p.wait(reason::Savepointing, "the savepoint of job " + job.job_id + " is being written");
  if (sent == progress::pending)
    return std::nullopt;
  if (auto* why = p.failure_of(stop); sent == progress::failed && why->kind != failure_class::duplicate)
    return why->message;
  auto* known = p.ask(p.cluster(job.cluster_id), ask_savepoint{job.cluster_id, job.job_id, *record.trigger_id},
                      p.poll_interval(), p.answered_at(stop));
  if (known && *known && (*known)->failure)
    return *(*known)->failure;
  if (known && !*known && sent == progress::unknown)
    p.repeat(stop); // the outcome is unknown; the same trigger makes a repetition harmless
  else if (known && !*known)
    return "the JobManager no longer knows the savepoint";
  else if (known && (*known)->location)
    record_saved(p, job, *(*known)->location);
  return std::nullopt;
}

void stop_again(commands& p, const ending& record, ending& next) {
  auto age = std::chrono::duration_cast<milliseconds>(p.in.now.wall - record.started_at.at());
  auto pause = std::clamp(age / 4, defaults::savepoint_retry_first, defaults::savepoint_retry_longest);
  auto left = failed_at(p, record) + pause - p.in.now.steady;
  if (left.count() <= 0)
    next.trigger_id = p.in.fresh.trigger_id;
  else
    p.requeue_within(std::chrono::ceil<milliseconds>(left));
}

void stop_without_savepoint(commands& p, const live_job& job) {
  p.cancel(job.cluster_id, job.job_id);
  p.wait(reason::Cancelling, "waiting for job " + job.job_id + " to be cancelled");
}

} // namespace flink
