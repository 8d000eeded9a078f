#include "flink/lifecycle/steps/periodic_savepoints.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/savepoints.hpp"
#include "k8s/timestamp.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

/// Why a savepoint is due.
struct wish {
  savepoint_reason reason;
  std::optional<std::string> nonce;
};

/// Returns the reason of a savepoint in parentheses; empty if there is none.
std::string in_brackets(std::optional<savepoint_reason> x) {
  return x ? " (" + std::string{to_string(*x)} + ")" : "";
}

/// Returns the time of the last savepoint of the schedule, successful or not; before the first one, the job's start.
std::optional<system_clock::time_point> last_scheduled(const status& x) {
  std::optional<system_clock::time_point> last;
  auto offer = [&](const k8s::timestamp& at) { last = std::max(last, std::optional{at.at()}); };
  for (auto& y : x.savepoints)
    if (y.reason == savepoint_reason::Schedule && y.time)
      offer(*y.time);
  if (x.last_savepoint && x.last_savepoint->reason == savepoint_reason::Schedule)
    offer(x.last_savepoint->finished_at);
  if (!last && x.job_status->start_time)
    offer(*x.job_status->start_time);
  return last;
}

std::optional<wish> due(queries& p) {
  auto& spec = p.in.app.spec;
  if (spec.savepoint_nonce && spec.savepoint_nonce != p.was.savepoint_nonce)
    return wish{savepoint_reason::Nonce, spec.savepoint_nonce};
  auto last = last_scheduled(p.was);
  if (!spec.savepoint_schedule || !last)
    return std::nullopt;
  auto left = *last + std::chrono::seconds{spec.savepoint_schedule->interval_seconds} - p.in.now.wall;
  if (left.count() <= 0)
    return wish{savepoint_reason::Schedule, std::nullopt};
  p.requeue_within(std::chrono::ceil<milliseconds>(left));
  return std::nullopt;
}

/// Begins a savepoint. Its trigger id is written down before the command is sent.
void begin(queries& p, const cluster_view& c, const rest::job& job, wish w) {
  auto& r = p.next.savepoint_request.emplace();
  r = {.reason = w.reason,
       .nonce = std::move(w.nonce),
       .cluster_id = c.id,
       .job_id = job.id,
       .job_manager = incarnation_of(*c.leader),
       .trigger_id = p.in.fresh.trigger_id,
       .started_at = p.now()};
  p.act(take_savepoint{r.cluster_id, r.job_id, r.trigger_id});
  p.because("a savepoint is due" + in_brackets(r.reason));
}

void conclude(queries& p, std::optional<std::string> path, std::optional<std::string> failure) {
  auto& r = *p.was.savepoint_request;
  if (path) {
    record_savepoint(p, *path, r.reason);
    p.event(reason::SavepointCompleted, "savepoint " + *path + " is complete" + in_brackets(r.reason));
  } else {
    p.warn(reason::SavepointFailed,
           "the savepoint of job " + r.job_id + " failed" + in_brackets(r.reason) + ": " + *failure);
  }
  p.because(path ? "savepoint " + *path + " is complete" : "the savepoint failed: " + *failure);
  if (r.nonce)
    p.next.savepoint_nonce = r.nonce;
  p.next.last_savepoint = savepoint_result{.reason = r.reason,
                                           .nonce = r.nonce,
                                           .finished_at = p.now(),
                                           .path = std::move(path),
                                           .failure = std::move(failure)};
  p.next.savepoint_request.reset();
}

std::chrono::steady_clock::time_point trigger_answered(const commands& p) {
  auto& r = *p.was.savepoint_request;
  return p.answered_at(ask_savepoint{r.cluster_id, r.job_id, r.trigger_id});
}

/// Returns the job's checkpoints in an answer that is younger than the trigger's.
const or_not_found<rest::checkpoints>* checkpoints_since(queries& p, const cluster_view& c) {
  auto& r = *p.was.savepoint_request;
  return p.ask(c, ask_checkpoints{c.id, r.job_id}, p.poll_interval(r.started_at), trigger_answered(p));
}

void complete(queries& p, const cluster_view& c, const std::string& path) {
  auto* told = checkpoints_since(p, c);
  if (!told)
    return;
  auto& last = *told ? (*told)->latest_savepoint : std::optional<rest::checkpoint>{};
  bool listed = last && last->external_path == path;
  if (!listed && p.in.now.steady - trigger_answered(p) < defaults::rest_cache_age)
    return p.requeue_within(defaults::poll_first); // the answer came from Flink's cache
  if (listed)
    count_as_checkpoint(p, *last);
  conclude(p, path, std::nullopt);
}

/// The JobManager does not know the trigger: it has restarted, or has forgotten it. The savepoint may still exist.
void trigger_lost(queries& p, const cluster_view& c) {
  auto& r = *p.was.savepoint_request;
  auto* told = checkpoints_since(p, c);
  if (!told)
    return;
  auto& last = *told ? (*told)->latest_savepoint : std::optional<rest::checkpoint>{};
  bool ours
      = last && !is_known_savepoint(p.was, last->external_path)
     && system_clock::time_point{milliseconds{last->trigger_timestamp}} + defaults::clock_skew >= r.started_at.at();
  if (ours) {
    count_as_checkpoint(p, *last);
    return conclude(p, last->external_path, std::nullopt);
  }
  auto& again = *p.next.savepoint_request;
  again.trigger_id = p.in.fresh.trigger_id;
  again.job_manager = incarnation_of(*c.leader);
  p.because("the JobManager no longer knows the savepoint");
}

void follow(queries& p, const cluster_view& c) {
  auto& r = *p.was.savepoint_request;
  if (r.job_manager != incarnation_of(*c.leader))
    return trigger_lost(p, c);
  action take = take_savepoint{r.cluster_id, r.job_id, r.trigger_id};
  auto sent = p.send(take);
  if (sent == progress::pending)
    return;
  if (auto* why = p.failure_of(take); sent == progress::failed && why->kind != failure_class::duplicate)
    return conclude(p, std::nullopt, why->message);
  auto* known
      = p.ask(c, ask_savepoint{c.id, r.job_id, r.trigger_id}, p.poll_interval(r.started_at), p.answered_at(take));
  if (!known)
    return;
  if (!*known)
    return sent == progress::unknown ? p.repeat(take) : trigger_lost(p, c);
  if ((*known)->location)
    complete(p, c, *(*known)->location);
  else if ((*known)->failure)
    conclude(p, std::nullopt, *(*known)->failure);
}

bool stands_on(const std::optional<job_status>& job, const std::string& path) {
  return job && (job->restore_path == path || job->last_checkpoint == path);
}

/// Returns whether a running job, its next start or a rollback may need a savepoint.
bool is_needed(const pass_inputs& p, const std::string& path) {
  auto& x = p.was;
  auto& spec = p.in.app.spec;
  auto stood_on = [&](auto& version) { return stands_on(version.job_status, path); };
  return stands_on(x.job_status, path) || std::ranges::any_of(x.version_statuses, stood_on) || x.savepoint_path == path
      || (x.target && (x.target->restore_path == path || x.target->start_from == path)) || spec.savepoint_path == path
      || (spec.restore_from && spec.restore_from->path == path);
}

/// Returns the oldest savepoint of the schedule that exceeds spec.savepointSchedule.keep.
std::optional<std::string> superfluous(const pass_inputs& p) {
  auto& schedule = p.in.app.spec.savepoint_schedule;
  if (!schedule)
    return std::nullopt;
  auto& all = p.was.savepoints;
  auto left = std::count_if(all.begin(), all.end(), [](auto& x) { return x.reason == savepoint_reason::Schedule; })
            - schedule->keep.value_or(defaults::scheduled_savepoints_kept);
  for (auto i = all.begin(); i != all.end() && left > 0; ++i)
    if (i->reason == savepoint_reason::Schedule && left-- > 0 && !is_needed(p, i->path))
      return i->path;
  return std::nullopt;
}

void forget_savepoint(queries& p, const std::string& path, const std::optional<std::string>& failure) {
  std::erase_if(p.next.savepoints, [&](auto& x) { return x.path == path; });
  p.because("savepoint " + path + " is disposed of");
  if (failure && failure->find("FileNotFoundException") == failure->npos)
    p.warn(reason::SavepointNotDisposed,
           "cannot delete savepoint " + path
               + ", and the operator no longer tracks it; delete it by hand: " + *failure);
}

void dispose(queries& p, const cluster_view& c, const std::string& path) {
  action order = dispose_savepoint{c.id, path};
  auto last = p.in.seen.outcomes.find(order);
  if (last != p.in.seen.outcomes.end() && last->second.asked != incarnation_of(*c.leader))
    return p.repeat(order); // an earlier incarnation forgot what it was asked
  auto sent = p.send(order);
  if (sent == progress::failed)
    return forget_savepoint(p, path, p.failure_of(order)->message);
  if (sent == progress::unknown)
    return p.repeat(order); // nothing is lost by disposing twice
  auto* known = sent == progress::done ? p.disposal(c, path, defaults::poll_longest) : nullptr;
  if (known && !*known)
    p.repeat(order);
  else if (known && !(*known)->in_progress)
    forget_savepoint(p, path, (*known)->failure);
}

} // namespace

void take_due_savepoints(queries& p) {
  if (!p.was.cluster || !p.next.job_status || !p.was.job_status)
    return;
  auto& r = p.was.savepoint_request;
  if (r && (r->cluster_id != p.was.cluster->id || r->job_id != serving_job(p.was)))
    return p.next.savepoint_request.reset(); // its job is gone; one that is still wanted is begun anew
  auto c = p.cluster(p.was.cluster->id);
  auto* job = p.known_job(c, serving_job(p.was));
  if (!job)
    return;
  if (r && rest::is_terminal(job->state))
    return conclude(p, std::nullopt, "the job is " + std::string{to_string(job->state)});
  if (r)
    return follow(p, c);
  if (!p.in.errors.empty())
    return; // a schedule that could not be read would be due for ever
  auto wanted = due(p);
  if (wanted && rest::all_tasks_running(*job))
    return begin(p, c, *job, std::move(*wanted));
  if (wanted && wanted->nonce)
    p.wait(reason::SavepointWaiting, "the savepoint for spec.savepointNonce waits until all tasks of the job run");
  if (auto path = superfluous(p))
    dispose(p, c, *path);
}

} // namespace flink
