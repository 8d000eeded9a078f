#include "test/simulation/checks/invariants.hpp"

#include <algorithm>

namespace simulation {

namespace {

/// Returns whether `after` lacks the last entry of `before`.
bool loses_its_newest(const json::value* before, const json::value* after) {
  if (!before || before->as_array().empty())
    return false;
  auto& last = before->as_array().back();
  return !after || std::find(after->as_array().begin(), after->as_array().end(), last) == after->as_array().end();
}

} // namespace

void invariants::fail(std::string x) {
  if (failure_.empty())
    failure_ = std::move(x);
}

void invariants::check() {
  if (world_.node().flink_steps() != seen_steps_) {
    seen_steps_ = world_.node().flink_steps();
    check_jobs();
  }
  if (world_.store().version() != seen_version_) {
    seen_version_ = world_.store().version();
    check_objects();
  }
}

const json::value* invariants::application_of(const std::string& uid) const {
  for (auto& [key, x] : world_.store().all("flinkapplications.flink.k8s.io"))
    if (text(*x, {"metadata", "uid"}) == uid)
      return x.get();
  return nullptr;
}

void invariants::on_status(const json::value& before, const json::value& after) {
  check_progress(before, after);
  record_states(before, after);
}

void invariants::record_states(const json::value& before, const json::value& after) {
  auto& x = histories_[text(after, {"metadata", "uid"})];
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
    x.free = x.free || has_finished(x, after);
  }
  if (text(after, {"status", "phase"}) == "Cancelling")
    x.free = true;
  record_second(x, before, after);
}

/// BlueGreen: records the position saved before the first version's savepoint, and which version was kept.
void invariants::record_second(history& x, const json::value& before, const json::value& after) {
  auto from = text(before, {"status", "phase"}), to = text(after, {"status", "phase"});
  bool second = text(after, {"status", "target", "mode"}) == "BlueGreen";
  if (second && to == "Savepointing" && from != to)
    x.before_second = reported_position(x);
  if (to == "Running" || to == "DeployFailed" || to == "ClusterStarting")
    x.before_second.reset();
  if (second && to == "SubmittingJob" && from == "ClusterStarting" && flag(after, {"spec", "savepointDisabled"}))
    x.before_second = 0;
  auto cluster = text(after, {"status", "cluster", "id"});
  if (from == "DualRunning" && to == "Running" && cluster != text(before, {"status", "cluster", "id"})) {
    // Two branches of state existed, and the user kept this one.
    x.reported = {text(after, {"status", "jobStatus", "lastCheckpoint"})};
    x.accepted = {text(after, {"status", "jobStatus", "jobID"})};
  }
}

/// The operator's own writes must never set the status back.
void invariants::check_progress(const json::value& before, const json::value& after) {
  auto number = [](const json::value& x, std::initializer_list<std::string_view> path) { return integer(x, path); };
  if (number(after, {"status", "observedGeneration"}) < number(before, {"status", "observedGeneration"}))
    fail("status.observedGeneration went back");
  auto job = text(after, {"status", "jobStatus", "jobID"});
  auto newest = [&](const json::value& x) {
    return world_.node().snapshots().find(text(x, {"status", "jobStatus", "lastCheckpoint"}));
  };
  auto *old_one = newest(before), *new_one = newest(after);
  if (!job.empty() && job == text(before, {"status", "jobStatus", "jobID"}) && old_one && new_one
      && new_one->position < old_one->position)
    fail("status.jobStatus.lastCheckpoint went back from " + text(before, {"status", "jobStatus", "lastCheckpoint"})
         + " to " + text(after, {"status", "jobStatus", "lastCheckpoint"}));
  for (auto* list : {"history", "savepoints"})
    if (loses_its_newest(at(before, {"status", list}), at(after, {"status", list})))
      fail(std::string{"status."} + list + " lost its newest entry");
  if (flag(before, {"status", "deletion", "jobEnded"}) && !flag(after, {"status", "deletion", "jobEnded"}))
    fail("status.deletion.jobEnded was reset");
}

void invariants::check_objects() {
  for (auto& [key, x] : world_.store().all("flinkapplications.flink.k8s.io"))
    known_applications_.insert(text(*x, {"metadata", "uid"}));
  for (auto* resource : {"deployments.apps", "services"})
    for (auto& [key, x] : world_.store().all(resource))
      if (!text(*x, {"metadata", "labels", "flink-app"}).empty()
          && !known_applications_.contains(application_uid_of(*x)) && !is_orphaned(application_uid_of(*x)))
        fail(std::string{resource} + " " + key.name + " has no application");
}

} // namespace simulation
