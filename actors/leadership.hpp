// Until when this operator may act. ELECTION moves it on, the gateways look at it before they send anything that
// changes something. It is shared, and no message: after a pause of the process (a frozen container, a stopped
// machine) mailboxes are emptied in any order, and a message that says "stop" could come last.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

namespace actors {

class leadership {
public:
  using clock = std::chrono::steady_clock;

  bool may_act(clock::time_point now) const { return now < until_.load(); }

  void extend(clock::time_point until) { until_ = until; }
  void end() { until_ = clock::time_point::min(); }

private:
  std::atomic<clock::time_point> until_{clock::time_point::min()};
};

/// For an operator that is alone.
inline std::shared_ptr<leadership> leads_for_ever() {
  auto x = std::make_shared<leadership>();
  x->extend(leadership::clock::time_point::max());
  return x;
}

} // namespace actors
