#include "flink/rest/failure.hpp"

#include "config/defaults.hpp"

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

// -- one line for people ------------------------------------------------------------------------

/// Returns the length of the well-formed UTF-8 sequence at the start of `x`, or 0.
std::size_t sequence_length(std::string_view x) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(x[i]); };
  auto lead = byte(0);
  std::size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : 4;
  if (n == 1)
    return 1;
  if (lead < 0xc2 || lead > 0xf4 || x.size() < n)
    return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  auto overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  auto outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return overlong || outside ? 0 : n;
}

/// The C1 control characters, U+0080 to U+009F.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
}

/// Makes text from outside fit for a status, an event and a log line: well-formed, one line, short.
std::string sanitize(std::string_view x) {
  constexpr auto limit = config::defaults::max_message;
  std::string out;
  while (!x.empty()) {
    auto n = sequence_length(x);
    auto piece = x.substr(0, std::max<std::size_t>(n, 1));
    x.remove_prefix(piece.size());
    auto control = n == 1 && (static_cast<unsigned char>(piece[0]) < 0x20 || piece[0] == '\x7f');
    if (n == 0)
      piece = "?";
    else if (control || is_c1_control(piece))
      piece = " ";
    if (piece == " " && (out.empty() || out.back() == ' '))
      continue;
    if (out.size() + piece.size() > limit)
      break;
    out += piece;
  }
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

/// Takes the next line off the front of `text`.
std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == npos ? text.size() : end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// "java.io.IOException: disk full" becomes "IOException: disk full".
std::string_view without_package(std::string_view line) {
  auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$.");
  if (end != npos && line[end] != ':')
    return line;
  auto dot = line.substr(0, end).rfind('.');
  return dot == npos || dot + 1 == line.size() ? line : line.substr(dot + 1);
}

/// What Flink writes around every trace and what says nothing.
bool is_wrapping(std::string_view line) {
  constexpr std::array<std::string_view, 3> words{"Internal server error.",
                                                  "<Exception on server side:", "End of exception on server side>"};
  return line.find_first_not_of(" \t") == npos || std::find(words.begin(), words.end(), line) != words.end();
}

// -- JobManager -----------------------------------------------------------------------------------

/// Returns the title of an HTML page, which is what proxies answer with; any other text as it is.
std::string_view without_markup(std::string_view text) {
  constexpr std::string_view opening = "<title>";
  auto start = text.find_first_not_of(" \t\r\n");
  if (start == npos || text[start] != '<' || text.substr(start).starts_with("<Exception"))
    return text;
  auto title = text.find(opening);
  if (title == npos)
    return {};
  text.remove_prefix(title + opening.size());
  return text.substr(0, text.find('<'));
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

/// Returns what a body says: the texts of Flink's `{"errors": [...]}`, the message of a Kubernetes Status
/// (from the API server's pod proxy), or the body itself.
std::string spoken_text(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root))
    return std::string{without_markup(body)};
  dom::array errors;
  if (!root["errors"].get(errors))
    return join(errors);
  std::string_view message;
  if (!root["message"].get(message))
    return std::string{message};
  return std::string{body};
}

/// Troubles of Flink itself that may hide inside what looks like the user's exception.
constexpr std::array<std::string_view, 4> flink_troubles{
    "java.util.concurrent.TimeoutException",
    "AskTimeoutException",
    "LeaderRetrievalException",
    "org.apache.flink.runtime.rpc.exceptions.",
};

/// Exceptions that only an edit of the spec, of the image or of the user's program helps against.
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
  // The handlers of resource requirements do not expect that a job may be gone.
  if (contains(text, "FlinkJobNotFoundException"))
    return failure_class::gone;
  // The words of `plan` for a main() that catches everything around execute(): `run` works all the same.
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
    // Only Flink's handlers speak in exceptions; its router, proxies and the API server do not.
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
  // A redirect to a login page, an answer that no JobManager gives.
  return failure_class::transient;
}

std::string or_status(std::string line, int status) {
  return line.empty() ? "HTTP status " + std::to_string(status) : line;
}

// -- API server -------------------------------------------------------------------------------------

/// The members of a Kubernetes Status that tell the classes apart.
struct status_object {
  std::string reason;
  std::string message;
  /// What the answer is about; empty if the server does not even know the resource.
  std::string about;
};

std::string text_at(const dom::element& x, std::string_view pointer) {
  std::string_view text;
  return x.at_pointer(pointer).get(text) ? std::string{} : std::string{text};
}

status_object read_status(std::string_view body) {
  dom::parser parser;
  dom::element root;
  if (parser.parse(body.data(), body.size()).get(root))
    return {.reason = "", .message = useful_line(without_markup(body)), .about = ""};
  return {.reason = text_at(root, "/reason"),
          .message = sanitize(text_at(root, "/message")),
          .about = text_at(root, "/details/name")};
}

/// Quota, limits, PodSecurity and admission speak through 403 too; only a missing right names a user.
bool is_missing_right(const status_object& x) {
  return x.reason != "Forbidden" || (contains(x.message, "User \"") && contains(x.message, " cannot "));
}

failure_class classify_status(int status, const status_object& x) {
  switch (status) {
  case 401:
    return failure_class::forbidden;
  case 403:
    return is_missing_right(x) ? failure_class::forbidden : failure_class::rejected;
  case 404:
    // Without a name nobody looked for an object: the resource is unknown, or not served yet.
    return x.about.empty() ? failure_class::transient : failure_class::gone;
  case 408:
  case 429:
    return failure_class::transient;
  case 409:
    return x.reason == "AlreadyExists" ? failure_class::duplicate : failure_class::conflict;
  case 410:
    return failure_class::conflict;
  case 422:
    // So it tells of an address or port of a Service, too, when it is just ending and cannot reach its own allocator.
    return contains(x.message, "failed to allocate") ? failure_class::transient : failure_class::rejected;
  default:
    return status >= 400 && status < 500 ? failure_class::rejected : failure_class::transient;
  }
}

} // namespace

std::string_view to_string(failure_class x) {
  switch (x) {
  case failure_class::not_sent:
    return "not_sent";
  case failure_class::unknown:
    return "unknown";
  case failure_class::transient:
    return "transient";
  case failure_class::rejected:
    return "rejected";
  case failure_class::conflict:
    return "conflict";
  case failure_class::duplicate:
    return "duplicate";
  case failure_class::gone:
    return "gone";
  case failure_class::forbidden:
    return "forbidden";
  case failure_class::malformed:
    return "malformed";
  }
  return "unknown";
}

failure classify_flink(int status, std::string_view body) {
  auto text = spoken_text(body);
  return {.kind = classify_flink_text(status, text), .status = status, .message = or_status(useful_line(text), status)};
}

failure classify_kubernetes(int status, std::string_view body) {
  auto x = read_status(body);
  return {.kind = classify_status(status, x), .status = status, .message = or_status(x.message, status)};
}

std::string useful_line(std::string_view trace) {
  constexpr std::string_view caused_by = "Caused by: ";
  std::string_view first;
  std::string_view cause;
  while (!trace.empty()) {
    auto line = take_line(trace);
    if (line.starts_with(caused_by))
      cause = line.substr(caused_by.size());
    else if (first.empty() && !is_wrapping(line))
      first = line;
  }
  return sanitize(without_package(cause.empty() ? first : cause));
}

bool says_state_is_gone(const failure& x) {
  return x.kind == failure_class::rejected
      && x.message.find("Cannot find checkpoint or savepoint") != std::string::npos;
}

} // namespace flink
