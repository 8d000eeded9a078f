// BlueGreen: a new version runs beside the old one until the user says which of the two goes.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// One of the two versions that run.
struct version {
  std::string cluster_id;
  std::string colour;
  std::string job_id;
};

version older(const status& x) {
  return {x.cluster->id, x.deploy_version.value_or(""), serving_job(x)};
}

version newer(const status& x) {
  return {x.updating_cluster->id, x.updating_version.value_or(""), second_job(x)};
}

std::string in_words(const version& x) {
  return x.cluster_id + " (" + x.colour + ")";
}

bool two_run(const status& x) {
  return x.cluster && x.updating_cluster && x.version_statuses.size() == 2;
}

// -- looking after both ------------------------------------------------------------------------------------

/// Looks after the version that serves. Neither is restarted by itself: the user is about to choose.
void watch_version(step& s, const std::string& name) {
  auto c = s.cluster(s.was.cluster->id);
  auto job_id = serving_job(s.was);
  record_cluster(s, c);
  wake(s, c);
  auto* known = s.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (lacks_objects(s, c) && !c.leader)
    return;
  if (!c.leader)
    return s.trouble("JobManagerDown", "no JobManager pod of version " + name + " runs");
  if (!answers(s, c))
    return s.trouble("JobManagerSilent", "the JobManager of version " + name + " does not answer");
  if (!known)
    return;
  auto over = "; spec.tearDownVersionHash " + c.id + " removes this version";
  if (!*known) {
    record_job_lost(s);
    return s.trouble("JobLost", "the JobManager of version " + name + " does not know job " + job_id + over);
  }
  record_job(s, **known);
  bool stopped = (*known)->state == rest::job_state::finished && s.was.job_status->stop_trigger_id;
  if (stopped || (*known)->state == rest::job_state::failed || (*known)->state == rest::job_state::canceled)
    s.trouble("JobEnded",
              "job " + job_id + " of version " + name + " is " + std::string{to_string((*known)->state)} + over);
  else if ((*known)->state != rest::job_state::finished)
    watch_running_job(s, c, **known);
}

/// Looks after the newer version with the same eyes: in a picture in which it serves.
void watch_newer(step& s) {
  auto alone = s.x.app;
  alone.status.cluster = s.was.updating_cluster;
  alone.status.deploy_version = s.was.updating_version;
  alone.status.job_status = s.was.version_statuses[1].job_status;
  alone.status.cluster_status = s.was.version_statuses[1].cluster_status;
  situation picture{alone, s.x.complaints, s.x.spec_hash, s.x.seen, s.x.settings, s.x.fresh, s.x.now};
  step other{picture};
  watch_version(other, in_words(newer(s.was)));
  auto d = other.finish();
  for (auto& what : d.actions)
    s.act(std::move(what));
  s.look_within(d.look_again);
  if (d.waiting.trouble)
    s.trouble(d.waiting.reason, d.waiting.message);
  s.next.updating_cluster = d.next.cluster;
  s.next.version_statuses[1].job_status = d.next.job_status;
  s.next.version_statuses[1].cluster_status = d.next.cluster_status;
}

/// The spec asks for something else than the newer version. Deploying it now would make three, or take the choice from
/// the user.
bool edit_waits(const step& s) {
  return s.x.complaints.empty() && s.x.spec_hash != s.was.updating_cluster->spec_hash;
}

void say_what_is_next(step& s) {
  auto both = in_words(older(s.was)) + " and " + in_words(newer(s.was));
  if (s.x.app.spec.suspend.value_or(false))
    s.wait("SuspendWaits", "spec.suspend waits while two versions run, " + both
                               + ": spec.tearDownVersionHash names the one that goes, the other is suspended then");
  else if (edit_waits(s))
    s.wait("EditWaits", "the spec has been edited while two versions run, " + both
                            + "; it is deployed once spec.tearDownVersionHash has removed one of them");
  else
    s.wait("DualRunning", "two versions run, " + both + "; spec.tearDownVersionHash names the one that is to go");
}

// -- tearing one down ----------------------------------------------------------------------------------------

/// The version that is being torn down: its end has begun, and the user cannot take it back.
std::optional<version> going(const status& x) {
  if (!x.teardown)
    return std::nullopt;
  for (auto& v : {older(x), newer(x)})
    if (v.cluster_id == x.teardown->cluster_id)
      return v;
  return std::nullopt;
}

std::optional<version> unwanted(const step& s) {
  auto& wanted = s.x.app.spec.tear_down_version_hash;
  for (auto& v : {older(s.was), newer(s.was)})
    if (wanted == v.cluster_id)
      return v;
  return std::nullopt; // most often a version that was torn down long ago
}

void begin_teardown(step& s, const version& x) {
  auto& t = s.next.teardown.emplace(teardown{.cluster_id = x.cluster_id, .started_at = s.now_text()});
  if (x.cluster_id == s.was.updating_cluster->id)
    t.spec_hash = s.was.updating_cluster->spec_hash;
  s.next.teardown_hash = x.cluster_id;
  s.because("spec.tearDownVersionHash names version " + in_words(x));
  s.wait("TearingDown", "tearing down version " + in_words(x));
  s.event("ForceCanceling", "cancelling job " + x.job_id + " of version " + in_words(x) + " (tearDownVersionHash)");
}

/// Returns whether the job is over, or will be with its cluster.
bool cancelled(step& s, const version& x) {
  auto c = s.cluster(x.cluster_id);
  if (!c.leader || s.passed(s.was.teardown->started_at, defaults::teardown_cancel))
    return true;
  auto ended = job_ended(s, c, x.job_id);
  if (ended && !*ended)
    s.cancel(c.id, x.job_id);
  return ended.value_or(false);
}

/// The newer version serves from now on.
void promote_newer(step& s) {
  auto& second = s.was.version_statuses[1];
  s.next.cluster = s.was.updating_cluster;
  s.next.deploy_hash = s.was.updating_cluster->id;
  s.next.deploy_version = s.was.updating_version;
  s.next.job_status = second.job_status;
  s.next.cluster_status = second.cluster_status;
  s.next.job_failures.reset();
}

void tear_down(step& s, const version& x) {
  s.wait("TearingDown", "tearing down version " + in_words(x));
  if (!cancelled(s, x) || !remove_cluster(s, x.cluster_id))
    return;
  if (x.cluster_id == s.was.cluster->id)
    promote_newer(s);
  s.next.updating_cluster.reset();
  s.next.version_statuses.resize(1);
  s.enter(phase::Running, "version " + in_words(x) + " is gone");
  s.event("TeardownCompleted", "version " + in_words(x) + " is gone; " + s.next.cluster->id + " serves");
}

/// What is not named after a colour is none of ours to remove.
bool has_colour_in_use(const application& app, const status& x, const k8s::object_head& head) {
  auto i = head.labels.find(std::string{labels::version});
  if (i == head.labels.end() || head.key.name != generic_service_name(app.metadata.name, i->second))
    return true;
  bool second = x.target || x.updating_cluster;
  return is_blue_green(x)
      && ((x.cluster && x.deploy_version == i->second) || (second && x.updating_version == i->second));
}

} // namespace

void accept_second(step& s, const rest::job& job) {
  auto& t = *s.was.target;
  deployed(s);
  s.next.updating_cluster = serving_cluster{t.cluster_id, t.spec_hash, t.job_manager};
  s.next.version_statuses.resize(2);
  s.next.version_statuses[1].job_status = deployed_job(s, job);
  s.enter(phase::DualRunning, "job " + job.id + " runs on cluster " + t.cluster_id + " beside the old one");
  tell_submitted(s, *s.next.version_statuses[1].job_status);
}

void dual_running(step& s) {
  if (!two_run(s.was))
    return s.enter(phase::Running, "status.versionStatuses or status.updatingCluster has been removed by hand");
  if (!s.was.job_status)
    s.next.job_status.emplace();
  sweep(s);
  if (auto x = going(s.was))
    return tear_down(s, *x);
  if (auto x = unwanted(s))
    return begin_teardown(s, *x);
  watch_version(s, in_words(older(s.was)));
  watch_newer(s);
  save_beside(s);
  say_what_is_next(s);
}

void sweep_colours(step& s) {
  auto remove = [&](object_role role, const k8s::object_head& x) {
    if (!x.deleting && !has_colour_in_use(s.x.app, s.next, x))
      s.insist(delete_object{role, x.key.name, x.uid});
  };
  for (auto& [name, x] : s.x.seen.world.services)
    if (!is_versioned(*x))
      remove(object_role::generic_service, x->head);
  for (auto& [name, x] : s.x.seen.world.ingresses)
    remove(object_role::ingress, x->head);
}

void mirror_versions(status& next) {
  if (!is_blue_green(next) || phase_of(next) == phase::New)
    return;
  if (!next.target && !next.updating_cluster) {
    next.updating_version.reset();
    next.updating_hash.reset();
  }
  auto& all = next.version_statuses;
  all.resize(2);
  all[0] = next.cluster ? version_status{next.deploy_version, next.cluster->id, next.cluster_status, next.job_status}
                        : version_status{};
  if (!next.updating_cluster)
    all[1] = {};
  else {
    all[1].app_version = next.updating_version;
    all[1].version_hash = next.updating_cluster->id;
  }
}

} // namespace flink
