// DualRunning (BlueGreen): a new version runs beside the old one until the user names the one to remove.
#include "config/defaults.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/periodic_savepoints.hpp"
#include "flink/lifecycle/steps/replicas.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// One of the two versions that run.
struct version {
  flink::cluster_id cluster_id;
  std::optional<flink::colour> colour;
  flink::job_id job_id;
};

version older(const status& x) {
  return {x.cluster->id, x.deploy_version, serving_job(x)};
}

version newer(const status& x) {
  return {x.updating_cluster->id, x.updating_version, second_job(x)};
}

std::string in_words(const version& x) {
  return x.cluster_id + " (" + std::string{x.colour ? to_string(*x.colour) : ""} + ")";
}

bool two_run(const status& x) {
  return x.cluster && x.updating_cluster && x.version_statuses.size() == 2;
}

/// Watches the serving version. Neither version is restarted automatically: the user is about to choose.
void watch_version(pass& p, const std::string& name) {
  auto c = p.cluster(p.was.cluster->id);
  auto job_id = serving_job(p.was);
  record_cluster(p, c);
  restore_replicas(p, c);
  auto* known = p.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (recreate_objects(p, c) && !c.leader)
    return;
  if (!c.leader)
    return p.blocked(reason::JobManagerDown, "no JobManager pod of version " + name + " runs");
  if (!job_manager_answers(p, c))
    return p.blocked(reason::JobManagerSilent, "the JobManager of version " + name + " does not answer");
  if (!known)
    return;
  auto over = "; to remove this version, set spec.tearDownVersionHash to " + c.id;
  if (!*known) {
    record_job_lost(p);
    return p.blocked(reason::JobLost, "the JobManager of version " + name + " does not know job " + job_id + over);
  }
  record_job(p, **known);
  bool stopped = (*known)->state == rest::job_state::finished && p.was.job_status->stop_trigger_id;
  if (stopped || (*known)->state == rest::job_state::failed || (*known)->state == rest::job_state::canceled)
    p.blocked(reason::JobEnded,
              "job " + job_id + " of version " + name + " is " + std::string{to_string((*known)->state)} + over);
  else if ((*known)->state != rest::job_state::finished)
    watch_running_job(p, c, **known);
}

/// Watches the newer version in the same way, in a situation in which it serves.
void watch_newer(pass& p) {
  auto alone = p.in.app;
  alone.status.cluster = p.was.updating_cluster;
  alone.status.deploy_version = p.was.updating_version;
  alone.status.job_status = p.was.version_statuses[1].job_status;
  alone.status.cluster_status = p.was.version_statuses[1].cluster_status;
  situation picture{alone, p.in.errors, p.in.spec_hash, p.in.seen, p.in.settings, p.in.fresh, p.in.now};
  pass other{picture};
  watch_version(other, in_words(newer(p.was)));
  auto d = other.finish();
  for (auto& what : d.actions)
    p.act(std::move(what));
  p.requeue_within(d.requeue_after);
  if (d.waiting.blocked)
    p.blocked_as(d.waiting.reason, d.waiting.message);
  p.next.updating_cluster = d.next.cluster;
  p.next.version_statuses[1].job_status = d.next.job_status;
  p.next.version_statuses[1].cluster_status = d.next.cluster_status;
}

/// Returns whether the spec asks for another version than the newer one. Deploying it now would make three versions, or
/// choose for the user.
bool edit_waits(const pass& p) {
  return p.in.errors.empty() && p.in.spec_hash != p.was.updating_cluster->spec_hash;
}

void report_what_is_next(pass& p) {
  auto both = in_words(older(p.was)) + " and " + in_words(newer(p.was));
  if (p.in.app.spec.suspend.value_or(false))
    p.wait(
        reason::SuspendWaits,
        "two versions run, " + both
            + ", and the operator can suspend only one; set spec.tearDownVersionHash to the version to remove, and the "
              "operator suspends the other one");
  else if (edit_waits(p))
    p.wait(
        reason::EditWaits,
        "two versions run, " + both
            + ", so the operator does not deploy the edit yet; set spec.tearDownVersionHash to the version to remove");
  else
    p.wait(reason::DualRunning,
           "two versions run, " + both + "; set spec.tearDownVersionHash to the version to remove");
}

/// Returns the version that is being torn down. The user cannot undo that.
std::optional<version> going(const status& x) {
  if (!x.teardown)
    return std::nullopt;
  for (auto& v : {older(x), newer(x)})
    if (v.cluster_id == x.teardown->cluster_id)
      return v;
  return std::nullopt;
}

std::optional<version> unwanted(const pass& p) {
  auto& wanted = p.in.app.spec.tear_down_version_hash;
  for (auto& v : {older(p.was), newer(p.was)})
    if (wanted == v.cluster_id)
      return v;
  return std::nullopt; // most often a version that was torn down long ago
}

void begin_teardown(pass& p, const version& x) {
  auto& t = p.next.teardown.emplace(teardown{.cluster_id = x.cluster_id, .started_at = p.now()});
  if (x.cluster_id == p.was.updating_cluster->id)
    t.spec_hash = p.was.updating_cluster->spec_hash;
  p.next.teardown_hash = x.cluster_id;
  p.because("spec.tearDownVersionHash names version " + in_words(x));
  p.wait(reason::TearingDown, "tearing down version " + in_words(x));
  p.event(reason::ForceCanceling,
          "cancelling job " + x.job_id + " of version " + in_words(x) + " (tearDownVersionHash)");
}

/// Cancels the job of a version. Returns whether it has ended, or will end with its cluster.
bool cancel_job_of(pass& p, const version& x) {
  auto c = p.cluster(x.cluster_id);
  if (!c.leader || p.passed(p.was.teardown->started_at, defaults::teardown_cancel))
    return true;
  auto fate = fate_of_job(p, c, x.job_id);
  if (fate == job_fate::running)
    p.cancel(c.id, x.job_id);
  return fate == job_fate::ended;
}

/// Makes the newer version the serving one.
void promote_newer(pass& p) {
  auto& second = p.was.version_statuses[1];
  p.next.cluster = p.was.updating_cluster;
  p.next.deploy_hash = p.was.updating_cluster->id;
  p.next.deploy_version = p.was.updating_version;
  p.next.job_status = second.job_status;
  p.next.cluster_status = second.cluster_status;
  p.next.job_failures.reset();
}

void tear_down(pass& p, const version& x) {
  p.wait(reason::TearingDown, "tearing down version " + in_words(x));
  if (!cancel_job_of(p, x) || !remove_cluster(p, x.cluster_id))
    return;
  if (x.cluster_id == p.was.cluster->id)
    promote_newer(p);
  p.next.updating_cluster.reset();
  p.next.version_statuses.resize(1);
  p.enter(phase::Running, "version " + in_words(x) + " is gone");
  p.event(reason::TeardownCompleted,
          "version " + in_words(x) + " is gone; only cluster " + p.next.cluster->id + " runs now");
}

} // namespace

void dual_running(pass& p) {
  if (!two_run(p.was))
    return p.enter(phase::Running, "somebody has removed status.versionStatuses or status.updatingCluster");
  if (!p.was.job_status)
    p.next.job_status.emplace();
  prune_clusters(p);
  if (auto x = going(p.was))
    return tear_down(p, *x);
  if (auto x = unwanted(p))
    return begin_teardown(p, *x);
  watch_version(p, in_words(older(p.was)));
  watch_newer(p);
  take_due_savepoints(p);
  report_what_is_next(p);
}

} // namespace flink
