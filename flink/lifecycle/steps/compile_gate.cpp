#include "flink/lifecycle/steps/compile_gate.hpp"

#include "flink/lifecycle/steps/end_deploy.hpp"

namespace flink {

namespace {

/// Returns whether the last failure came from an earlier incarnation: the present one has not compiled anything yet.
bool failed_in_another_incarnation(const pass_inputs& p, const cluster_view& c, const action& what) {
  auto last = p.in.seen.outcomes.find(what);
  return last != p.in.seen.outcomes.end() && last->second.failed && c.leader
      && last->second.asked != incarnation_of(*c.leader);
}

} // namespace

action compile_command(const pass_inputs& p, const cluster_view& c) {
  return compile_job{c.id, *p.was.target->job};
}

step_result run_compile_gate(pass& p, const cluster_view& c) {
  auto& acceptance = p.in.app.spec.acceptance;
  if (acceptance && !acceptance->compile_first.value_or(true))
    return step_result::done;
  auto compile = compile_command(p, c);
  bool in_flight = p.in_flight(compile);
  bool again = !in_flight && failed_in_another_incarnation(p, c, compile);
  if (again)
    p.act(compile);
  if (in_flight || again || (p.send(compile) == progress::pending && !p.failure_of(compile))) {
    p.wait(reason::CompilingJob, "the JobManager of cluster " + c.id + " compiles the job");
    return step_result::waiting;
  }
  auto* why = p.failure_of(compile);
  if (!why || why->kind != failure_class::rejected)
    return step_result::done; // the code was not refused: go on without the compiled plan
  fail_deploy(p, reason::JobRefused, "the job does not compile on cluster " + c.id + ": " + why->message);
  return step_result::gave_up;
}

} // namespace flink
