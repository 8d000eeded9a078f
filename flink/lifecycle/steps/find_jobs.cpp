#include "flink/lifecycle/steps/find_jobs.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/migration/go_operator.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

bool silent(const pass_inputs& p, const cluster_view& c) {
  auto i = p.in.seen.outcomes.find(ask_jobs{c.id});
  return i != p.in.seen.outcomes.end() && i->second.attempts >= defaults::breaker_failures;
}

} // namespace

survey find_jobs(queries& p) {
  survey out;
  // A deletion must not hang because a JobManager does not answer; it has its own rules for that.
  bool patient = !p.in.app.metadata.deletion_timestamp;
  for (auto& id : clusters_in(p.in.seen.objects)) {
    auto c = p.cluster(id);
    auto* jobs = p.ask(c, ask_jobs{c.id}, defaults::poll_longest);
    for (auto& x : jobs ? *jobs : std::vector<rest::job_summary>{})
      out.jobs.push_back({id, x});
    if (jobs || !may_run_a_job(p, c))
      continue;
    out.pending = out.pending || patient || (c.leader && !silent(p, c));
    if (silent(p, c) || !c.leader)
      p.blocked(reason::JobManagerSilent, "the operator cannot check whether cluster " + id
                                              + " runs a job, because its JobManager does not answer; if the "
                                                "JobManager cannot recover, delete the Deployments of that cluster");
    else
      p.wait(reason::LookingForJob, "listing the jobs of cluster " + id);
  }
  return out;
}

bool remove_others(queries& p, const cluster_id& keep) {
  bool gone = true;
  for (auto& id : clusters_in(p.in.seen.objects))
    gone = (id == keep || remove_cluster(p, id)) && gone;
  for (auto& [name, pod] : p.in.seen.objects.pods)
    if (without_uid_label(pod->head) && pod->head.deleting && (keep.empty() || !is_go_pod(pod->head, keep)))
      gone = false;
  if (!gone)
    p.wait(reason::RemovingHalfMade, "removing clusters that the Go operator left unfinished: no job runs there");
  return gone;
}

} // namespace flink
