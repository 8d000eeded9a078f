#include "flink/rest/failure.hpp"

#include "k8s/plain_text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace flink {

namespace {

namespace dom = simdjson::dom;

constexpr auto npos = std::string_view::npos;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != npos;
}

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](auto part) { return contains(text, part); });
}

/// "java.io.IOException: disk full" becomes "IOException: disk full".
std::string_view without_package(std::string_view line) {
  auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.");
  if (end != npos && line[end] != ':')
    return line;
  auto dot = line.substr(0, end).rfind('.');
  return dot == npos || dot + 1 == line.size() ? line : line.substr(dot + 1);
}

/// Text that Flink writes around every trace, without information.
bool is_wrapping(std::string_view line) {
  constexpr std::array<std::string_view, 3> words{"Internal server error.",
                                                  "<Exception on server side:", "End of exception on server side>"};
  return line.find_first_not_of(" \t") == npos || std::find(words.begin(), words.end(), line) != words.end();
}

std::string join(dom::array lines) {
  std::string out;
  for (auto x : lines) {
    std::string_view line;
    if (x.get(line))
      continue;
    if (!out.empty())
      out += '\n';
    out += line;
  }
  return out;
}

/// Returns whether a body starts with Flink's own text around a trace, which looks like markup.
bool wraps_trace(std::string_view body) {
  auto start = body.find_first_not_of(" \t\r\n");
  return start != npos && body.substr(start).starts_with("<Exception");
}

/// Returns the message of a body: the texts of Flink's `{"errors": [...]}`, the message of a Kubernetes Status (from
/// the API server's pod proxy), or the body itself.
std::string spoken_text(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root))
    return std::string{wraps_trace(body) ? body : k8s::without_markup(body)};
  dom::array errors;
  if (!root["errors"].get(errors))
    return join(errors);
  std::string_view message;
  if (!root["message"].get(message))
    return std::string{message};
  return std::string{body};
}

/// Problems of Flink itself that may be wrapped in what looks like an exception of the user.
constexpr std::array<std::string_view, 4> flink_troubles{
    "java.util.concurrent.TimeoutException",
    "AskTimeoutException",
    "LeaderRetrievalException",
    "org.apache.flink.runtime.rpc.exceptions.",
};

/// Exceptions that only an edit of the spec, the image or the user's program can fix.
constexpr std::array<std::string_view, 4> user_mistakes{
    "org.apache.flink.client.program.ProgramInvocationException",
    "org.apache.flink.runtime.client.JobInitializationException",
    "org.apache.flink.runtime.client.JobSubmissionException",
    "UnsupportedFileSystemSchemeException",
};

bool is_missing_jar(std::string_view text) {
  return contains(text, "Jar file ") && contains(text, " does not exist");
}

failure_class classify_server_error(std::string_view text) {
  // The handlers of resource requirements answer like this if the job is gone.
  if (contains(text, "FlinkJobNotFoundException"))
    return failure_class::gone;
  // `plan` answers this for a main() that catches everything around execute(). `run` works nevertheless.
  if (contains(text, "aborted pre-maturely") || contains_any(text, flink_troubles))
    return failure_class::transient;
  if (is_missing_jar(text) || contains_any(text, user_mistakes))
    return failure_class::rejected;
  return failure_class::transient;
}

failure_class classify_client_error(int status, std::string_view text) {
  switch (status) {
  case 401:
  case 403:
    return failure_class::forbidden;
  case 404:
    // Only Flink's handlers answer with exceptions; its router, proxies and the API server do not.
    return contains(text, "Exception: ") ? failure_class::gone : failure_class::transient;
  case 408:
  case 429:
    return failure_class::transient;
  case 409:
    return failure_class::conflict;
  default:
    return contains_any(text, flink_troubles) ? failure_class::transient : failure_class::rejected;
  }
}

failure_class classify_flink_text(int status, std::string_view text) {
  if (contains(text, "DuplicateJobSubmissionException"))
    return failure_class::duplicate;
  if (status >= 400 && status < 500)
    return classify_client_error(status, text);
  if (status >= 500)
    return classify_server_error(text);
  // E.g. a redirect to a login page, which no JobManager sends.
  return failure_class::transient;
}

} // namespace

failure classify_flink(int status, std::string_view body) {
  auto text = spoken_text(body);
  return {.kind = classify_flink_text(status, text),
          .status = status,
          .message = k8s::line_or_status(useful_line(text), status)};
}

std::string useful_line(std::string_view trace) {
  constexpr std::string_view caused_by = "Caused by: ";
  std::string_view first;
  std::string_view cause;
  while (!trace.empty()) {
    auto line = k8s::take_line(trace);
    if (line.starts_with(caused_by))
      cause = line.substr(caused_by.size());
    else if (first.empty() && !is_wrapping(line))
      first = line;
  }
  return k8s::one_line(without_package(cause.empty() ? first : cause));
}

std::string last_words(std::string_view log) {
  if (log.find("Caused by: ") != log.npos)
    return useful_line(log);
  std::string_view last;
  while (!log.empty()) {
    auto line = k8s::take_line(log);
    if (line.find("Exception") != line.npos || line.find("Error") != line.npos)
      return k8s::one_line(line);
    if (!k8s::one_line(line).empty())
      last = line;
  }
  return k8s::one_line(last);
}

bool says_state_is_gone(const failure& x) {
  return x.kind == failure_class::rejected
      && x.message.find("Cannot find checkpoint or savepoint") != std::string::npos;
}

} // namespace flink
