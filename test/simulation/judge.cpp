#include "test/simulation/judge.hpp"

#include <algorithm>

namespace simulation {

namespace simulated = local::simulated;

namespace {

bool is_live(const simulated::job& x) {
  return !flink::rest::is_terminal(x.state);
}

/// The job never got tasks: its savepoint was refused.
bool is_stillborn(const simulated::job& x) {
  return x.state == simulated::job_state::failed && x.attempt <= 1 && !x.running_since && x.restarts == 0
      && x.completed.empty();
}

} // namespace

void judge::complain(std::string x) {
  if (complaint_.empty())
    complaint_ = std::move(x);
}

void judge::look() {
  if (outside_.node().flink_steps() != seen_steps_) {
    seen_steps_ = outside_.node().flink_steps();
    look_at_jobs();
  }
  if (outside_.store().version() != seen_version_) {
    seen_version_ = outside_.store().version();
    look_at_objects();
  }
}

const json::value* judge::application_of(const std::string& uid) const {
  for (auto& [key, x] : outside_.store().all("flinkapplications.flink.k8s.io"))
    if (text(*x, {"metadata", "uid"}) == uid)
      return x.get();
  return nullptr;
}

std::vector<std::string> judge::live_jobs(const std::string& uid) const {
  std::vector<std::string> out;
  for (auto& x : outside_.node().job_managers())
    if (x->alive && x->application_uid == uid)
      for (auto& [id, job] : x->flink->jobs())
        if (is_live(job))
          out.push_back(id);
  return out;
}

void judge::look_at_jobs() {
  for (auto& x : outside_.node().job_managers()) {
    if (!x->alive)
      continue;
    auto* application = application_of(x->application_uid);
    auto& life = lives_[x->application_uid];
    if (application && x->flink->slots() >= integer(*application, {"spec", "parallelism"}, 1))
      ready_clusters_.insert(x->cluster_id);
    for (auto& [id, job] : x->flink->jobs())
      if (life.started.insert(id).second)
        started(life, *x, job);
    if (orphaned_.contains(x->application_uid))
      continue;
    if (auto live = live_jobs(x->application_uid); live.size() > 1)
      complain("two live jobs: " + live[0] + " and " + live[1]);
  }
}

/// The position that a start must not go back behind.
int64_t judge::required_position(const life& x, const json::value& application) const {
  int64_t required = 0;
  auto offer = [&](const std::string& path) {
    if (auto* found = outside_.node().snapshots().find(path); found && found->readable)
      required = std::max(required, found->position);
  };
  // A version that was not accepted is forgotten with what it saved: the old one goes on from its own state.
  if (text(application, {"status", "phase"}) == "RollingBackJob") {
    offer(text(application, {"status", "target", "restorePath"}));
    return required;
  }
  for (auto& path : x.reported)
    offer(path);
  // What a living JobManager still tells can be known.
  for (auto& process : outside_.node().job_managers())
    if (process->alive && process->flink->is_up() && !process->flink->faults.hung)
      for (auto& [id, job] : process->flink->jobs())
        if (x.accepted.contains(id))
          for (auto& snapshot : job.completed)
            if (!snapshot.discarded)
              offer(snapshot.path);
  return required;
}

void judge::started(life& x, const job_manager& where, const simulated::job& job) {
  auto* application = application_of(where.application_uid);
  if (!application || is_stillborn(job))
    return;
  if (auto chosen = text(*application, {"status", "target", "startFrom"});
      !chosen.empty() && text(*application, {"status", "target", "jobId"}) == job.id && job.restored
      && job.restored->path == chosen) {
    // The user has chosen this state: what was before does not count any more.
    x.reported = {chosen};
    x.accepted.clear();
    return;
  }
  if (x.free || flag(*application, {"spec", "fallbackWithoutState"})) {
    // A start from nothing is as good as any: what was before does not count any more.
    x.reported.clear();
    x.accepted.clear();
    return;
  }
  auto from = job.restored ? outside_.node().snapshots().find(job.restored->path) : nullptr;
  auto position = from ? from->position : 0;
  if (auto required = required_position(x, *application); position < required)
    complain("job " + job.id + " was started from position " + std::to_string(position) + " ("
             + (job.restored ? job.restored->path : "no state") + ") though " + std::to_string(required)
             + " was saved");
}

/// A job that was stopped with a savepoint ends FINISHED, as one does that is through.
bool judge::gave_its_state_away(const std::string& job_id) const {
  for (auto& process : outside_.node().job_managers())
    if (auto found = process->flink->jobs().find(job_id); found != process->flink->jobs().end())
      for (auto& snapshot : found->second.completed)
        if (snapshot.is_savepoint)
          return true;
  return false;
}

void judge::on_status(const json::value& before, const json::value& after) {
  auto& x = lives_[text(after, {"metadata", "uid"})];
  auto news = [&](std::initializer_list<std::string_view> where) {
    auto path = text(after, where);
    if (!path.empty() && path != text(before, where))
      x.reported.insert(path);
  };
  news({"status", "savepointPath"});
  news({"status", "lastSavepoint", "path"});
  news({"status", "target", "restorePath"});
  news({"status", "jobStatus", "lastCheckpoint"});
  if (auto job = text(after, {"status", "jobStatus", "jobID"}); !job.empty()) {
    if (job != text(before, {"status", "jobStatus", "jobID"})) {
      x.accepted.insert(job);
      x.free = false;
    }
    if (text(after, {"status", "jobStatus", "state"}) == "FINISHED" && !gave_its_state_away(job))
      x.free = true;
  }
  if (text(after, {"status", "phase"}) == "Cancelling")
    x.free = true;
  if (integer(after, {"status", "observedGeneration"}) < integer(before, {"status", "observedGeneration"}))
    complain("status.observedGeneration went back to "
             + std::to_string(integer(after, {"status", "observedGeneration"})));
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
  bool stops = x.target.ends_with("/stop") || x.method == "PATCH";
  if (!stops)
    return;
  auto job = x.target.substr(6, 32);
  for (auto& process : outside_.node().job_managers()) {
    auto* pod = outside_.node().pod(process->pod_uid);
    auto* application = pod && pod->ip == ip ? application_of(process->application_uid) : nullptr;
    if (!application || text(*application, {"status", "jobStatus", "jobID"}) != job)
      continue;
    auto phase = text(*application, {"status", "phase"});
    if (phase == "Deleting" || at(*application, {"status", "suspension"}))
      return;
    if (phase != "Savepointing" && phase != "Cancelling" && phase != "Recovering")
      return complain("the job that serves is ended in phase " + phase);
    if (!ready_clusters_.contains(text(*application, {"status", "target", "clusterId"})))
      complain("the old job is ended before the new cluster has been ready");
  }
}

void judge::look_at_objects() {
  for (auto* resource : {"deployments.apps", "services"})
    for (auto& [key, x] : outside_.store().all(resource))
      if (!text(*x, {"metadata", "labels", "flink-app"}).empty()
          && text(*x, {"metadata", "labels", "flink.k8s.io/application-uid"}).empty())
        complain(std::string{resource} + " " + key.name + " belongs to nobody");
}

} // namespace simulation
