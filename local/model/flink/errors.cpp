#include "local/model/flink/errors.hpp"

#include <boost/json.hpp>

namespace local::simulated {

namespace {

constexpr std::string_view handler = "org.apache.flink.runtime.rest.handler.RestHandlerException: ";
constexpr std::string_view frame = "\n\tat org.apache.flink.runtime.rest.handler.AbstractHandler.respond";

std::string no_job_cause(const std::string& id) {
  return "org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (" + id + ")";
}

} // namespace

answer refuse(int status, const std::vector<std::string>& errors) {
  boost::json::array texts;
  for (auto& x : errors)
    texts.emplace_back(x);
  return {status, boost::json::serialize(boost::json::object{{"errors", std::move(texts)}})};
}

std::string handler_exception(std::string_view words) {
  return std::string{handler} + std::string{words} + std::string{frame};
}

answer server_error(std::string_view trace) {
  return refuse(500, {"Internal server error.", "<Exception on server side:\n" + std::string{trace} + std::string{frame}
                                                    + "\n\nEnd of exception on server side>"});
}

answer could_not_execute(std::string_view cause) {
  return refuse(400, {handler_exception("Could not execute application.")
                      + "\nCaused by: org.apache.flink.client.program.ProgramInvocationException: The main method "
                        "caused an error: "
                      + std::string{cause} + std::string{frame} + "\nCaused by: " + std::string{cause}
                      + std::string{frame} + "\n"});
}

answer job_not_found(const std::string& id) {
  return refuse(404, {"org.apache.flink.runtime.rest.NotFoundException: Job " + id + " not found" + std::string{frame}
                      + "\nCaused by: " + no_job_cause(id) + std::string{frame} + "\n"});
}

answer lost_job(const std::string& id) {
  return server_error(no_job_cause(id));
}

std::string completion_trace(std::string_view cause) {
  return "java.util.concurrent.CompletionException: " + std::string{cause} + std::string{frame}
       + "\nCaused by: " + std::string{cause} + std::string{frame} + "\n";
}

std::string no_job_trace(const std::string& id) {
  return completion_trace(no_job_cause(id));
}

answer wrong_format(std::string_view what) {
  return refuse(400, {handler_exception("Request did not match expected format " + std::string{what} + ".")});
}

std::string invocation_exception(std::string_view words) {
  return "org.apache.flink.client.program.ProgramInvocationException: " + std::string{words};
}

} // namespace local::simulated
