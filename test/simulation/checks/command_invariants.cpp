#include "test/simulation/checks/invariants.hpp"

namespace simulation {

const job_manager* invariants::process_behind(const std::string& ip) const {
  for (auto& process : world_.node().job_managers())
    if (auto* pod = world_.node().pod(process->pod_uid); pod && pod->ip == ip)
      return process.get();
  return nullptr;
}

void invariants::tampered(const std::string& application_uid) {
  auto& x = histories_[application_uid];
  x.tampered = true;
  for (auto& id : x.submitted)
    if (!x.started.contains(id))
      x.forgotten.insert(id);
}

void invariants::on_disposal(const std::string& path) {
  for (auto& [key, x] : world_.store().all("flinkapplications.flink.k8s.io")) {
    auto is = [&](std::initializer_list<std::string_view> where) { return text(*x, where) == path; };
    if (is({"status", "jobStatus", "restorePath"}) || is({"status", "jobStatus", "lastCheckpoint"})
        || is({"status", "savepointPath"}) || is({"status", "target", "restorePath"})
        || is({"status", "target", "startFrom"}))
      fail("savepoint " + path + " is disposed of although a job may need it to start");
  }
}

void invariants::on_command(const std::string& ip, const net::request& x) {
  if (x.target == "/savepoint-disposal")
    return on_disposal(text(json::parse(x.body), {"savepoint-path"}));
  auto* process = process_behind(ip);
  if (!process)
    return;
  if (x.target.ends_with("/plan"))
    compiled_.insert(process->cluster_id);
  if (x.target.ends_with("/run"))
    histories_[process->application_uid].submitted.insert(text(json::parse(x.body), {"jobId"}));
  auto* application = application_of(process->application_uid);
  if (application && x.method == "PUT")
    return on_rescale(*application, json::parse(x.body));
  if (!x.target.ends_with("/stop") && x.method != "PATCH")
    return;
  if (application && text(*application, {"status", "jobStatus", "jobID"}) == x.target.substr(6, 32))
    on_job_end(*application);
}

/// A rescale needs phase Rescaling in the status, the rescaled vertices recorded there, and enough slots.
void invariants::on_rescale(const json::value& application, const json::value& body) {
  if (histories_[text(application, {"metadata", "uid"})].tampered)
    return;
  if (text(application, {"status", "phase"}) != "Rescaling"
      || !at(application, {"status", "target", "rescaledVertices"}))
    return fail("a job is rescaled in phase " + text(application, {"status", "phase"}));
  for (auto& [vertex, bounds] : body.as_object())
    if (integer(bounds, {"parallelism", "upperBound"}) > most_slots_[text(application, {"status", "cluster", "id"})])
      return fail("a job is rescaled before its cluster had enough slots");
}

/// The operator stops or cancels the current job.
void invariants::on_job_end(const json::value& application) {
  if (histories_[text(application, {"metadata", "uid"})].tampered)
    return;
  auto phase = text(application, {"status", "phase"});
  if (!may_end_job(application))
    return fail("the current job is stopped in phase " + phase);
  if (phase == "Deleting" || is_suspending(application) || is_torn_down(application) || has_single_cluster(application)
      || starts_again(application))
    return;
  auto target = text(application, {"status", "target", "clusterId"});
  if (most_slots_[target] < integer(application, {"status", "target", "job", "parallelism"}))
    fail("the old job is stopped before the new cluster had enough slots");
  if (!compiled_.contains(target))
    fail("the old job is stopped before the new JobManager was asked to compile the new job");
}

void invariants::on_write(const net::request& x) {
  bool removes = x.method == "DELETE", stops = x.body.find(R"("replicas":0)") != std::string::npos;
  if ((!removes && !stops) || x.target.find("/deployments/") == x.target.npos)
    return;
  for (auto& [key, application] : world_.store().all("flinkapplications.flink.k8s.io")) {
    auto cluster = text(*application, {"status", "cluster", "id"});
    auto job = text(*application, {"status", "jobStatus", "jobID"});
    bool its = !cluster.empty() && x.target.find("/deployments/" + key.name + "-" + cluster + "-") != x.target.npos;
    if (!its || may_take_down(histories_[text(*application, {"metadata", "uid"})], *application, job))
      continue;
    if (lives_on(job, cluster))
      fail("the current cluster is deleted or scaled to 0 in phase " + text(*application, {"status", "phase"})
           + " while its job is live: " + x.method + " " + x.target + " " + x.body);
  }
}

} // namespace simulation
