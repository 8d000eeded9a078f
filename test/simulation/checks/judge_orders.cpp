#include "test/simulation/checks/judge.hpp"

namespace simulation {

const job_manager* judge::process_behind(const std::string& ip) const {
  for (auto& process : outside_.node().job_managers())
    if (auto* pod = outside_.node().pod(process->pod_uid); pod && pod->ip == ip)
      return process.get();
  return nullptr;
}

void judge::tampered(const std::string& application_uid) {
  auto& x = lives_[application_uid];
  x.tampered = true;
  for (auto& id : x.submitted)
    if (!x.started.contains(id))
      x.forgotten.insert(id);
}

void judge::on_disposal(const std::string& path) {
  for (auto& [key, x] : outside_.store().all("flinkapplications.flink.k8s.io")) {
    auto is = [&](std::initializer_list<std::string_view> where) { return text(*x, where) == path; };
    if (is({"status", "jobStatus", "restorePath"}) || is({"status", "jobStatus", "lastCheckpoint"})
        || is({"status", "savepointPath"}) || is({"status", "target", "restorePath"})
        || is({"status", "target", "startFrom"}))
      complain("savepoint " + path + " is disposed of, which a job may have to be started from");
  }
}

void judge::on_order(const std::string& ip, const net::request& x) {
  if (x.target == "/savepoint-disposal")
    return on_disposal(text(json::parse(x.body), {"savepoint-path"}));
  auto* process = process_behind(ip);
  if (!process)
    return;
  if (x.target.ends_with("/plan"))
    compiled_.insert(process->cluster_id);
  if (x.target.ends_with("/run"))
    lives_[process->application_uid].submitted.insert(text(json::parse(x.body), {"jobId"}));
  auto* application = application_of(process->application_uid);
  if (application && x.method == "PUT")
    return on_rescale(*application, json::parse(x.body));
  if (!x.target.ends_with("/stop") && x.method != "PATCH")
    return;
  if (application && text(*application, {"status", "jobStatus", "jobID"}) == x.target.substr(6, 32))
    on_end_of_job(*application);
}

/// The job that serves is to run with another parallelism: that this may be so is written down, and there are slots.
void judge::on_rescale(const json::value& application, const json::value& body) {
  if (lives_[text(application, {"metadata", "uid"})].tampered)
    return;
  if (text(application, {"status", "phase"}) != "Rescaling"
      || !at(application, {"status", "target", "rescaledVertices"}))
    return complain("a job is rescaled in phase " + text(application, {"status", "phase"}));
  for (auto& [vertex, bounds] : body.as_object())
    if (integer(bounds, {"parallelism", "upperBound"}) > most_slots_[text(application, {"status", "cluster", "id"})])
      return complain("a job is rescaled before there have been slots for it");
}

/// The job that serves is ended.
void judge::on_end_of_job(const json::value& application) {
  if (lives_[text(application, {"metadata", "uid"})].tampered)
    return;
  auto phase = text(application, {"status", "phase"});
  if (!may_end_job(application))
    return complain("the job that serves is ended in phase " + phase);
  if (phase == "Deleting" || is_suspending(application) || is_torn_down(application) || has_no_room(application)
      || starts_again(application))
    return;
  auto target = text(application, {"status", "target", "clusterId"});
  if (most_slots_[target] < integer(application, {"status", "target", "job", "parallelism"}))
    complain("the old job is ended before there have been slots for its successor");
  if (!compiled_.contains(target))
    complain("the old job is ended before the new JobManager was asked to compile its successor");
}

void judge::on_write(const net::request& x) {
  bool removes = x.method == "DELETE", stops = x.body.find(R"("replicas":0)") != std::string::npos;
  if ((!removes && !stops) || x.target.find("/deployments/") == x.target.npos)
    return;
  for (auto& [key, application] : outside_.store().all("flinkapplications.flink.k8s.io")) {
    auto cluster = text(*application, {"status", "cluster", "id"});
    auto job = text(*application, {"status", "jobStatus", "jobID"});
    bool its = !cluster.empty() && x.target.find("/deployments/" + key.name + "-" + cluster + "-") != x.target.npos;
    if (!its || may_take_down(lives_[text(*application, {"metadata", "uid"})], *application, job))
      continue;
    if (lives_on(job, cluster))
      complain("the cluster that serves is taken down in phase " + text(*application, {"status", "phase"})
               + " while its job lives: " + x.method + " " + x.target + " " + x.body);
  }
}

} // namespace simulation
