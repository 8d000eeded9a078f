// Flink's error messages, in the format of its stack traces.
#pragma once

#include "local/model/flink/cluster.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace local::simulated {

/// An answer with the errors in Flink's frame.
answer refuse(int status, const std::vector<std::string>& errors);

/// 500 of a handler that did not expect the exception.
answer server_error(std::string_view trace);

/// 400 of `run` because main(), or the start of its job, threw.
answer could_not_execute(std::string_view cause);

/// 404 of a job.
answer job_not_found(const std::string& id);

/// 500 of a handler that does not expect that its job is not there.
answer lost_job(const std::string& id);

/// The trace of an asynchronous operation that failed for `cause`.
std::string completion_trace(std::string_view cause);

/// What a savepoint of a job that is not there fails with.
std::string no_job_trace(const std::string& id);

/// Words of RestHandlerException with one frame below.
std::string handler_exception(std::string_view words);

/// 400 for a body that is not `what`, e.g. "JarRunRequestBody".
answer wrong_format(std::string_view what);

/// Words of ProgramInvocationException, Flink's frame around what is wrong with a program.
std::string invocation_exception(std::string_view words);

} // namespace local::simulated
