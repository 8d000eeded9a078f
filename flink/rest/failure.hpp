// What an answer of a JobManager that is not 2xx means. The classes are those of k8s/failure.hpp: decisions need not
// know who has refused.
#pragma once

#include "k8s/failure.hpp"

#include <string>
#include <string_view>

namespace flink {

using k8s::failure;
using k8s::failure_class;
using k8s::retryable;

/// Classifies an answer of a JobManager that is not 2xx. Flink's status codes do not separate the user's
/// mistakes from its own troubles; the body does. Only a 404 from one of Flink's own handlers is `gone`:
/// the 404 of a proxy, of a missing pod or of an endpoint not there yet is `transient`.
/// `rejected` as the answer to `run` does not prove that nothing runs: a main() that throws after
/// execute() is answered 400 while its job goes on under the id that we chose.
failure classify_flink(int status, std::string_view body);

/// Returns whether a submit was refused because the state that it names does not exist any more.
bool says_state_is_gone(const failure& x);

/// Returns the line of a Java stack trace that says most: the last "Caused by:", without the class's
/// package, or the first line; control characters removed, cut to `config::defaults::max_message` bytes.
std::string useful_line(std::string_view trace);

} // namespace flink
