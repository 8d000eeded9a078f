#include "flink/lifecycle/steps/adaptive_rescale.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Returns the vertices that follow the job's parallelism, by the present bounds and the compiled job. Empty if the
/// compiled job is not the running one, or if the bounds are not as expected.
std::vector<std::string> followers(const rest::requirements& present, const rest::vertex_plan* plan, int32_t from,
                                   int32_t to) {
  std::vector<std::string> out;
  for (auto& [id, bounds] : present) {
    auto planned = plan ? plan->find(id) : rest::vertex_plan::const_iterator{};
    if (plan && (planned == plan->end() || plan->size() != present.size()))
      return {};
    if (bounds.upper == from && (!plan || planned->second == to))
      out.push_back(id);
  }
  return out;
}

rest::requirements with_parallelism(rest::requirements all, const std::vector<std::string>& of, int32_t parallelism) {
  for (auto& id : of)
    if (auto i = all.find(id); i != all.end())
      i->second = {.lower = std::min(i->second.lower, parallelism), .upper = parallelism};
  return all;
}

struct change {
  int32_t from;
  int32_t to;
};

change wanted(const pass& p) {
  return {*p.was.job_status->parallelism, p.was.target->job->parallelism};
}

action rescale_command(const pass& p, const cluster_view& c, int32_t parallelism, rest::requirements bounds = {}) {
  return rescale_job{c.id, serving_job(p.was), parallelism, std::move(bounds)};
}

/// Returns when the JobManager last answered a command to rescale, up or down.
std::chrono::steady_clock::time_point last_changed(const pass& p, const cluster_view& c) {
  auto [from, to] = wanted(p);
  return std::max(p.answered_at(rescale_command(p, c, from)), p.answered_at(rescale_command(p, c, to)));
}

bool out_of_time(const pass& p) {
  return p.passed(p.was.target->step_started_at, p.timeout(&timeouts::job_start_seconds, defaults::job_start));
}

/// Returns the failure if the JobManager has refused a command for good.
const failure* refused_for_good(const pass& p, const action& order) {
  auto* why = p.failure_of(order);
  bool open
      = !why || retryable(why->kind) || why->kind == failure_class::unknown || why->kind == failure_class::forbidden;
  return open ? nullptr : why;
}

/// Like refused_for_good(), but only for a refusal of this try, not of an earlier one. Ignores that the job is gone:
/// other answers report that.
const failure* refusal(const pass& p, const action& order) {
  auto* why = refused_for_good(p, order);
  auto& began = p.was.target->step_started_at;
  bool verdict = why && why->kind != failure_class::gone && began;
  return verdict && p.in.now.steady - p.answered_at(order) <= p.in.now.wall - began->at() ? why : nullptr;
}

/// Sets the bounds. Returns whether the JobManager uses them.
bool ensure_bounds(pass& p, const cluster_view& c, const rest::requirements& present, int32_t parallelism,
                   rest::requirements bounds) {
  if (present == bounds)
    return true;
  auto order = rescale_command(p, c, parallelism, std::move(bounds));
  p.ensure(order);
  if (refused_for_good(p, order))
    p.repeat(order); // to an earlier try, or about a job that was not there for a moment
  p.wait(reason::RescalingJob, "asking the JobManager of cluster " + c.id + " to run job " + serving_job(p.was)
                                   + " with parallelism " + std::to_string(parallelism));
  return false;
}

/// Returns whether the vertices run with that parallelism.
bool has_parallelism(const rest::job& job, const std::vector<std::string>& vertices, int32_t parallelism) {
  return rest::all_tasks_running(job) && std::all_of(vertices.begin(), vertices.end(), [&](auto& id) {
           auto i = std::find_if(job.vertices.begin(), job.vertices.end(), [&](auto& x) { return x.id == id; });
           return i != job.vertices.end() && i->parallelism == parallelism;
         });
}

/// Concludes the deploy: the same job runs on, with the higher parallelism.
void conclude_rescale(pass& p, const cluster_view& c, const rest::job& job) {
  auto [from, to] = wanted(p);
  conclude_deploy(p);
  p.next.cluster->spec_hash = p.was.target->spec_hash;
  p.next.job_status->parallelism = to;
  record_job(p, job);
  record_cluster(p, c);
  p.enter(phase::Running, "job " + job.id + " has parallelism " + std::to_string(to));
  p.event(reason::JobRescaled, "job " + job.id + " runs on cluster " + c.id + " with parallelism " + std::to_string(to)
                                   + " instead of " + std::to_string(from));
}

void restart_instead(pass& p, const std::string& why) {
  leave_old_job(p, why + "; the operator restarts the job with parallelism " + std::to_string(wanted(p).to));
}

/// Sets and checks the bounds after the JobManager's answer.
void raise(pass& p, const cluster_view& c, const rest::requirements& present, const rest::job* job) {
  auto to = wanted(p).to;
  auto& vertices = p.was.target->rescaled_vertices;
  if (ensure_bounds(p, c, present, to, with_parallelism(present, vertices, to))) {
    if (job && has_parallelism(*job, vertices, to))
      return conclude_rescale(p, c, *job);
    p.wait(reason::RescalingJob,
           "waiting for job " + serving_job(p.was) + " to run with parallelism " + std::to_string(to));
  }
  if (auto* why = refusal(p, rescale_command(p, c, to)))
    fail_deploy(p, reason::RescaleRefused,
                "the JobManager of cluster " + c.id + " refuses parallelism " + std::to_string(to) + ": "
                    + why->message);
}

bool begin_rescale_while_running(pass& p, const cluster_view& c, const std::string& why) {
  auto [from, to] = wanted(p);
  auto job = serving_job(p.was);
  auto* present
      = p.ask(c, ask_requirements{c.id, job}, defaults::answer_max_age, p.in.now.steady - defaults::answer_max_age);
  if (fate_of_job(p, c, job) == job_fate::ended) {
    restart_instead(p, "job " + job + " has ended by itself");
    return true;
  }
  if (!present || !*present) {
    p.wait(reason::AskingForRescale, "reading the parallelism bounds of job " + job);
    return false;
  }
  auto plan = c.replies->plans.find(to);
  bool known = plan != c.replies->plans.end() && !plan->second.empty();
  auto vertices = followers(**present, known ? &plan->second : nullptr, from, to);
  if (vertices.empty()) {
    restart_instead(p, "the operator cannot determine which vertices of job " + job + " to rescale");
    return true;
  }
  p.next.target->rescaled_vertices = std::move(vertices);
  p.enter(phase::Rescaling, why + ", and its JobManager assigns them to the job");
  p.wait(reason::RescalingJob,
         "asking the JobManager of cluster " + c.id + " to run job " + job + " with parallelism " + std::to_string(to));
  return true;
}

} // namespace

bool rescale_or_restart(pass& p, const cluster_view& c, const std::string& why) {
  auto& t = *p.was.target;
  // A job can load other state only at its start.
  bool may_run_on = p.in.app.spec.scale_mode == scale_mode::Adaptive && !t.start_from;
  auto* can = may_run_on ? p.ask(c, ask_features{c.id}, defaults::poll_job) : nullptr;
  if (may_run_on && !can) {
    p.wait(reason::AskingForRescale,
           "asking whether JobManager " + c.leader->head.key.name + " can rescale a running job");
    return false;
  }
  if (!can || !can->rescale) {
    leave_old_job(p, why);
    return true;
  }
  return begin_rescale_while_running(p, c, why);
}

void raise_parallelism(pass& p, const cluster_view& c) {
  auto job_id = serving_job(p.was);
  if (fate_of_job(p, c, job_id) == job_fate::ended)
    return restart_instead(p, "job " + job_id + " has ended by itself");
  auto* job = p.ask(c, ask_job{c.id, job_id}, p.poll_interval(), last_changed(p, c));
  auto* present = p.ask(c, ask_requirements{c.id, job_id}, p.poll_interval(), last_changed(p, c));
  if (present && *present)
    raise(p, c, **present, job && *job ? &**job : nullptr);
  else
    p.wait(reason::RescalingJob, "reading the parallelism bounds of job " + job_id);
  if (phase_of(p.next) != phase::Rescaling || p.next.target->rollback || !out_of_time(p))
    return;
  fail_deploy(p, reason::RescaleTimeout,
              "the job did not reach its parallelism within timeouts.jobStartSeconds; at the end: "
                  + p.waits_for().message);
}

bool restore_parallelism(pass& p) {
  auto c = p.cluster(p.was.cluster->id);
  auto job_id = serving_job(p.was);
  if (!is_adaptive(p.was) || !c.leader || out_of_time(p) || fate_of_job(p, c, job_id) == job_fate::ended)
    return true;
  auto from = wanted(p).from;
  auto* job = p.ask(c, ask_job{c.id, job_id}, p.poll_interval(), last_changed(p, c));
  auto* present = p.ask(c, ask_requirements{c.id, job_id}, p.poll_interval(), last_changed(p, c));
  if (!present || !*present) {
    p.wait(reason::TakingRescaleBack, "reading the parallelism bounds of job " + job_id);
    return false;
  }
  auto& vertices = p.was.target->rescaled_vertices;
  if (!ensure_bounds(p, c, **present, from, with_parallelism(**present, vertices, from)))
    return refusal(p, rescale_command(p, c, from)) != nullptr;
  if (job && *job && has_parallelism(**job, vertices, from))
    return true;
  p.wait(reason::TakingRescaleBack, "waiting for job " + job_id + " to run with parallelism " + std::to_string(from));
  return false;
}

} // namespace flink
