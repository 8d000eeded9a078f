#include "flink/lifecycle/pass/report.hpp"

#include "config/defaults.hpp"

#include <algorithm>

namespace flink {

using std::chrono::milliseconds;

report::report(const situation& what) : pass_inputs{what}, requeue_after_{config::defaults::resync_period} {}

void report::event(event_reason what, std::string message) {
  act(record_event{false, what.name(), std::move(message)});
}

void report::warn(warning_reason what, std::string message) {
  act(record_event{true, what.name(), std::move(message)});
}

void report::enter(phase to, std::string why) {
  next.phase = to;
  if (next.target)
    next.target->step_started_at = now();
  why_ = std::move(why);
}

void report::wait(wait_reason what, std::string message) {
  if (!waiting_.blocked)
    waiting_ = {.reason = what.name(), .what = what.value(), .message = std::move(message)};
}

void report::wait_visibly(wait_reason what, std::string message) {
  if (!waiting_.blocked)
    waiting_ = {.reason = what.name(), .what = what.value(), .message = std::move(message), .visible = true};
}

void report::blocked(blocked_reason what, std::string message) {
  waiting_ = {.reason = what.name(), .what = what.value(), .message = std::move(message), .blocked = true};
}

void report::blocked_as(std::string name, std::string message) {
  waiting_ = {.reason = std::move(name), .message = std::move(message), .blocked = true};
}

void report::requeue_within(milliseconds delay) {
  requeue_after_ = std::min(requeue_after_, std::max(delay, milliseconds{1}));
}

} // namespace flink
