#include "test/simulation/checks/invariants.hpp"

#include <algorithm>

namespace simulation {

namespace simulated = local::simulated;

namespace {

/// A job that was stopped with a savepoint ends FINISHED, like one that has finished by itself.
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

std::vector<std::string> invariants::live_jobs(const std::string& uid) const {
  std::vector<std::string> out;
  auto known = histories_.find(uid);
  for (auto& x : world_.node().job_managers())
    if (x->alive && x->application_uid == uid)
      for (auto& [id, job] : x->flink->jobs())
        if (is_live(job) && (known == histories_.end() || !is_forgotten(known->second, id)))
          out.push_back(id);
  return out;
}

int32_t invariants::parallelism_of(const std::string& job_id) const {
  for (auto& x : world_.node().job_managers())
    if (auto i = x->flink->jobs().find(job_id); x->alive && i != x->flink->jobs().end())
      return i->second.parallelism;
  return 0;
}

bool invariants::lives_on(const std::string& job_id, const std::string& cluster_id) const {
  for (auto& x : world_.node().job_managers())
    if (x->alive && x->cluster_id == cluster_id)
      if (auto i = x->flink->jobs().find(job_id); i != x->flink->jobs().end() && is_live(i->second))
        return true;
  return false;
}

void invariants::check_no_stopped_job(const json::value& application) {
  auto phase = text(application, {"status", "phase"});
  auto job = text(application, {"status", "jobStatus", "jobID"});
  auto& x = histories_[text(application, {"metadata", "uid"})];
  if ((phase == "Running" || phase == "DeployFailed") && x.handed_over.contains(job) && !x.tampered)
    fail("job " + job + " was stopped with a savepoint and is not started again");
}

void invariants::check_jobs() {
  for (auto& x : world_.node().job_managers()) {
    if (!x->alive)
      continue;
    auto* application = application_of(x->application_uid);
    auto& history = histories_[x->application_uid];
    auto& most = most_slots_[x->cluster_id];
    most = std::max<int64_t>(most, x->flink->slots());
    auto* pod = world_.node().pod(x->pod_uid);
    auto process = x->pod_uid + "/" + std::to_string(pod ? pod->restarts : 0);
    for (auto& [id, job] : x->flink->jobs()) {
      // The operator may see this at the JobManager before it writes it to the status.
      if (was_stopped_with_savepoint(job))
        history.handed_over.insert(id);
      if (has_finished_by_itself(job) && history.accepted.contains(id))
        history.free = true;
      // With high availability Flink recovers the job under its id: that does not count as a start.
      auto [known, is_new] = history.started.try_emplace(id, process);
      if (is_new)
        started(history, *x, job);
      else if (known->second != process && !x->flink->options().high_availability) {
        if (!may_start_twice(history, id, known->second, x->pod_uid))
          fail("job id " + id + " is used for two starts");
        known->second = process;
      }
    }
    if (orphaned_.contains(x->application_uid))
      continue;
    check_live_jobs(x->application_uid, application);
  }
}

/// At most one job may be live; in BlueGreen two, one per version.
void invariants::check_live_jobs(const std::string& uid, const json::value* application) {
  auto live = live_jobs(uid);
  bool two = application && may_run_two(*application);
  if (live.size() > (two ? 2U : 1U))
    fail(std::string{two ? "three" : "two"} + " live jobs: " + live[0] + " and " + live[1]);
  for (auto& x : world_.node().job_managers())
    if (two && x->alive && x->application_uid == uid
        && std::count_if(x->flink->jobs().begin(), x->flink->jobs().end(), [&](auto& y) {
             return is_live(y.second) && !is_forgotten(histories_[uid], y.first);
           }) > 1)
      fail("two live jobs on cluster " + x->cluster_id);
}

/// Returns whether, by its status, the current job finished by itself.
bool invariants::has_finished(const history& x, const json::value& application) const {
  auto job = text(application, {"status", "jobStatus", "jobID"});
  return !job.empty() && text(application, {"status", "jobStatus", "state"}) == "FINISHED"
      && !x.handed_over.contains(job);
}

int64_t invariants::reported_position(const history& x) const {
  int64_t newest = 0;
  for (auto& path : x.reported)
    if (auto* found = world_.node().snapshots().find(path); found && found->readable)
      newest = std::max(newest, found->position);
  return newest;
}

/// Returns the oldest position that a start may restore.
int64_t invariants::required_position(const history& x, const json::value& application) const {
  int64_t required = 0;
  auto offer = [&](const std::string& path) {
    if (auto* found = world_.node().snapshots().find(path); found && found->readable)
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
  for (auto& process : world_.node().job_managers())
    if (can_be_asked(*process, world_.node()))
      for (auto& [id, job] : process->flink->jobs())
        if (x.accepted.contains(id))
          for (auto& snapshot : job.completed)
            if (!snapshot.discarded)
              offer(snapshot.path);
  return required;
}

void invariants::started(history& x, const job_manager& where, const simulated::job& job) {
  auto* application = application_of(where.application_uid);
  if (!application || never_ran(job))
    return;
  if (is_chosen_by_the_user(job, *application)) {
    x.reported = {job.restored->path};
    x.accepted.clear();
    return;
  }
  if (!x.tampered && has_finished(x, *application) && !moves_on(*application))
    fail("job " + job.id + " is started although the last job had finished by itself");
  if (may_start_from_anything(x, *application)) {
    // Older state does not count any more.
    x.reported.clear();
    x.accepted.clear();
    return;
  }
  auto from = job.restored ? world_.node().snapshots().find(job.restored->path) : nullptr;
  auto position = from ? from->position : 0;
  if (auto required = required_position(x, *application); position < required)
    fail("job " + job.id + " started from position " + std::to_string(position) + " ("
         + (job.restored ? job.restored->path : "no state") + ") although " + std::to_string(required) + " was saved");
}

} // namespace simulation
