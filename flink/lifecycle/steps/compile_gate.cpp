// The gate of the compiled plan: the JobManager of the new cluster runs main() before anything of the old job is
// touched.
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace {

/// What was asked of a JobManager that is gone has no answer; this one has not been asked.
bool failed_in_another_life(const step& s, const cluster_view& c, const action& what) {
  auto last = s.x.seen.outcomes.find(what);
  return last != s.x.seen.outcomes.end() && last->second.failed && c.leader
      && last->second.asked != incarnation_of(*c.leader);
}

} // namespace

action compiling(const step& s, const cluster_view& c) {
  return compile_job{c.id, *s.was.target->job};
}

bool compiles(step& s, const cluster_view& c) {
  auto& acceptance = s.x.app.spec.acceptance;
  if (acceptance && !acceptance->compile_first.value_or(true))
    return true;
  auto compile = compiling(s, c);
  bool runs = s.under_way(compile);
  bool again = !runs && failed_in_another_life(s, c, compile);
  if (again)
    s.act(compile);
  if (runs || again || (s.order(compile) == progress::pending && !s.failure_of(compile))) {
    s.wait("CompilingJob", "the JobManager of cluster " + c.id + " compiles the job");
    return false;
  }
  auto* why = s.failure_of(compile);
  if (!why || why->kind != failure_class::rejected)
    return true; // a failure that is no verdict does not refuse, and is not waited for
  fail_deploy(s, "JobRefused", "the job does not compile on cluster " + c.id + ": " + why->message);
  return false;
}

} // namespace flink
