// Rescaling in scaleMode Adaptive: the job gets its parallelism from the JobManager's resource requirements and is not
// stopped. They are set as often as need be; what has come of it is observed.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// The vertices that follow the job's parallelism, as the present bounds and the compiled job tell. Where that does not
/// look like the job that runs, or the bounds are not what they should be, there are none.
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

change wanted(const step& s) {
  return {*s.was.job_status->parallelism, s.was.target->job->parallelism};
}

action order_of(const step& s, const cluster_view& c, int32_t parallelism, rest::requirements bounds = {}) {
  return rescale_job{c.id, serving_job(s.was), parallelism, std::move(bounds)};
}

/// When the JobManager answered last what it was asked to change, either way.
std::chrono::steady_clock::time_point last_changed(const step& s, const cluster_view& c) {
  auto [from, to] = wanted(s);
  return std::max(s.answered(order_of(s, c, from)), s.answered(order_of(s, c, to)));
}

bool out_of_time(const step& s) {
  return s.passed(s.was.target->step_started_at, patience(s, &timeouts::job_start_seconds, defaults::job_start));
}

/// The JobManager's no, if that is its answer.
const failure* says_no(const step& s, const action& order) {
  auto* why = s.failure_of(order);
  bool open
      = !why || retryable(why->kind) || why->kind == failure_class::unknown || why->kind == failure_class::forbidden;
  return open ? nullptr : why;
}

/// ... to this try, not to an earlier one that was given up. That a job is gone is for its JobManager to say elsewhere.
const failure* refusal(const step& s, const action& order) {
  auto* why = says_no(s, order);
  auto began = s.was.target->step_started_at ? k8s::parse_time(*s.was.target->step_started_at) : std::nullopt;
  bool verdict = why && why->kind != failure_class::gone && began;
  return verdict && s.x.now.steady - s.answered(order) <= s.x.now.wall - *began ? why : nullptr;
}

/// Returns whether the JobManager goes by `bounds`; asks for it if not.
bool is_set(step& s, const cluster_view& c, const rest::requirements& present, int32_t parallelism,
            rest::requirements bounds) {
  if (present == bounds)
    return true;
  auto order = order_of(s, c, parallelism, std::move(bounds));
  s.insist(order);
  if (says_no(s, order))
    s.send_again(order); // to an earlier try, or about a job that was not there for a moment
  s.wait("RescalingJob", "asking the JobManager of cluster " + c.id + " for parallelism " + std::to_string(parallelism)
                             + " of job " + serving_job(s.was));
  return false;
}

/// Do the vertices have it, and run?
bool has_parallelism(const rest::job& job, const std::vector<std::string>& vertices, int32_t parallelism) {
  return rest::all_tasks_running(job) && std::all_of(vertices.begin(), vertices.end(), [&](auto& id) {
           auto i = std::find_if(job.vertices.begin(), job.vertices.end(), [&](auto& x) { return x.id == id; });
           return i != job.vertices.end() && i->parallelism == parallelism;
         });
}

/// The deploy is concluded: the job that ran is the one that runs, with more parallelism.
void rescaled(step& s, const cluster_view& c, const rest::job& job) {
  auto [from, to] = wanted(s);
  deployed(s);
  s.next.cluster->spec_hash = s.was.target->spec_hash;
  s.next.job_status->parallelism = to;
  record_job(s, job);
  record_cluster(s, c);
  s.enter(phase::Running, "job " + job.id + " has parallelism " + std::to_string(to));
  s.event("JobRescaled", "job " + job.id + " runs on cluster " + c.id + " with parallelism " + std::to_string(to)
                             + " instead of " + std::to_string(from));
}

void restart_instead(step& s, const std::string& why) {
  leave_old_job(s, why + "; the job is started again with parallelism " + std::to_string(wanted(s).to));
}

/// The JobManager has said so much; what does it come to?
void raise(step& s, const cluster_view& c, const rest::requirements& present, const rest::job* job) {
  auto to = wanted(s).to;
  auto& vertices = s.was.target->rescaled_vertices;
  if (is_set(s, c, present, to, with_parallelism(present, vertices, to))) {
    if (job && has_parallelism(*job, vertices, to))
      return rescaled(s, c, *job);
    s.wait("RescalingJob", "waiting for job " + serving_job(s.was) + " to run with parallelism " + std::to_string(to));
  }
  if (auto* why = refusal(s, order_of(s, c, to)))
    fail_deploy(s, "RescaleRefused",
                "the JobManager of cluster " + c.id + " refuses parallelism " + std::to_string(to) + ": "
                    + why->message);
}

bool begin_rescale_while_running(step& s, const cluster_view& c, const std::string& why) {
  auto [from, to] = wanted(s);
  auto job = serving_job(s.was);
  auto* present = s.requirements(c, job, defaults::answer_max_age, s.x.now.steady - defaults::answer_max_age);
  if (job_ended(s, c, job).value_or(false)) {
    restart_instead(s, "job " + job + " has ended by itself");
    return true;
  }
  if (!present || !*present) {
    s.wait("AskingForRescale", "asking which parallelism job " + job + " may have");
    return false;
  }
  auto plan = c.told->plans.find(to);
  bool known = plan != c.told->plans.end() && !plan->second.empty();
  auto vertices = followers(**present, known ? &plan->second : nullptr, from, to);
  if (vertices.empty()) {
    restart_instead(s, "it cannot be told which vertices of job " + job + " are to have it");
    return true;
  }
  s.next.target->rescaled_vertices = std::move(vertices);
  s.enter(phase::Rescaling, why + ", and its JobManager gives them to the job");
  s.wait("RescalingJob",
         "asking the JobManager of cluster " + c.id + " for parallelism " + std::to_string(to) + " of job " + job);
  return true;
}

} // namespace

bool rescale_or_restart(step& s, const cluster_view& c, const std::string& why) {
  auto& t = *s.was.target;
  // Other state can only be had by another start.
  bool may_run_on = s.x.app.spec.scale_mode == scale_mode::Adaptive && !t.start_from;
  auto* can = may_run_on ? s.features(c, defaults::poll_job) : nullptr;
  if (may_run_on && !can) {
    s.wait("AskingForRescale", "asking whether JobManager " + c.leader->head.key.name + " can rescale a job that runs");
    return false;
  }
  if (!can || !can->rescale) {
    leave_old_job(s, why);
    return true;
  }
  return begin_rescale_while_running(s, c, why);
}

void raise_parallelism(step& s, const cluster_view& c) {
  auto job_id = serving_job(s.was);
  auto ended = job_ended(s, c, job_id);
  if (ended.value_or(false))
    return restart_instead(s, "job " + job_id + " has ended by itself");
  auto* job = s.job(c, job_id, s.pace(), last_changed(s, c));
  auto* present = s.requirements(c, job_id, s.pace(), last_changed(s, c));
  if (present && *present)
    raise(s, c, **present, job && *job ? &**job : nullptr);
  else
    s.wait("RescalingJob", "asking which parallelism job " + job_id + " may have");
  if (phase_of(s.next) != phase::Rescaling || s.next.target->rollback || !out_of_time(s))
    return;
  fail_deploy(s, "RescaleTimeout",
              "the job has not got its parallelism within timeouts.jobStartSeconds; last: " + s.waits_for().message);
}

bool parallelism_taken_back(step& s) {
  auto c = s.cluster(s.was.cluster->id);
  auto job_id = serving_job(s.was);
  if (!is_adaptive(s.was) || !c.leader || out_of_time(s) || job_ended(s, c, job_id).value_or(false))
    return true;
  auto from = wanted(s).from;
  auto* job = s.job(c, job_id, s.pace(), last_changed(s, c));
  auto* present = s.requirements(c, job_id, s.pace(), last_changed(s, c));
  if (!present || !*present) {
    s.wait("TakingRescaleBack", "asking which parallelism job " + job_id + " may have");
    return false;
  }
  auto& vertices = s.was.target->rescaled_vertices;
  if (!is_set(s, c, **present, from, with_parallelism(**present, vertices, from)))
    return refusal(s, order_of(s, c, from)) != nullptr;
  if (job && *job && has_parallelism(**job, vertices, from))
    return true;
  s.wait("TakingRescaleBack", "waiting for job " + job_id + " to run with parallelism " + std::to_string(from));
  return false;
}

} // namespace flink
