// What went wrong, in the few classes that matter: does a retry help, how fast, what does the user read?
// One table for answers of JobManagers and of the API server.
#pragma once

#include <string>
#include <string_view>

namespace flink {

enum class failure_class {
  /// Never sent (deadline passed in our own queue, or no connection): send again, soon.
  not_sent,
  /// Sent, no answer: the effect is unknown. Look before repeating.
  unknown,
  /// 5xx without a cause on the user's side, 429: back off, keep trying until the step's deadline.
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

/// Returns whether the same request may be sent again without a change of the world.
constexpr bool retryable(failure_class x) {
  return x == failure_class::not_sent || x == failure_class::transient || x == failure_class::malformed;
}

/// Classifies an answer of a JobManager that is not 2xx. Flink's status codes do not tell the user's
/// mistakes from its own troubles; the body does. `gone` is said only on the word of one of Flink's own
/// handlers: the 404 of a proxy, of a missing pod or of an endpoint not there yet is `transient`.
/// `rejected` as the answer to `run` does not prove that nothing runs: a main() that throws after
/// execute() is answered 400 while its job goes on under the id that we chose.
failure classify_flink(int status, std::string_view body);

/// Classifies an answer of the API server that is not 2xx; `body` is a Status object or anything else.
failure classify_kubernetes(int status, std::string_view body);

/// Returns whether a submit was refused because the state that it names does not exist any more.
bool says_state_is_gone(const failure& x);

/// Returns the line of a Java stack trace that says most: the last "Caused by:", without the class's
/// package, or the first line; control characters removed, cut to `config::defaults::max_message` bytes.
std::string useful_line(std::string_view trace);

} // namespace flink
