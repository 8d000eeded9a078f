// The life cycle of a FlinkApplication as one function over values: no I/O, no clock, no chance.
// Total, deterministic, and quiet on converged input: a settled application yields no order and an
// unchanged status. Read on in decide.cpp (the walk), then one file per group of phases, listed in
// docs/architecture.md.
#pragma once

#include "flink/observation/action.hpp"
#include "flink/observation/observation.hpp"
#include "flink/resource/operator_options.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace flink {

/// Identities for whatever this decision may start; drawn anew for every call, used at most once.
struct identities {
  /// 8 hex digits.
  std::string cluster_id;
  /// 32 hex digits, as Flink writes them.
  std::string job_id;
  std::string trigger_id;
};

/// The operator's part of the truth.
struct settings {
  render_options render;
};

/// Everything that a decision rests on.
struct situation {
  const application& app;
  /// What the spec's decoder and flink::validate object to; a spec with complaints is not deployed.
  const std::vector<json::complaint>& complaints;
  /// flink::spec_hash() of the application; computed once per edit, not per decision.
  const std::string& spec_hash;
  const observation& seen;
  const flink::settings& settings;
  identities fresh;
  moment now;
};

/// What the application waits for, in the words that the on-call reads.
struct waiting {
  /// CamelCase, e.g. "ClusterStarting".
  std::string reason;
  std::string message;
  /// Something is wrong and should be seen at once.
  bool trouble = false;
  /// No trouble, but it may take long: the conditions tell it instead of the phase alone. Its text must not follow
  /// every answer, or each would be a write.
  bool told = false;
  bool operator==(const waiting&) const = default;
};

struct decision {
  /// Written, and acknowledged, before any action is carried out.
  status next;
  /// Independent of each other.
  std::vector<action> actions;
  /// When to look again if nothing happens.
  std::chrono::milliseconds look_again{0};
  flink::waiting waiting;
  /// Why the status changes; empty if it does not.
  std::string reason;
};

/// Maps desired and observed state to the next step.
decision decide(const situation& x);

/// The function type of decide(), so that tests can wrap it.
using decide_function = decision (*)(const situation&);

/// The same for objects whose application is not there: asks, then removes what is left for certain.
decision decide_without_application(const situation& x);

} // namespace flink
