#include "test/simulation/checks/judge.hpp"

#include <algorithm>

namespace simulation {

namespace {

/// Whether the last entry of `before` is gone.
bool loses_its_newest(const json::value* before, const json::value* after) {
  if (!before || before->as_array().empty())
    return false;
  auto& last = before->as_array().back();
  return !after || std::find(after->as_array().begin(), after->as_array().end(), last) == after->as_array().end();
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

void judge::on_status(const json::value& before, const json::value& after) {
  demand_progress(before, after);
  remember_states(before, after);
}

void judge::remember_states(const json::value& before, const json::value& after) {
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
    x.free = x.free || has_finished(x, after);
  }
  if (text(after, {"status", "phase"}) == "Cancelling")
    x.free = true;
  note_second(x, before, after);
}

/// What was saved before the first of two versions was asked for its state, and which of them is left.
void judge::note_second(life& x, const json::value& before, const json::value& after) {
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
    // Two branches were there, and this one was chosen.
    x.reported = {text(after, {"status", "jobStatus", "lastCheckpoint"})};
    x.accepted = {text(after, {"status", "jobStatus", "jobID"})};
  }
}

/// The status never goes back by our own hand.
void judge::demand_progress(const json::value& before, const json::value& after) {
  auto number = [](const json::value& x, std::initializer_list<std::string_view> path) { return integer(x, path); };
  if (number(after, {"status", "observedGeneration"}) < number(before, {"status", "observedGeneration"}))
    complain("status.observedGeneration went back");
  auto job = text(after, {"status", "jobStatus", "jobID"});
  auto newest = [&](const json::value& x) {
    return outside_.node().snapshots().find(text(x, {"status", "jobStatus", "lastCheckpoint"}));
  };
  auto *old_one = newest(before), *new_one = newest(after);
  if (!job.empty() && job == text(before, {"status", "jobStatus", "jobID"}) && old_one && new_one
      && new_one->position < old_one->position)
    complain("status.jobStatus.lastCheckpoint went back from " + text(before, {"status", "jobStatus", "lastCheckpoint"})
             + " to " + text(after, {"status", "jobStatus", "lastCheckpoint"}));
  for (auto* list : {"history", "savepoints"})
    if (loses_its_newest(at(before, {"status", list}), at(after, {"status", list})))
      complain(std::string{"status."} + list + " has lost its newest entry");
  if (flag(before, {"status", "deletion", "jobEnded"}) && !flag(after, {"status", "deletion", "jobEnded"}))
    complain("status.deletion.jobEnded was taken back");
}

void judge::look_at_objects() {
  for (auto& [key, x] : outside_.store().all("flinkapplications.flink.k8s.io"))
    known_applications_.insert(text(*x, {"metadata", "uid"}));
  for (auto* resource : {"deployments.apps", "services"})
    for (auto& [key, x] : outside_.store().all(resource))
      if (!text(*x, {"metadata", "labels", "flink-app"}).empty()
          && !known_applications_.contains(application_uid_of(*x)) && !forgiven(application_uid_of(*x)))
        complain(std::string{resource} + " " + key.name + " belongs to nobody");
}

} // namespace simulation
