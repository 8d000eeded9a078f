#include "test/simulation/checks/judge.hpp"

#include <algorithm>

namespace simulation {

namespace simulated = local::simulated;

namespace {

/// Such a job ends FINISHED, as one does that is through.
bool was_stopped_with_savepoint(const simulated::job& x) {
  return !x.completed.empty() && x.completed.back().is_last;
}

bool has_finished_by_itself(const simulated::job& x) {
  return x.state == simulated::job_state::finished && !was_stopped_with_savepoint(x);
}

bool is_live(const simulated::job& x) {
  return !flink::rest::is_terminal(x.state);
}

} // namespace

std::vector<std::string> judge::live_jobs(const std::string& uid) const {
  std::vector<std::string> out;
  auto known = lives_.find(uid);
  for (auto& x : outside_.node().job_managers())
    if (x->alive && x->application_uid == uid)
      for (auto& [id, job] : x->flink->jobs())
        if (is_live(job) && (known == lives_.end() || !is_forgotten(known->second, id)))
          out.push_back(id);
  return out;
}

int32_t judge::parallelism_of(const std::string& job_id) const {
  for (auto& x : outside_.node().job_managers())
    if (auto i = x->flink->jobs().find(job_id); x->alive && i != x->flink->jobs().end())
      return i->second.parallelism;
  return 0;
}

bool judge::lives_on(const std::string& job_id, const std::string& cluster_id) const {
  for (auto& x : outside_.node().job_managers())
    if (x->alive && x->cluster_id == cluster_id)
      if (auto i = x->flink->jobs().find(job_id); i != x->flink->jobs().end() && is_live(i->second))
        return true;
  return false;
}

void judge::demand_no_job_left_lying(const json::value& application) {
  auto phase = text(application, {"status", "phase"});
  auto job = text(application, {"status", "jobStatus", "jobID"});
  auto& x = lives_[text(application, {"metadata", "uid"})];
  if ((phase == "Running" || phase == "DeployFailed") && x.handed_over.contains(job) && !x.tampered)
    complain("job " + job + " was stopped with a savepoint, and nobody starts it again");
}

void judge::look_at_jobs() {
  for (auto& x : outside_.node().job_managers()) {
    if (!x->alive)
      continue;
    auto* application = application_of(x->application_uid);
    auto& life = lives_[x->application_uid];
    auto& most = most_slots_[x->cluster_id];
    most = std::max<int64_t>(most, x->flink->slots());
    auto* pod = outside_.node().pod(x->pod_uid);
    auto process = x->pod_uid + "/" + std::to_string(pod ? pod->restarts : 0);
    for (auto& [id, job] : x->flink->jobs()) {
      // The operator may learn it from the JobManager without having written it down.
      if (was_stopped_with_savepoint(job))
        life.handed_over.insert(id);
      if (has_finished_by_itself(job) && life.accepted.contains(id))
        life.free = true;
      // With high availability a job comes back under its id: that is no start.
      auto [known, is_new] = life.started.try_emplace(id, process);
      if (is_new)
        started(life, *x, job);
      else if (known->second != process && !x->flink->options().high_availability) {
        if (!may_start_twice(life, id, known->second, x->pod_uid))
          complain("job id " + id + " is used for two starts");
        known->second = process;
      }
    }
    if (orphaned_.contains(x->application_uid))
      continue;
    look_at_live_jobs(x->application_uid, application);
  }
}

/// At most one; in BlueGreen two, of the two versions.
void judge::look_at_live_jobs(const std::string& uid, const json::value* application) {
  auto live = live_jobs(uid);
  bool two = application && may_run_two(*application);
  if (live.size() > (two ? 2U : 1U))
    complain(std::string{two ? "three" : "two"} + " live jobs: " + live[0] + " and " + live[1]);
  for (auto& x : outside_.node().job_managers())
    if (two && x->alive && x->application_uid == uid
        && std::count_if(x->flink->jobs().begin(), x->flink->jobs().end(), [&](auto& y) {
             return is_live(y.second) && !is_forgotten(lives_[uid], y.first);
           }) > 1)
      complain("two live jobs on cluster " + x->cluster_id);
}

/// The job that serves has come to its end by itself, as its status says.
bool judge::has_finished(const life& x, const json::value& application) const {
  auto job = text(application, {"status", "jobStatus", "jobID"});
  return !job.empty() && text(application, {"status", "jobStatus", "state"}) == "FINISHED"
      && !x.handed_over.contains(job);
}

int64_t judge::reported_position(const life& x) const {
  int64_t newest = 0;
  for (auto& path : x.reported)
    if (auto* found = outside_.node().snapshots().find(path); found && found->readable)
      newest = std::max(newest, found->position);
  return newest;
}

/// The position that a start must not go back behind.
int64_t judge::required_position(const life& x, const json::value& application) const {
  int64_t required = 0;
  auto offer = [&](const std::string& path) {
    if (auto* found = outside_.node().snapshots().find(path); found && found->readable)
      required = std::max(required, found->position);
  };
  if (goes_back_to_its_own_state(application)) {
    offer(text(application, {"status", "target", "restorePath"}));
    return required;
  }
  if (starts_beside(x, application)) {
    offer(text(application, {"status", "target", "restorePath"}));
    return std::max(required, *x.before_second);
  }
  required = reported_position(x);
  for (auto& process : outside_.node().job_managers())
    if (can_be_asked(*process, outside_.node()))
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
  if (is_chosen_by_the_user(job, *application)) {
    x.reported = {job.restored->path};
    x.accepted.clear();
    return;
  }
  if (!x.tampered && has_finished(x, *application) && !moves_on(*application))
    complain("job " + job.id + " is started although the job had finished by itself");
  if (may_start_from_anything(x, *application)) {
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

} // namespace simulation
