#include "test/simulation/run.hpp"

#include "flink/admission/decode.hpp"
#include "flink/admission/record.hpp"

#include <algorithm>
#include <stdexcept>

namespace simulation {

namespace {

using namespace std::chrono_literals;

constexpr auto no_time = time_point::max();
/// A run with more steps than this loops.
constexpr uint64_t most_steps = 400'000;

/// decide() is a plain function; it finds its run here.
thread_local run* current = nullptr;

flink::decision observed_decide(const flink::situation& x) {
  return current->decide(x);
}

} // namespace

run::run(const run_setup& x)
    : setup{x}, adversary{x.record ? choices{*x.record} : choices{x.seed}}, world{adversary, events, x.seed},
      net{world, adversary, events}, invariants{world}, user{world, adversary, invariants},
      operators{net, world, adversary, events, observed_decide, x.seed} {
  current = this;
  if (x.scenario)
    adversary.stop();
  for (auto kind : x.without)
    adversary.forbid(kind);
  world.on_status = [this](auto& before, auto& after) { on_status(before, after); };
  net.on_command = [this](auto& ip, auto& y) { invariants.on_command(ip, y); };
  net.on_write = [this](auto& y) { invariants.on_write(y); };
  if (x.trace)
    net.trace = user.trace = operators.trace = [this](const std::string& y) { log(y); };
}

run::~run() {
  operators.end();
  current = nullptr;
}

// -- execution ----------------------------------------------------------------------------------------

void run::step() {
  ++steps_;
  if (steps_ > most_steps)
    return invariants.fail("the run did not end after " + std::to_string(most_steps) + " steps");
  if (setup.crash_at == steps_)
    operators.crash();
  if (operators.can_run())
    operators.run_one();
  else
    pass_time();
  if (operators.two_act())
    invariants.fail("two operators are allowed to act at the same time");
  net.pump();
  invariants.check();
}

void run::pass_time() {
  auto mine = events.due().value_or(no_time);
  auto theirs = world.due().value_or(no_time);
  auto watches = net.due().value_or(no_time);
  auto timers = operators.due().value_or(no_time);
  auto next = std::max(world.now(), std::min({mine, theirs, watches, timers}));
  world.advance(next);
  operators.advance(next);
  if (mine <= next)
    events.step();
}

bool run::run_until(std::chrono::nanoseconds limit, const std::function<bool()>& done) {
  auto end = world.now() + limit;
  while (!failed() && world.now() < end) {
    if (done())
      return true;
    step();
  }
  return done();
}

void run::run_for(std::chrono::nanoseconds length) {
  run_until(length, [] { return false; });
}

// -- operators ----------------------------------------------------------------------------------

flink::decision run::decide(const flink::situation& x) {
  if (adversary.strikes("supervisor crashes", 3))
    throw std::runtime_error{"injected"};
  auto d = setup.decide(x);
  waits_for_ = d.waiting.reason + ": " + d.waiting.message;
  decided_.push_back(d.next);
  if (decided_.size() > 64)
    decided_.pop_front();
  if (setup.trace && !d.reason.empty())
    log("decides " + flink::phase_text(flink::phase_of(d.next)) + ": " + d.reason);
  return d;
}

void run::on_status(const json::value& before, const json::value& after) {
  invariants.on_status(before, after);
  auto kept = flink::read_record(json::serialize(after)).app.status;
  if (std::find(decided_.begin(), decided_.end(), kept) == decided_.end())
    invariants.fail("the status read back differs from the one decided: " + json::serialize(*at(after, {"status"})));
  if (auto uid = text(after, {"metadata", "uid"}); statuses_of_ != uid) {
    old_statuses_.clear(); // a new application with the same name
    statuses_of_ = uid;
  }
  old_statuses_.push_back(*at(after, {"status"}));
  if (old_statuses_.size() > 100)
    old_statuses_.pop_front();
  auto from = text(before, {"status", "phase"}), to = text(after, {"status", "phase"});
  if (from != to) {
    phase_since_ = world.now();
    ++transitions_[{from, to}];
    log("phase " + from + " -> " + to);
    if (on_phase)
      on_phase();
  }
}

// -- views ----------------------------------------------------------------------------------------

std::string run::phase() const {
  auto* x = application();
  return x ? text(*x, {"status", "phase"}) : std::string{};
}

std::string run::condition(std::string_view type) const {
  auto* x = application();
  auto* all = x ? at(*x, {"status", "conditions"}) : nullptr;
  for (std::size_t i = 0; all && i < all->as_array().size(); ++i)
    if (auto& c = all->as_array()[i]; text(c, {"type"}) == type)
      return text(c, {"status"}) + " " + text(c, {"reason"}) + ": " + text(c, {"message"});
  return "none";
}

std::string run::describe() const {
  return application() ? "phase " + phase() + ", Degraded " + condition("Degraded") + "; waiting: " + waits_for_
                       : "no application";
}

std::string run::objects() const {
  std::string out;
  auto add = [&](const char* resource, const std::string& prefix) {
    for (auto& [key, x] : world.store().all(resource))
      out += prefix + key.name + (at(*x, {"metadata", "deletionTimestamp"}) ? " (terminating) " : " ");
  };
  add("pods", "");
  add("deployments.apps", "Deployment ");
  return out;
}

void run::log(const std::string& x) {
  if (!setup.trace)
    return;
  auto t = std::chrono::duration_cast<milliseconds>(world.now() - beginning).count();
  auto stamp = std::to_string(t / 1000) + "." + std::to_string(1000 + t % 1000).substr(1);
  setup.trace(std::string(10 - std::min<std::size_t>(10, stamp.size()), ' ') + stamp + "  " + x);
}

outcome run::result() const {
  outcome out{.failure = invariants.failure(),
              .choices = adversary.made(),
              .steps = steps_,
              .faults = {},
              .transitions = transitions_,
              .operators = operators.started()};
  for (auto& [kind, n] : adversary.faults())
    out.faults[std::string{kind}] += n;
  return out;
}

} // namespace simulation
