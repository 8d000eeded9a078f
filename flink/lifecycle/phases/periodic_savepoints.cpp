// Savepoints beside a job that runs: spec.savepointNonce asks for one now, spec.savepointSchedule for one now and then,
// and for the removal of those that are older than it keeps. The job goes on all the while.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

constexpr const char* scheduled = "Schedule";

/// Why a savepoint is due.
struct wish {
  std::string reason;
  std::optional<std::string> nonce;
};

std::optional<system_clock::time_point> time_of(const std::optional<std::string>& text) {
  return text ? k8s::parse_time(*text) : std::nullopt;
}

/// The last success or attempt; before the first one the start of the job.
std::optional<system_clock::time_point> last_scheduled(const status& x) {
  std::optional<system_clock::time_point> last;
  auto offer = [&](const std::string& text) { last = std::max(last, k8s::parse_time(text)); };
  for (auto& y : x.savepoints)
    if (y.reason == scheduled)
      offer(y.time);
  if (x.last_savepoint && x.last_savepoint->reason == scheduled)
    offer(x.last_savepoint->finished_at);
  return last ? last : time_of(x.job_status->start_time);
}

std::optional<wish> due(step& s) {
  auto& spec = s.x.app.spec;
  if (spec.savepoint_nonce && spec.savepoint_nonce != s.was.savepoint_nonce)
    return wish{"Nonce", spec.savepoint_nonce};
  auto last = last_scheduled(s.was);
  if (!spec.savepoint_schedule || !last)
    return std::nullopt;
  auto left = *last + std::chrono::seconds{spec.savepoint_schedule->interval_seconds} - s.x.now.wall;
  if (left.count() <= 0)
    return wish{scheduled, std::nullopt};
  s.look_within(std::chrono::ceil<milliseconds>(left));
  return std::nullopt;
}

/// The identity is written down before the order goes out.
void begin(step& s, const cluster_view& c, const rest::job& job, wish w) {
  auto& r = s.next.savepoint_request.emplace();
  r = {.reason = std::move(w.reason),
       .nonce = std::move(w.nonce),
       .cluster_id = c.id,
       .job_id = job.id,
       .job_manager = incarnation_of(*c.leader),
       .trigger_id = s.x.fresh.trigger_id,
       .started_at = s.now_text()};
  s.act(take_savepoint{r.cluster_id, r.job_id, r.trigger_id});
  s.because("a savepoint is due (" + r.reason + ")");
}

void conclude(step& s, std::optional<std::string> path, std::optional<std::string> failure) {
  auto& r = *s.was.savepoint_request;
  if (path) {
    record_savepoint(s, *path, r.reason);
    s.event("SavepointCompleted", "savepoint " + *path + " is complete (" + r.reason + ")");
  } else {
    s.warn("SavepointFailed", "the savepoint of job " + r.job_id + " failed (" + r.reason + "): " + *failure);
  }
  s.because(path ? "savepoint " + *path + " is complete" : "the savepoint failed: " + *failure);
  if (r.nonce)
    s.next.savepoint_nonce = r.nonce;
  s.next.last_savepoint = savepoint_result{.reason = r.reason,
                                           .nonce = r.nonce,
                                           .finished_at = s.now_text(),
                                           .path = std::move(path),
                                           .failure = std::move(failure)};
  s.next.savepoint_request.reset();
}

std::chrono::steady_clock::time_point trigger_answered(const step& s) {
  auto& r = *s.was.savepoint_request;
  return s.answered(ask_savepoint{r.cluster_id, r.job_id, r.trigger_id});
}

/// What the JobManager says of the job's checkpoints since it was asked for the trigger.
const maybe<rest::checkpoints>* checkpoints_since(step& s, const cluster_view& c) {
  auto& r = *s.was.savepoint_request;
  return s.checkpoints(c, r.job_id, s.pace(r.started_at), trigger_answered(s));
}

void complete(step& s, const cluster_view& c, const std::string& path) {
  auto* told = checkpoints_since(s, c);
  if (!told)
    return;
  auto& last = *told ? (*told)->latest_savepoint : std::optional<rest::checkpoint>{};
  bool listed = last && last->external_path == path;
  if (!listed && s.x.now.steady - trigger_answered(s) < defaults::rest_cache_age)
    return s.look_within(defaults::poll_first); // the answer came from Flink's cache
  if (listed)
    count_as_checkpoint(s, *last);
  conclude(s, path, std::nullopt);
}

/// The JobManager does not know the trigger: it has restarted, or has forgotten it. The savepoint may be there.
void trigger_lost(step& s, const cluster_view& c) {
  auto& r = *s.was.savepoint_request;
  auto* told = checkpoints_since(s, c);
  if (!told)
    return;
  auto& last = *told ? (*told)->latest_savepoint : std::optional<rest::checkpoint>{};
  auto began = time_of(r.started_at);
  bool ours = last && began && !is_known_savepoint(s.was, last->external_path)
           && system_clock::time_point{milliseconds{last->trigger_timestamp}} + defaults::clock_skew >= *began;
  if (ours) {
    count_as_checkpoint(s, *last);
    return conclude(s, last->external_path, std::nullopt);
  }
  auto& again = *s.next.savepoint_request;
  again.trigger_id = s.x.fresh.trigger_id;
  again.job_manager = incarnation_of(*c.leader);
  s.because("the JobManager has lost the savepoint's trigger");
}

void follow(step& s, const cluster_view& c) {
  auto& r = *s.was.savepoint_request;
  if (r.job_manager != incarnation_of(*c.leader))
    return trigger_lost(s, c);
  action take = take_savepoint{r.cluster_id, r.job_id, r.trigger_id};
  auto sent = s.order(take);
  if (sent == progress::pending)
    return;
  if (auto* why = s.failure_of(take); sent == progress::failed && why->kind != failure_class::duplicate)
    return conclude(s, std::nullopt, why->message);
  auto* known = s.savepoint(c, r.job_id, r.trigger_id, s.pace(r.started_at), s.answered(take));
  if (!known)
    return;
  if (!*known)
    return sent == progress::unknown ? s.send_again(take) : trigger_lost(s, c);
  if ((*known)->location)
    complete(s, c, *(*known)->location);
  else if ((*known)->failure)
    conclude(s, std::nullopt, *(*known)->failure);
}

// -- disposal -----------------------------------------------------------------------------------------

bool stands_on(const std::optional<job_status>& job, const std::string& path) {
  return job && (job->restore_path == path || job->last_checkpoint == path);
}

/// What a job that runs, its next start or a rollback may be started from.
bool is_needed(const step& s, const std::string& path) {
  auto& x = s.was;
  auto& spec = s.x.app.spec;
  auto stood_on = [&](auto& version) { return stands_on(version.job_status, path); };
  return stands_on(x.job_status, path) || std::ranges::any_of(x.version_statuses, stood_on) || x.savepoint_path == path
      || (x.target && (x.target->restore_path == path || x.target->start_from == path)) || spec.savepoint_path == path
      || (spec.restore_from && spec.restore_from->path == path);
}

/// The oldest savepoint of the schedule that is one too many.
std::optional<std::string> superfluous(const step& s) {
  auto& schedule = s.x.app.spec.savepoint_schedule;
  if (!schedule)
    return std::nullopt;
  auto& all = s.was.savepoints;
  auto left = std::count_if(all.begin(), all.end(), [](auto& x) { return x.reason == scheduled; })
            - schedule->keep.value_or(defaults::scheduled_savepoints_kept);
  for (auto i = all.begin(); i != all.end() && left > 0; ++i)
    if (i->reason == scheduled && left-- > 0 && !is_needed(s, i->path))
      return i->path;
  return std::nullopt;
}

void forget_savepoint(step& s, const std::string& path, const std::optional<std::string>& failure) {
  std::erase_if(s.next.savepoints, [&](auto& x) { return x.path == path; });
  s.because("savepoint " + path + " is disposed of");
  if (failure && failure->find("FileNotFoundException") == failure->npos)
    s.warn("SavepointNotDisposed",
           "savepoint " + path + " is not remembered any more and has to be removed by hand: " + *failure);
}

void dispose(step& s, const cluster_view& c, const std::string& path) {
  action order = dispose_savepoint{c.id, path};
  auto last = s.x.seen.outcomes.find(to_string(order));
  if (last != s.x.seen.outcomes.end() && last->second.asked != incarnation_of(*c.leader))
    return s.send_again(order); // what was asked of an earlier life is forgotten
  auto sent = s.order(order);
  if (sent == progress::failed)
    return forget_savepoint(s, path, s.failure_of(order)->message);
  if (sent == progress::unknown)
    return s.send_again(order); // nothing is lost by disposing twice
  auto* known = sent == progress::done ? s.disposal(c, path, defaults::poll_longest) : nullptr;
  if (known && !*known)
    s.send_again(order);
  else if (known && !(*known)->in_progress)
    forget_savepoint(s, path, (*known)->failure);
}

} // namespace

void count_as_checkpoint(step& s, const rest::checkpoint& x) {
  auto& job = *s.next.job_status;
  auto taken = system_clock::time_point{milliseconds{x.trigger_timestamp}}; // both times are the JobManager's
  auto known = job.last_checkpoint == job.restore_path ? std::nullopt : time_of(job.last_checkpoint_time);
  if (known && *known > taken && job.last_checkpoint != x.external_path)
    return;
  job.last_checkpoint = x.external_path;
  job.last_checkpoint_time = k8s::format_milliseconds(taken);
}

bool is_newest_savepoint(const rest::checkpoints& x) {
  auto& last = x.latest_savepoint;
  return last && (!x.latest_completed || x.latest_completed->trigger_timestamp <= last->trigger_timestamp);
}

bool is_known_savepoint(const status& x, const std::string& path) {
  return (x.job_status && x.job_status->restore_path == path)
      || std::any_of(x.savepoints.begin(), x.savepoints.end(), [&](auto& y) { return y.path == path; });
}

void record_savepoint(step& s, const std::string& path, const std::string& reason) {
  auto& all = s.next.savepoints;
  all.push_back({path, s.now_text(), reason});
  auto counted = [](auto& x) { return x.reason != scheduled; }; // the schedule's go when they are disposed of
  if (std::count_if(all.begin(), all.end(), counted) > static_cast<std::ptrdiff_t>(defaults::remembered_savepoints))
    all.erase(std::find_if(all.begin(), all.end(), counted));
}

void save_beside(step& s) {
  if (!s.was.cluster || !s.next.job_status || !s.was.job_status)
    return;
  auto& r = s.was.savepoint_request;
  if (r && (r->cluster_id != s.was.cluster->id || r->job_id != serving_job(s.was)))
    return s.next.savepoint_request.reset(); // its job is gone; one that is still wanted is begun anew
  auto c = s.cluster(s.was.cluster->id);
  auto* job = s.known_job(c, serving_job(s.was));
  if (!job)
    return;
  if (r && rest::is_terminal(job->state))
    return conclude(s, std::nullopt, "the job is " + std::string{to_string(job->state)});
  if (r)
    return follow(s, c);
  if (!s.x.complaints.empty())
    return; // a schedule that could not be read would be due for ever
  auto wanted = due(s);
  if (wanted && rest::all_tasks_running(*job))
    return begin(s, c, *job, std::move(*wanted));
  if (wanted && wanted->nonce)
    s.wait("SavepointWaiting", "the savepoint that savepointNonce asks for waits until all tasks of the job run");
  if (auto path = superfluous(s))
    dispose(s, c, *path);
}

} // namespace flink
