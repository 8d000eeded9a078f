#include "local/agent/pods/probe.hpp"

#include <algorithm>

namespace local::agent {

probe::probe(const probe_spec& spec, const timers& waits, clock::time_point born)
    : spec_{spec}, delay_{std::min<std::chrono::milliseconds>(spec.initial_delay, waits.probe_longest)},
      period_{std::min<std::chrono::milliseconds>(spec.period, waits.probe_longest)}, next_tick_{born} {
  // A shorter check interval must not shorten the timeout.
  spec_.failure_threshold *= static_cast<int>(spec.period / period_);
}

void probe::start(clock::time_point now) {
  started_ = now;
  asking_ = false;
  run_ = 0;
  result_ = verdict::unknown;
}

bool probe::due(clock::time_point now) {
  if (asking_ || now < next_tick_)
    return false;
  // Ticks that were missed while an answer was outstanding are not made up for.
  next_tick_ += period_ * ((now - next_tick_) / period_ + 1);
  asking_ = now - started_ >= delay_;
  return asking_;
}

void probe::hurry(clock::time_point now) {
  next_tick_ = std::min(next_tick_, now);
}

void probe::answer(bool success) {
  if (!asking_)
    return;
  asking_ = false;
  run_ = run_success_ == success ? run_ + 1 : 1;
  run_success_ = success;
  if (success && run_ >= spec_.success_threshold)
    result_ = verdict::good;
  if (!success && run_ >= spec_.failure_threshold)
    result_ = verdict::bad;
}

} // namespace local::agent
