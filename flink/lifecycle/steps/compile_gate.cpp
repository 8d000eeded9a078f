// The gate of the compiled plan: the JobManager of the new cluster runs main() before anything of the old job is
// touched.
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace {

/// What was asked of a JobManager that is gone has no answer; this one has not been asked.
bool failed_in_another_life(const pass& p, const cluster_view& c, const action& what) {
  auto last = p.in.seen.outcomes.find(what);
  return last != p.in.seen.outcomes.end() && last->second.failed && c.leader
      && last->second.asked != incarnation_of(*c.leader);
}

} // namespace

action compiling(const pass& p, const cluster_view& c) {
  return compile_job{c.id, *p.was.target->job};
}

bool compiles(pass& p, const cluster_view& c) {
  auto& acceptance = p.in.app.spec.acceptance;
  if (acceptance && !acceptance->compile_first.value_or(true))
    return true;
  auto compile = compiling(p, c);
  bool runs = p.in_flight(compile);
  bool again = !runs && failed_in_another_life(p, c, compile);
  if (again)
    p.act(compile);
  if (runs || again || (p.send(compile) == progress::pending && !p.failure_of(compile))) {
    p.wait("CompilingJob", "the JobManager of cluster " + c.id + " compiles the job");
    return false;
  }
  auto* why = p.failure_of(compile);
  if (!why || why->kind != failure_class::rejected)
    return true; // a failure that is no verdict does not refuse, and is not waited for
  fail_deploy(p, "JobRefused", "the job does not compile on cluster " + c.id + ": " + why->message);
  return false;
}

} // namespace flink
