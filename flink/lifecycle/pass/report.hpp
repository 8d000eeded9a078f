// The second layer of a pass: it collects the decision. The phase, what the application waits for, events, actions.
#pragma once

#include "flink/lifecycle/pass/pass_inputs.hpp"
#include "flink/resource/reason.hpp"

#include <string>
#include <vector>

namespace flink {

class report : public pass_inputs {
public:
  explicit report(const situation& in);

  /// Adds an action to the decision without a look at its last outcome. Prefer commands and queries.
  void act(action what) { actions_.push_back(std::move(what)); }

  /// Records an event of type Normal.
  void event(event_reason what, std::string message);
  /// Records an event of type Warning.
  void warn(warning_reason what, std::string message);

  /// Enters a phase and restarts its clock. `why` goes to the log.
  void enter(phase to, std::string why);

  /// Gives the log the reason why the status changes where no phase is entered.
  void because(std::string why) { why_ = std::move(why); }

  /// Sets a reason that is logged only if there is no other.
  void note(std::string why) { note_ = std::move(why); }

  /// Sets what the application waits for. Does not replace a blocked().
  void wait(wait_reason what, std::string message);
  /// Like wait(), for what may take long: the conditions show it, too. The message must not change with every answer.
  void wait_visibly(wait_reason what, std::string message);
  /// Reports a problem. Replaces any earlier wait or problem.
  void blocked(blocked_reason what, std::string message);
  /// The same with a name that is known at run time only, such as the kubelet's "ImagePullBackOff".
  void blocked_as(std::string name, std::string message);
  /// Removes what wait(), wait_visibly() or blocked() have set.
  void clear_wait() { waiting_ = {}; }

  const flink::waiting& waits_for() const { return waiting_; }

  /// Makes the next pass begin after `delay` at the latest.
  void requeue_within(std::chrono::milliseconds delay);

protected:
  ~report() = default;

  std::vector<action> actions_;
  std::chrono::milliseconds requeue_after_;
  flink::waiting waiting_;
  std::string why_;
  std::string note_;
};

} // namespace flink
