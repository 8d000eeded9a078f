#include "test/simulation/user/expectations.hpp"

namespace simulation {

namespace {

std::string leftovers(const run& r) {
  for (auto* resource : {"deployments.apps", "services", "pods"})
    for (auto& [key, x] : r.world.store().all(resource))
      if (!r.invariants.is_orphaned(application_uid_of(*x)))
        return std::string{resource} + " " + key.name + " is left over";
  return {};
}

const json::value* deployment_of(const run& r, const std::string& cluster, std::string_view type) {
  for (auto& [key, x] : r.world.store().all("deployments.apps"))
    if (text(*x, {"metadata", "labels", "flink-app-hash"}) == cluster
        && text(*x, {"metadata", "labels", "flink-deployment-type"}) == type)
      return x.get();
  return nullptr;
}

/// Checks the image and TaskManagers of a cluster, and the total number of Deployments.
std::string runs_what_is_wanted(const run& r, const std::string& cluster, std::size_t deployments) {
  auto* manager = deployment_of(r, cluster, "jobmanager");
  if (!manager)
    return "the JobManager's Deployment is missing";
  auto image = text(at(*manager, {"spec", "template", "spec", "containers"})->as_array().front(), {"image"});
  if (image != r.user.wanted().image)
    return "image " + image + " runs instead of " + r.user.wanted().image;
  auto* workers = deployment_of(r, cluster, "taskmanager");
  auto count = workers ? integer(*workers, {"spec", "replicas"}) : 0;
  auto needed = (r.user.wanted().parallelism + 1) / 2;
  if (count < needed || (count > needed && !r.net.scaled_late))
    return std::to_string(count) + " TaskManagers for parallelism " + std::to_string(r.user.wanted().parallelism);
  auto there = r.world.store().all("deployments.apps").size();
  return there == deployments ? "" : std::to_string(there) + " Deployments exist";
}

/// A bounded job that has finished is a success and stays finished.
bool is_bounded(const json::value& job_status) {
  auto* arguments = at(job_status, {"programArgsList"});
  return arguments && json::serialize(*arguments).find("--bounded") != std::string::npos;
}

/// BlueGreen: both versions must run, and the newer one must be the wanted one.
std::string two_run(const run& r, const json::value& x) {
  std::size_t running = 0;
  for (auto& version : at(x, {"status", "versionStatuses"})->as_array()) {
    auto* job = at(version, {"jobStatus"});
    bool bounded = job && is_bounded(*job);
    if (text(version, {"jobStatus", "state"}) != (bounded ? "FINISHED" : "RUNNING"))
      return "the job of version " + text(version, {"versionHash"}) + " does not run";
    running += bounded ? 0 : 1;
  }
  if (r.invariants.live_jobs(text(x, {"metadata", "uid"})).size() != running)
    return "two versions without exactly their jobs";
  return runs_what_is_wanted(r, text(x, {"status", "updatingCluster", "id"}), 4);
}

std::string runs_nothing(const run& r, const json::value& x) {
  if (r.phase() != "Suspended")
    return "phase " + r.phase();
  if (!r.invariants.live_jobs(text(x, {"metadata", "uid"})).empty())
    return "a job runs although the application is suspended";
  auto deployments = r.world.store().all("deployments.apps").size();
  return deployments == 0 ? "" : std::to_string(deployments) + " Deployments exist";
}

} // namespace

std::string unmet_expectation(const run& r) {
  auto* x = r.application();
  if (!r.user.wants_it())
    return x ? "the application still exists" : leftovers(r);
  if (!x)
    return "the application does not exist";
  if (r.user.wanted().suspend)
    return runs_nothing(r, *x);
  auto phase = r.phase();
  if (!r.user.wanted().good)
    return phase == "DeployFailed" || phase == "Running" || phase == "DualRunning" || phase.empty() ? ""
                                                                                                    : "phase " + phase;
  if (phase == "DualRunning")
    return two_run(r, *x);
  if (phase != "Running")
    return "phase " + phase;
  auto live = r.invariants.live_jobs(text(*x, {"metadata", "uid"})).size();
  auto* job = at(*x, {"status", "jobStatus"});
  bool bounded = job && is_bounded(*job);
  if (text(*x, {"status", "jobStatus", "state"}) != (bounded ? "FINISHED" : "RUNNING") || live != (bounded ? 0 : 1))
    return bounded ? "the job is not finished" : "the job does not run";
  if (!bounded
      && r.invariants.parallelism_of(text(*x, {"status", "jobStatus", "jobID"})) != r.user.wanted().parallelism)
    return "the parallelism of the job is not " + std::to_string(r.user.wanted().parallelism);
  return runs_what_is_wanted(r, text(*x, {"status", "cluster", "id"}), 2);
}

} // namespace simulation
