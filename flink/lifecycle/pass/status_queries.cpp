#include "flink/lifecycle/pass/status_queries.hpp"

#include "config/defaults.hpp"
#include "flink/admission/hash.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

std::string spec_errors(const pass_inputs& p) {
  constexpr std::size_t shown = 5;
  auto& all = p.in.errors;
  std::string words;
  for (std::size_t i = 0; i < std::min(all.size(), shown); ++i)
    words += (i ? "; " : "") + json::to_string(all[i]);
  if (all.size() > shown)
    words += "; and " + std::to_string(all.size() - shown) + " more";
  return words;
}

job_id serving_job(const status& x) {
  return x.job_status && x.job_status->job_id ? *x.job_status->job_id : job_id{};
}

job_id second_job(const status& x) {
  bool two = x.updating_cluster && x.version_statuses.size() > 1 && x.version_statuses[1].job_status;
  return two ? x.version_statuses[1].job_status->job_id.value_or(job_id{}) : job_id{};
}

bool has_old_job(const status& x) {
  return x.cluster && !serving_job(x).empty();
}

bool in_place(const status& x) {
  return x.target && x.cluster && x.target->cluster_id == x.cluster->id;
}

bool starts_again(const status& x) {
  return in_place(x) && x.target->spec_hash == x.cluster->spec_hash && !x.target->rollback;
}

job_parameters serving_parameters(const status& x) {
  auto& job = *x.job_status;
  return {.jar_name = job.jar_name.value_or(""),
          .parallelism = job.parallelism.value_or(1),
          .entry_class = job.entry_class,
          .program_args_list = job.program_args_list.value_or(std::vector<std::string>{}),
          .program_args = job.program_args,
          .allow_non_restored_state = job.allow_non_restored_state.value_or(false)};
}

std::string restore_path_of(const deploy_target& x) {
  return x.start_from.value_or(x.restore_path.value_or(""));
}

std::string restart_hint(const status& x) {
  auto& known = x.job_status->last_checkpoint;
  return known ? "change spec.restartNonce to restart the job from " + *known
                     + "; if that state is gone, also set spec.fallbackWithoutState to start without state"
               : "no state of the job is known: to start it without state, set spec.fallbackWithoutState and change "
                 "spec.restartNonce";
}

phase resting_phase(const pass_inputs& p) {
  bool failed_before = p.was.failed && p.was.failed->spec_hash == p.in.spec_hash;
  return failed_before ? phase::DeployFailed : phase::Running;
}

bool deploy_wanted(const pass_inputs& p) {
  if (!p.in.errors.empty())
    return false;
  if (p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash)
    return false;
  if (p.was.teardown && p.in.spec_hash == p.was.teardown->spec_hash)
    return false; // BlueGreen: the user did not want it to stay
  if (!p.was.failed || p.in.spec_hash != p.was.failed->spec_hash)
    return true;
  auto& failed_with = p.was.failed->remedy_hash;
  return failed_with && *failed_with != remedy_hash(p.in.app.spec);
}

std::chrono::seconds start_limit(const pass_inputs& p) {
  auto& asked = p.in.app.spec.acceptance;
  bool new_version = !starts_again(p.was) && !p.was.target->rollback;
  if (new_version && asked && asked->after_seconds)
    return std::chrono::seconds{*asked->after_seconds};
  return p.timeout(&timeouts::job_start_seconds, defaults::job_start);
}

bool start_in_time(const pass_inputs& p, bool answered) {
  auto limit = start_limit(p);
  if (!answered)
    limit += p.timeout(&timeouts::submit_seconds, defaults::submit);
  return !p.passed(p.was.target->step_started_at, limit);
}

bool start_in_time(const pass_inputs& p, const rest::job& job) {
  auto age = std::chrono::milliseconds{job.now - job.start_time}; // by its JobManager's clock
  return start_in_time(p, true) || (age < start_limit(p) && start_in_time(p, false));
}

} // namespace flink
