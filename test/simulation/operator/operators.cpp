#include "test/simulation/operator/operators.hpp"

#include "test/simulation/operator/incarnation.hpp"
#include "test/simulation/operator/mutants.hpp"

#include <algorithm>

namespace simulation {

using namespace std::chrono_literals;

namespace {

constexpr auto are_there = [](auto&) { return true; };
constexpr auto are_not_frozen = [](auto& x) { return !x.frozen; };
constexpr auto can_run_now = [](auto& x) { return x.process && !x.frozen && x.process->can_run(); };

} // namespace

operators::operators(network& net, const world& world, choices& adversary, timeline& events,
                     flink::decide_function decide, uint64_t seed)
    : net_{net}, world_{world}, adversary_{adversary}, events_{events}, decide_{decide}, seed_{seed} {}

operators::~operators() = default;

void operators::log(const std::string& what, const place& x) const {
  if (trace)
    trace("operator " + x.process->identity + " " + what);
}

// -- start and end ----------------------------------------------------------------------------------------

void operators::start(bool elected) {
  elected_ = elected;
  start_at(places_[0]);
  if (elected)
    start_at(places_[1]);
}

void operators::start_at(place& x) {
  constexpr milliseconds skews[] = {0ms, 0ms, 40s, -40s};
  auto skew = skews[adversary_.choose("clock", 4)];
  auto identity = std::to_string(++started_);
  forget_what_was_in_memory();
  x.process = std::make_unique<incarnation>(net_, world_,
                                            incarnation_setup{.decide = decide_,
                                                              .clock_skew = skew,
                                                              .seed = seed_ + 1000 * started_,
                                                              .identity = identity,
                                                              .elected = elected_});
  x.frozen = false;
  log("starts", x);
}

void operators::start_again(place& x, milliseconds after) {
  x.process.reset();
  events_.in(after, [this, &x] {
    if (!ended_ && !x.process)
      start_at(x);
  });
}

void operators::heal() {
  for (auto& x : places_) {
    if (x.process) {
      thaw(x);
      x.process->clock_skew = 0ms;
    } else if (elected_ || &x == &places_[0])
      start_at(x);
  }
}

void operators::end() {
  ended_ = true;
  for (auto& x : places_)
    x.process.reset();
}

// -- faults ---------------------------------------------------------------------------------

std::vector<operators::place*> operators::those_that(bool (*are)(const place&)) {
  std::vector<place*> out;
  for (auto& x : places_)
    if (x.process && are(x))
      out.push_back(&x);
  return out;
}

operators::place* operators::some_of(const std::vector<place*>& all, std::string_view kind) {
  if (all.size() < 2)
    return all.empty() ? nullptr : all.front();
  return all[adversary_.choose(kind, static_cast<uint32_t>(all.size()))];
}

void operators::crash() {
  auto* x = some_of(those_that(are_there), "which operator is killed");
  if (!x)
    return;
  constexpr milliseconds pauses[] = {100ms, 2s, 30s, 90s};
  log("is killed", *x);
  start_again(*x, pauses[adversary_.choose("operator away", 4)]);
}

void operators::freeze() {
  auto* x = some_of(those_that(are_not_frozen), "which operator freezes");
  if (!x)
    return;
  constexpr milliseconds lengths[] = {2s, 9s, 20s, 35s, 90s};
  log("freezes", *x);
  x->frozen = true;
  events_.in(lengths[adversary_.choose("how long it freezes", 5)], [this, x] { thaw(*x); });
}

void operators::thaw(place& x) {
  if (!x.process || !x.frozen)
    return;
  log("resumes", x);
  x.frozen = false;
  x.process->advance(world_.now()); // its clock went on
}

void operators::shift_clock(milliseconds by) {
  if (auto* x = some_of(those_that(are_there), "whose clock jumps"))
    x->process->clock_skew += by;
}

// -- execution --------------------------------------------------------------------------------------------

bool operators::can_run() const {
  return std::ranges::any_of(places_, can_run_now);
}

void operators::run_one() {
  auto* x = some_of(those_that(can_run_now), "which operator");
  x->process->run_one(adversary_);
  if (!x->process->lost)
    return;
  log("has lost the Lease and exits", *x);
  start_again(*x, 1s);
}

std::optional<time_point> operators::due() const {
  std::optional<time_point> first;
  for (auto& x : places_)
    if (auto next = x.process && !x.frozen ? x.process->due() : std::nullopt)
      first = first ? std::min(*first, *next) : *next;
  return first;
}

void operators::advance(time_point to) {
  for (auto& x : places_)
    if (x.process && !x.frozen)
      x.process->advance(to);
}

bool operators::two_act() const {
  return std::ranges::count_if(places_, [&](auto& x) { return x.process && x.process->may_act(world_.now()); }) > 1;
}

} // namespace simulation
