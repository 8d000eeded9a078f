#include "test/simulation/stage.hpp"

#include "flink/admission/record.hpp"

#include <algorithm>
#include <stdexcept>

namespace simulation {

namespace {

using namespace std::chrono_literals;

constexpr auto no_time = time_point::max();
/// A run that takes more steps than this goes round in circles.
constexpr uint64_t most_steps = 400'000;

/// decide() is a plain function; it finds the run that it belongs to here.
thread_local stage* present = nullptr;

flink::decision observed_decide(const flink::situation& x) {
  return present->decide(x);
}

} // namespace

stage::stage(const play_setup& x)
    : setup{x}, adversary{x.record ? choices{*x.record} : choices{x.seed}}, outside{adversary, events, x.seed},
      net{outside, adversary, events}, judge{outside}, user{outside, adversary, judge},
      operators{net, outside, adversary, events, observed_decide, x.seed} {
  present = this;
  if (x.plot)
    adversary.rest();
  for (auto kind : x.without)
    adversary.forbid(kind);
  outside.on_status = [this](auto& before, auto& after) { on_status(before, after); };
  net.on_order = [this](auto& ip, auto& y) { judge.on_order(ip, y); };
  net.on_write = [this](auto& y) { judge.on_write(y); };
  if (x.trace)
    net.trace = user.trace = operators.trace = [this](const std::string& y) { say(y); };
}

stage::~stage() {
  operators.end();
  present = nullptr;
}

// -- the machine ----------------------------------------------------------------------------------------

void stage::step() {
  ++steps_;
  if (steps_ > most_steps)
    return judge.complain("no end after " + std::to_string(most_steps) + " steps");
  if (setup.crash_at == steps_)
    operators.crash();
  if (operators.can_run())
    operators.run_one();
  else
    pass_time();
  if (operators.two_act())
    judge.complain("two operators act at once");
  net.pump();
  judge.look();
}

void stage::pass_time() {
  auto mine = events.due().value_or(no_time);
  auto theirs = outside.due().value_or(no_time);
  auto watches = net.due().value_or(no_time);
  auto timers = operators.due().value_or(no_time);
  auto next = std::max(outside.now(), std::min({mine, theirs, watches, timers}));
  outside.advance(next);
  operators.advance(next);
  if (mine <= next)
    events.step();
}

bool stage::run_until(std::chrono::nanoseconds limit, const std::function<bool()>& done) {
  auto end = outside.now() + limit;
  while (!bad() && outside.now() < end) {
    if (done())
      return true;
    step();
  }
  return done();
}

void stage::run_for(std::chrono::nanoseconds length) {
  run_until(length, [] { return false; });
}

// -- what the operators do ----------------------------------------------------------------------------------

flink::decision stage::decide(const flink::situation& x) {
  if (adversary.strikes("supervisor crashes", 3))
    throw std::runtime_error{"played"};
  auto d = setup.decide(x);
  waits_for_ = d.waiting.reason + ": " + d.waiting.message;
  decided_.push_back(d.next);
  if (decided_.size() > 64)
    decided_.pop_front();
  if (setup.trace && !d.reason.empty())
    say("decides " + d.next.phase.value_or("") + ": " + d.reason);
  return d;
}

void stage::on_status(const json::value& before, const json::value& after) {
  judge.on_status(before, after);
  auto kept = flink::read_record(json::serialize(after)).app.status;
  if (std::find(decided_.begin(), decided_.end(), kept) == decided_.end())
    judge.complain("the status is not read back as it was decided: " + json::serialize(*at(after, {"status"})));
  if (auto uid = text(after, {"metadata", "uid"}); statuses_of_ != uid) {
    old_statuses_.clear(); // another application under the same name
    statuses_of_ = uid;
  }
  old_statuses_.push_back(*at(after, {"status"}));
  if (old_statuses_.size() > 100)
    old_statuses_.pop_front();
  auto from = text(before, {"status", "phase"}), to = text(after, {"status", "phase"});
  if (from != to) {
    calm_since_ = outside.now();
    ++transitions_[{from, to}];
    say("phase " + from + " -> " + to);
    if (on_phase)
      on_phase();
  }
}

// -- for onlookers ----------------------------------------------------------------------------------------

std::string stage::phase() const {
  auto* x = application();
  return x ? text(*x, {"status", "phase"}) : std::string{};
}

std::string stage::condition(std::string_view type) const {
  auto* x = application();
  auto* all = x ? at(*x, {"status", "conditions"}) : nullptr;
  for (std::size_t i = 0; all && i < all->as_array().size(); ++i)
    if (auto& c = all->as_array()[i]; text(c, {"type"}) == type)
      return text(c, {"status"}) + " " + text(c, {"reason"}) + ": " + text(c, {"message"});
  return "none";
}

std::string stage::picture() const {
  return application() ? "phase " + phase() + ", Degraded " + condition("Degraded") + "; waits for " + waits_for_
                       : "no application";
}

std::string stage::objects() const {
  std::string out;
  auto add = [&](const char* resource, const std::string& prefix) {
    for (auto& [key, x] : outside.store().all(resource))
      out += prefix + key.name + (at(*x, {"metadata", "deletionTimestamp"}) ? " (ending) " : " ");
  };
  add("pods", "");
  add("deployments.apps", "Deployment ");
  return out;
}

void stage::say(const std::string& x) {
  if (!setup.trace)
    return;
  auto t = std::chrono::duration_cast<milliseconds>(outside.now() - beginning).count();
  auto stamp = std::to_string(t / 1000) + "." + std::to_string(1000 + t % 1000).substr(1);
  setup.trace(std::string(10 - std::min<std::size_t>(10, stamp.size()), ' ') + stamp + "  " + x);
}

outcome stage::result() const {
  outcome out{.complaint = judge.complaint(),
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
