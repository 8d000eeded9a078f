#include "test/simulation/user/wishes.hpp"

namespace simulation {

namespace {

std::string leftovers(const stage& s) {
  for (auto* resource : {"deployments.apps", "services", "pods"})
    for (auto& [key, x] : s.outside.store().all(resource))
      if (!s.judge.forgiven(application_uid_of(*x)))
        return std::string{resource} + " " + key.name + " is left over";
  return {};
}

const json::value* deployment_of(const stage& s, const std::string& cluster, std::string_view type) {
  for (auto& [key, x] : s.outside.store().all("deployments.apps"))
    if (text(*x, {"metadata", "labels", "flink-app-hash"}) == cluster
        && text(*x, {"metadata", "labels", "flink-deployment-type"}) == type)
      return x.get();
  return nullptr;
}

/// The image of a cluster and how many Deployments there are in all.
std::string runs_what_is_wanted(const stage& s, const std::string& cluster, std::size_t deployments) {
  auto* manager = deployment_of(s, cluster, "jobmanager");
  if (!manager)
    return "the JobManager's Deployment is missing";
  auto image = text(at(*manager, {"spec", "template", "spec", "containers"})->as_array().front(), {"image"});
  if (image != s.user.wanted().image)
    return "image " + image + " runs instead of " + s.user.wanted().image;
  auto* workers = deployment_of(s, cluster, "taskmanager");
  auto count = workers ? integer(*workers, {"spec", "replicas"}) : 0;
  auto needed = (s.user.wanted().parallelism + 1) / 2;
  if (count < needed || (count > needed && !s.net.scaled_late))
    return std::to_string(count) + " TaskManagers for parallelism " + std::to_string(s.user.wanted().parallelism);
  auto there = s.outside.store().all("deployments.apps").size();
  return there == deployments ? "" : std::to_string(there) + " Deployments are there";
}

/// A bounded job that is through is a success, and stays so.
bool is_bounded(const json::value& job_status) {
  auto* arguments = at(job_status, {"programArgsList"});
  return arguments && json::serialize(*arguments).find("--bounded") != std::string::npos;
}

/// BlueGreen: the newer of two versions is the wanted one, and both run.
std::string two_run(const stage& s, const json::value& x) {
  std::size_t running = 0;
  for (auto& version : at(x, {"status", "versionStatuses"})->as_array()) {
    auto* job = at(version, {"jobStatus"});
    bool bounded = job && is_bounded(*job);
    if (text(version, {"jobStatus", "state"}) != (bounded ? "FINISHED" : "RUNNING"))
      return "the job of version " + text(version, {"versionHash"}) + " does not run";
    running += bounded ? 0 : 1;
  }
  if (s.judge.live_jobs(text(x, {"metadata", "uid"})).size() != running)
    return "two versions, but not their jobs";
  return runs_what_is_wanted(s, text(x, {"status", "updatingCluster", "id"}), 4);
}

std::string runs_nothing(const stage& s, const json::value& x) {
  if (s.phase() != "Suspended")
    return "phase " + s.phase();
  if (!s.judge.live_jobs(text(x, {"metadata", "uid"})).empty())
    return "a job runs although the application is suspended";
  auto deployments = s.outside.store().all("deployments.apps").size();
  return deployments == 0 ? "" : std::to_string(deployments) + " Deployments are there";
}

} // namespace

std::string unfulfilled(const stage& s) {
  auto* x = s.application();
  if (!s.user.wants_it())
    return x ? "the application is still there" : leftovers(s);
  if (!x)
    return "the application is not there";
  if (s.user.wanted().suspend)
    return runs_nothing(s, *x);
  auto phase = s.phase();
  if (!s.user.wanted().good)
    return phase == "DeployFailed" || phase == "Running" || phase == "DualRunning" || phase.empty() ? ""
                                                                                                    : "phase " + phase;
  if (phase == "DualRunning")
    return two_run(s, *x);
  if (phase != "Running")
    return "phase " + phase;
  auto live = s.judge.live_jobs(text(*x, {"metadata", "uid"})).size();
  auto* job = at(*x, {"status", "jobStatus"});
  bool bounded = job && is_bounded(*job);
  if (text(*x, {"status", "jobStatus", "state"}) != (bounded ? "FINISHED" : "RUNNING") || live != (bounded ? 0 : 1))
    return bounded ? "the job is not finished" : "no job runs";
  if (!bounded && s.judge.parallelism_of(text(*x, {"status", "jobStatus", "jobID"})) != s.user.wanted().parallelism)
    return "the job has another parallelism than " + std::to_string(s.user.wanted().parallelism);
  return runs_what_is_wanted(s, text(*x, {"status", "cluster", "id"}), 2);
}

} // namespace simulation
