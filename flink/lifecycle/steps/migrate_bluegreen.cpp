#include "flink/lifecycle/steps/migrate_bluegreen.hpp"

#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/find_jobs.hpp"
#include "flink/lifecycle/steps/take_over.hpp"

#include <algorithm>

namespace flink {

namespace {

const version_status* version_of(const status& x, const cluster_id& hash) {
  auto i = std::ranges::find(x.version_statuses, std::optional{hash}, &version_status::version_hash);
  return i == x.version_statuses.end() ? nullptr : &*i;
}

/// Returns a version as the status describes it.
go_operator_version recorded(const pass& p, const cluster_id& cluster_id, const flink::cluster_id& hash) {
  auto* known = version_of(p.was, hash);
  go_operator_version out{.cluster_id = cluster_id,
                          .recorded = known && known->job_status ? &*known->job_status : nullptr};
  if (out.recorded)
    out.job_id = out.recorded->job_id.value_or(job_id{});
  out.job_runs = !out.job_id.empty();
  return out;
}

go_operator_version older(const pass& p) {
  auto out = recorded(p, deployed_cluster(p), *p.was.deploy_hash);
  if (out.job_id.empty()) {
    out.job_id = serving_job(p.was); // where it is mirrored while one version runs
    out.job_runs = !out.job_id.empty();
  }
  return out;
}

/// Returns the cluster beside the older version; empty if there is none.
cluster_id other_cluster(const pass& p, const cluster_id& deployed) {
  auto all = clusters_in(p.in.seen.objects);
  auto i = std::ranges::find_if(all, [&](auto& id) { return id != deployed; });
  return i == all.end() ? cluster_id{} : *i;
}

/// Returns the newer version if its job was found or is recorded.
std::optional<go_operator_version> newer(const pass& p, const survey& all, const cluster_id& deployed) {
  auto id = other_cluster(p, deployed);
  if (id.empty())
    return std::nullopt;
  auto out = recorded(p, id, id);
  for (auto& x : all.jobs)
    if (x.cluster_id == id && !rest::is_terminal(x.job.state))
      out.job_id = x.job.id;
  out.job_runs = !out.job_id.empty();
  return out.job_runs ? std::optional{out} : std::nullopt;
}

/// Phases in which only the JobManager knows whether a newer version runs.
void follow_two(pass& p) {
  auto all = find_jobs(p);
  if (all.pending)
    return;
  auto first = older(p);
  auto second = newer(p, all, first.cluster_id);
  if (phase_of(p.was) == phase::Deleting)
    return second ? take_over_both(p, first, *second) : take_over_for_deletion(p, first);
  if (second)
    return take_over_both(p, first, *second);
  if (!remove_others(p, first.cluster_id))
    return;
  first.deploy_due = phase_of(p.was) == phase::SubmittingJob;
  take_over(p, first);
}

} // namespace

void migrate_blue_green(pass& p) {
  auto at = phase_of(p.was);
  if (at == phase::DualRunning || at == phase::SubmittingJob || at == phase::Deleting)
    return follow_two(p);
  auto first = older(p);
  first.failed = at == phase::DeployFailed || at == phase::RollingBackJob;
  first.deploy_due = !first.failed && at != phase::Running;
  take_over(p, first);
}

} // namespace flink
