#include "test/simulation/play.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace simulation {

namespace {

using namespace std::chrono_literals;

constexpr auto no_time = time_point::max();
/// In peace, everything has to be as it should be after this long at the latest: three deploys' patience.
constexpr auto patience = 20min;
/// Then nothing may be written for so long, but the newest checkpoint's path.
constexpr auto silence = 3min;
/// A run that takes more steps than this goes round in circles.
constexpr uint64_t most_steps = 400'000;

class run;

/// decide() is a plain function; it finds the run that it belongs to here.
thread_local run* present = nullptr;

flink::decision observed_decide(const flink::situation& x);

class run {
public:
  explicit run(const play_setup& setup)
      : setup_{setup}, adversary_{setup.record ? choices{*setup.record} : choices{setup.seed}},
        outside_{adversary_, events_, setup.seed}, net_{outside_, adversary_, events_}, judge_{outside_},
        user_{outside_, adversary_, judge_} {
    present = this;
    if (setup.plot)
      adversary_.rest();
    outside_.on_status = [this](auto& before, auto& after) { on_status(before, after); };
    net_.on_order = [this](auto& ip, auto& x) { judge_.on_order(ip, x); };
    if (setup.trace)
      net_.trace = user_.trace = [this](const std::string& x) { say(x); };
  }

  ~run() { present = nullptr; }

  outcome go() {
    try {
      start_operator();
      user_.create();
      if (setup_.plot)
        act_out(*setup_.plot);
      else {
        troubles();
        peace();
      }
    } catch (const std::exception& x) {
      judge_.complain(std::string{"exception: "} + x.what());
    }
    if (!judge_.complaint().empty())
      say("COMPLAINT " + judge_.complaint() + "; there are " + pods());
    operator_.reset();
    return result();
  }

  flink::decision decide(const flink::situation& x) {
    if (adversary_.strikes("supervisor crashes", 3))
      throw std::runtime_error{"played"};
    auto d = setup_.decide(x);
    waits_for_ = d.waiting.reason + ": " + d.waiting.message;
    decided_.push_back(d.next);
    if (decided_.size() > 64)
      decided_.pop_front();
    if (setup_.trace && !d.reason.empty())
      say("decides " + d.next.phase.value_or("") + ": " + d.reason);
    return d;
  }

private:
  // -- the machine ------------------------------------------------------------------------------------

  void step() {
    ++steps_;
    if (steps_ > most_steps)
      return judge_.complain("no end after " + std::to_string(most_steps) + " steps");
    if (setup_.crash_at == steps_)
      crash();
    if (operator_ && operator_->can_run())
      operator_->run_one(adversary_);
    else
      pass_time();
    net_.pump();
    judge_.look();
  }

  void pass_time() {
    auto mine = events_.due().value_or(no_time);
    auto theirs = outside_.due().value_or(no_time);
    auto watches = net_.due().value_or(no_time);
    auto timers = operator_ ? operator_->due().value_or(no_time) : no_time;
    auto next = std::max(outside_.now(), std::min({mine, theirs, watches, timers}));
    outside_.advance(next);
    if (operator_)
      operator_->advance(next);
    if (mine <= next)
      events_.step();
  }

  bool bad() const { return !judge_.complaint().empty(); }

  void in(std::chrono::milliseconds delay, std::function<void()> what) {
    events_.at(outside_.now() + delay, std::move(what));
  }

  // -- the operator -----------------------------------------------------------------------------------

  void start_operator() {
    constexpr std::chrono::milliseconds skews[] = {0ms, 0ms, 40s, -40s};
    ++operators_;
    say("operator " + std::to_string(operators_) + " starts");
    operator_ = std::make_unique<incarnation>(net_, outside_,
                                              incarnation_setup{.decide = observed_decide,
                                                                .clock_skew = skews[adversary_.choose("clock", 4)],
                                                                .seed = setup_.seed + 1000 * operators_});
  }

  void crash() {
    if (!operator_)
      return;
    say("operator " + std::to_string(operators_) + " is killed");
    operator_.reset();
    constexpr std::chrono::milliseconds pauses[] = {100ms, 2s, 30s, 90s};
    in(pauses[adversary_.choose("operator away", 4)], [this] {
      if (!operator_)
        start_operator();
    });
  }

  // -- troubles ---------------------------------------------------------------------------------------

  void troubles() {
    auto end = outside_.now() + 60s + 60s * adversary_.choose("minutes of trouble", 5);
    plan_user();
    plan_trouble();
    while (!bad() && outside_.now() < end)
      step();
    quiet_ = true;
    adversary_.rest();
    heal();
  }

  void plan_user() {
    constexpr std::chrono::milliseconds pauses[] = {12s, 500ms, 3s, 7s, 20s, 45s};
    in(pauses[adversary_.choose("user's pause", 6)], [this] {
      if (quiet_)
        return;
      user_.do_something();
      plan_user();
    });
  }

  void plan_trouble() {
    constexpr std::chrono::milliseconds pauses[] = {30s, 1s, 4s, 9s, 17s};
    in(pauses[adversary_.choose("time to the next trouble", 5)], [this] {
      if (quiet_)
        return;
      make_trouble();
      plan_trouble();
    });
  }

  node_pod* some_pod(bool job_manager) {
    auto all = outside_.running_pods(job_manager);
    return all.empty() ? nullptr : all[adversary_.choose("which pod", static_cast<uint32_t>(all.size()))];
  }

  /// Takes something away and gives it back after a while.
  void spell(const char* what, std::function<void(bool)> set) {
    constexpr std::chrono::milliseconds lengths[] = {2s, 7s, 25s, 70s};
    say(std::string{what} + " begins");
    set(true);
    in(lengths[adversary_.choose("how long", 4)], [this, what, set] {
      say(std::string{what} + " ends");
      set(false);
    });
  }

  void make_trouble() {
    if (adversary_.strikes("operator killed", 180))
      crash();
    if (adversary_.strikes("watch cut", 120))
      net_.cut_a_watch();
    if (adversary_.strikes("history compacted", 80)) {
      outside_.compact();
      net_.cut_a_watch();
    }
    if (adversary_.strikes("API server away", 60))
      spell("API server away", [this](bool on) { outside_.api_server_down = on; });
    if (adversary_.strikes("nothing is scheduled", 60))
      spell("no scheduling", [this](bool on) { outside_.nothing_is_scheduled = on; });
    if (adversary_.strikes("clock jumps", 40) && operator_)
      operator_->clock_skew += adversary_.choose("which way", 2) ? 300s : -300s;
    trouble_flink();
  }

  void trouble_flink() {
    using faults = local::simulated::faults;
    if (adversary_.strikes("JobManager dies", 90))
      if (auto* x = some_pod(true)) {
        say("the JobManager of cluster " + x->cluster_id + " dies");
        outside_.kill_process(*x);
      }
    if (adversary_.strikes("TaskManager dies", 60))
      if (auto* x = some_pod(false)) {
        say("a TaskManager of cluster " + x->cluster_id + " dies");
        outside_.kill_process(*x);
      }
    if (adversary_.strikes("pod evicted", 60))
      if (auto* x = some_pod(adversary_.choose("JobManager or TaskManager", 2) == 0)) {
        say("pod " + x->key.name + " is evicted");
        outside_.evict(*x);
      }
    if (adversary_.strikes("tasks fail", 60))
      outside_.fail_tasks();
    if (adversary_.strikes("JobManagers hang", 50))
      spell("hang", [this](bool on) { outside_.set_faults([=](faults& x) { x.hung = on; }); });
    if (adversary_.strikes("savepoints fail", 60))
      spell("failing savepoints", [this](bool on) {
        outside_.set_faults([=](faults& x) { x.savepoints_fail = on ? std::optional{"played"} : std::nullopt; });
      });
    if (adversary_.strikes("checkpoints fail", 40))
      spell("failing checkpoints",
            [this](bool on) { outside_.set_faults([=](faults& x) { x.checkpoints_fail = on; }); });
  }

  void heal() {
    outside_.api_server_down = false;
    outside_.nothing_is_scheduled = false;
    outside_.set_faults([](local::simulated::faults& x) { x = {}; });
    if (operator_)
      operator_->clock_skew = 0ms;
    else
      start_operator();
    say("peace");
  }

  // -- plots ------------------------------------------------------------------------------------------

  void act_out(plot x) {
    bool performed = false;
    in(12s, [&] {
      user_.perform(x);
      performed = true;
    });
    auto end = outside_.now() + patience;
    while (!bad() && outside_.now() < end && !(performed && has_ended(x)))
      step();
    if (!bad() && !has_ended(x))
      judge_.complain("the plot does not end: " + unfinished() + "; " + picture());
  }

  bool has_ended(plot x) const {
    auto* application = outside_.application(user::name);
    if (x != plot::rollback)
      return unfinished().empty() && outside_.now() >= calm_since_ + 2s;
    return application && text(*application, {"status", "phase"}) == "DeployFailed"
        && judge_.live_jobs(text(*application, {"metadata", "uid"})).size() == 1;
  }

  // -- peace --------------------------------------------------------------------------------------------

  /// Returns what is not yet as it should be; empty if all is well.
  std::string unfinished() const {
    auto* x = outside_.application(user::name);
    if (!user_.wants_it())
      return x ? "the application is still there" : leftovers();
    if (!x)
      return "the application is not there";
    auto phase = text(*x, {"status", "phase"});
    auto live = judge_.live_jobs(text(*x, {"metadata", "uid"})).size();
    if (!user_.wanted().good)
      return phase == "DeployFailed" || phase == "Running" || phase.empty() ? "" : "phase " + phase;
    if (phase != "Running")
      return "phase " + phase;
    if (text(*x, {"status", "jobStatus", "state"}) != "RUNNING" || live != 1)
      return "no job runs";
    return runs_what_is_wanted(*x);
  }

  std::string runs_what_is_wanted(const json::value& x) const {
    auto cluster = text(x, {"status", "cluster", "id"});
    auto manager
        = outside_.store().get("deployments.apps", {"default", std::string{user::name} + "-" + cluster + "-jm"});
    if (!manager)
      return "the JobManager's Deployment is missing";
    auto image = text(at(*manager, {"spec", "template", "spec", "containers"})->as_array().front(), {"image"});
    if (image != user_.wanted().image)
      return "image " + image + " runs instead of " + user_.wanted().image;
    auto deployments = outside_.store().all("deployments.apps").size();
    return deployments == 2 ? "" : std::to_string(deployments) + " Deployments are there";
  }

  std::string leftovers() const {
    for (auto* resource : {"deployments.apps", "services", "pods"})
      for (auto& [key, x] : outside_.store().all(resource))
        if (!judge_.forgiven(text(*x, {"metadata", "labels", "flink.k8s.io/application-uid"})))
          return std::string{resource} + " " + key.name + " is left over";
    return {};
  }

  bool until_well(std::chrono::nanoseconds limit) {
    auto end = outside_.now() + limit;
    while (!bad() && outside_.now() < end) {
      if (unfinished().empty() && outside_.now() >= calm_since_ + 30s)
        return true;
      step();
    }
    return unfinished().empty();
  }

  bool failed_for_good() const {
    auto* x = outside_.application(user::name);
    if (!x)
      return false;
    auto phase = text(*x, {"status", "phase"});
    return phase == "DeployFailed" || (phase == "Running" && !user_.wanted().good);
  }

  std::string condition(std::string_view type) const {
    auto* x = outside_.application(user::name);
    auto* all = x ? at(*x, {"status", "conditions"}) : nullptr;
    for (std::size_t i = 0; all && i < all->as_array().size(); ++i)
      if (auto& c = all->as_array()[i]; text(c, {"type"}) == type)
        return text(c, {"status"}) + " " + text(c, {"reason"}) + ": " + text(c, {"message"});
    return "none";
  }

  std::string picture() const {
    auto* x = outside_.application(user::name);
    return x ? "phase " + text(*x, {"status", "phase"}) + ", Degraded " + condition("Degraded") + "; waits for "
                   + waits_for_
             : "no application";
  }

  void peace() {
    if (!user_.wants_it())
      return deletion_ends();
    if (!until_well(patience) && !bad()) {
      if (!failed_for_good() && !user_can_help())
        return judge_.complain("not well in time: " + unfinished() + "; " + picture());
    }
    // The first edit may only bring to light that there is no state, or meet a job whose tasks are just coming back.
    for (int i = 0; i < 3 && !bad() && (!unfinished().empty() || !user_.wanted().good); ++i) {
      user_.repair(asked_for_fallback(), running_shape());
      if (!until_well(patience) && i == 2)
        return judge_.complain("not repaired by an edit: " + unfinished() + "; " + picture());
    }
    if (!bad())
      demand_silence();
  }

  bool asked_for_fallback() const {
    auto* x = outside_.application(user::name);
    return x
        && (text(*x, {"status", "reason"}) + condition("Degraded")).find("fallbackWithoutState") != std::string::npos;
  }

  /// Which state the saved one is: an edit must be able to take it over.
  std::string running_shape() const {
    if (auto* x = outside_.application(user::name))
      if (auto* kept = outside_.snapshots().find(text(*x, {"status", "savepointPath"})))
        return kept->shape;
    std::string shape;
    local::model::moment newest{};
    for (auto& path : outside_.snapshots().list())
      if (auto* found = outside_.snapshots().find(path); found->taken_at >= newest) {
        newest = found->taken_at;
        shape = found->shape;
      }
    return shape;
  }

  std::string pods() const {
    std::string out;
    for (auto& [key, x] : outside_.store().all("pods"))
      out += key.name + (at(*x, {"metadata", "deletionTimestamp"}) ? " (ending) " : " ");
    for (auto& [key, x] : outside_.store().all("deployments.apps"))
      out += "Deployment " + key.name + (at(*x, {"metadata", "deletionTimestamp"}) ? " (ending) " : " ");
    return out;
  }

  /// A condition says what the user has to do.
  bool user_can_help() const { return condition("Degraded").starts_with("True"); }

  void deletion_ends() {
    if (until_well(patience) || bad())
      return;
    if (condition("Degraded").find("CannotSaveState") == std::string::npos)
      return judge_.complain("the deletion does not end: " + unfinished() + "; " + picture());
    user_.give_up_state();
    if (!until_well(patience))
      judge_.complain("the deletion does not end: " + unfinished() + "; " + picture());
  }

  void demand_silence() {
    for (auto end = outside_.now() + 1min; !bad() && outside_.now() < end;) // restarted tasks come back
      step();
    auto before = net_.writes;
    auto end = outside_.now() + silence;
    while (!bad() && outside_.now() < end)
      step();
    for (auto& [what, n] : net_.writes)
      if (auto more = n - before[what]; more > (what == "PATCH flinkapplications/status" ? 4U : 0U))
        judge_.complain("at rest: " + std::to_string(more) + " times " + what);
  }

  // -- notes ------------------------------------------------------------------------------------------

  void on_status(const json::value& before, const json::value& after) {
    judge_.on_status(before, after);
    auto kept = flink::read_record(json::serialize(after)).app.status;
    if (std::find(decided_.begin(), decided_.end(), kept) == decided_.end())
      judge_.complain("the status is not read back as it was decided: " + json::serialize(*at(after, {"status"})));
    auto from = text(before, {"status", "phase"}), to = text(after, {"status", "phase"});
    if (from != to) {
      calm_since_ = outside_.now();
      ++transitions_[{from, to}];
      say("phase " + from + " -> " + to);
    }
  }

  void say(const std::string& x) {
    if (!setup_.trace)
      return;
    auto t = std::chrono::duration_cast<std::chrono::milliseconds>(outside_.now() - beginning).count();
    auto stamp = std::to_string(t / 1000) + "." + std::to_string(1000 + t % 1000).substr(1);
    setup_.trace(std::string(10 - std::min<std::size_t>(10, stamp.size()), ' ') + stamp + "  " + x);
  }

  outcome result() {
    outcome out{.complaint = judge_.complaint(),
                .choices = adversary_.made(),
                .steps = steps_,
                .faults = {},
                .transitions = transitions_,
                .operators = operators_};
    for (auto& [kind, n] : adversary_.faults())
      out.faults[std::string{kind}] += n;
    return out;
  }

  play_setup setup_;
  choices adversary_;
  timeline events_;
  world outside_;
  network net_;
  judge judge_;
  user user_;
  std::unique_ptr<incarnation> operator_;
  uint64_t operators_ = 0;
  uint64_t steps_ = 0;
  bool quiet_ = false;
  std::deque<flink::status> decided_;
  std::string waits_for_;
  time_point calm_since_ = beginning;
  std::map<std::pair<std::string, std::string>, uint64_t> transitions_;
};

flink::decision observed_decide(const flink::situation& x) {
  return present->decide(x);
}

} // namespace

outcome play(const play_setup& setup) {
  return run{setup}.go();
}

} // namespace simulation
