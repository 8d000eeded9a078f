// Classifies the answers of a JobManager that are not 2xx. The classes are those of k8s/failure.hpp, so that decisions
// need not know who refused.
#pragma once

#include "k8s/failure.hpp"

#include <string>
#include <string_view>

namespace flink {

using k8s::failure;
using k8s::failure_class;
using k8s::retryable;

/// Classifies an answer of a JobManager that is not 2xx. Flink's status codes do not separate the user's mistakes from
/// Flink's own problems; the body does. Only a 404 from one of Flink's own handlers is `gone`: a 404 from a proxy, from
/// a missing pod or from an endpoint that does not exist yet is `transient`. `rejected` as the answer to `run` does not
/// prove that no job runs: if main() throws after execute(), the answer is 400, but the job keeps running under the id
/// that we chose.
failure classify_flink(int status, std::string_view body);

/// Returns whether a submit was refused because its savepoint or checkpoint does not exist any more.
bool says_state_is_gone(const failure& x);

/// Returns the most useful line of a Java stack trace: the last "Caused by:" without the class's package, or else the
/// first line. Control characters are removed, and it is cut to `config::defaults::max_message` bytes.
std::string useful_line(std::string_view trace);

/// Returns the line of the end of a process's log that explains why it ended: the last "Caused by:" as useful_line(),
/// or else the first line with an exception or error, or else the last line. Empty for an empty log.
std::string last_words(std::string_view log);

} // namespace flink
