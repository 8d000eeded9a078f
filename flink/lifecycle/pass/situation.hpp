// The input and the output of one decision.
#pragma once

#include "flink/observation/action.hpp"
#include "flink/observation/observation.hpp"
#include "flink/resource/operator_options.hpp"
#include "flink/resource/reason.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace flink {

/// New ids for what this decision may start. Fresh for every call; each is used at most once.
struct identities {
  /// 8 hex digits.
  flink::cluster_id cluster_id;
  /// 32 hex digits, as Flink writes them.
  flink::job_id job_id;
  flink::trigger_id trigger_id;
};

/// Settings of the operator, the same for all applications.
struct settings {
  render_options render;
};

/// The input of a decision.
struct situation {
  const application& app;
  /// Errors that the spec's decoder and flink::validate found. A spec with errors is not deployed.
  const std::vector<json::field_error>& errors;
  /// flink::spec_hash() of the application; computed once per edit, not per decision.
  const spec_digest& spec_hash;
  const observation& seen;
  const flink::settings& settings;
  identities fresh;
  clock_reading now;
};

/// What the application waits for, as a text for the on-call engineer.
struct waiting {
  /// CamelCase, e.g. "ClusterStarting".
  std::string reason;
  /// The same as a value of ours. Absent if the kubelet has named it, e.g. "ImagePullBackOff".
  std::optional<flink::reason> what;
  std::string message;
  /// Something is wrong, and a person should see it at once.
  bool blocked = false;
  /// Nothing is wrong, but it may take long: the conditions show it instead of the phase alone. The text must not
  /// change with every answer, because each change is a write.
  bool visible = false;
  bool operator==(const waiting&) const = default;
};

struct decision {
  /// Written, and acknowledged, before any action is carried out.
  status next;
  /// Independent of each other.
  std::vector<action> actions;
  /// When to decide again if nothing happens.
  std::chrono::milliseconds requeue_after{0};
  flink::waiting waiting;
  /// Why the status changes; empty if it does not.
  std::string reason;
};

} // namespace flink
