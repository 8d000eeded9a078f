// Classifies failures: whether and how soon to retry, and what the user reads. This file classifies the answers of the
// API server; flink/rest/failure.hpp classifies those of JobManagers.
#pragma once

#include <string>
#include <string_view>

namespace k8s {

enum class failure_class {
  /// Never sent (deadline passed in our own queue, or no connection): send again, soon.
  not_sent,
  /// Sent, no answer: the effect is unknown. Look before repeating.
  unknown,
  /// 5xx without a cause on the user's side, 429: back off, keep trying until the deadline of the phase.
  transient,
  /// The user's own code or input is refused (jar not found, class not found, main() throws, savepoint
  /// unreadable, invalid object, admission): never retried, only an edit helps.
  rejected,
  /// 409 of the API server: someone else was faster. Look again.
  conflict,
  /// The object or job exists already under the identity that we chose.
  duplicate,
  /// 404 of something that we had.
  gone,
  /// 401 and 403: a right is missing. Condition, slow retry.
  forbidden,
  /// The answer cannot be understood (not JSON, wrong types, cut, too long).
  malformed,
};

/// Returns the class's name as it stands in logs and metrics, e.g. "rejected".
std::string_view to_string(failure_class x);

struct failure {
  failure_class kind = failure_class::transient;
  /// HTTP status code, or 0.
  int status = 0;
  /// One line for people, cut to `config::defaults::max_message` bytes.
  std::string message;
  bool operator==(const failure&) const = default;
};

/// Returns whether the same request may be sent again although nothing has changed.
constexpr bool retryable(failure_class x) {
  return x == failure_class::not_sent || x == failure_class::transient || x == failure_class::malformed;
}

/// Classifies an answer of the API server that is not 2xx; `body` is a Status object or anything else.
failure classify(int status, std::string_view body);

} // namespace k8s
