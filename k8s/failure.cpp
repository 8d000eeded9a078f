#include "k8s/failure.hpp"

#include "k8s/json/text.hpp"
#include "k8s/plain_text.hpp"

namespace k8s {

namespace {

/// The members of a Kubernetes Status that tell the classes apart.
struct status_object {
  std::string reason;
  std::string message;
  /// What the answer is about; empty if the server does not even know the resource.
  std::string about;
};

std::string first_line(std::string_view text) {
  while (!text.empty())
    if (auto line = one_line(take_line(text)); !line.empty())
      return line;
  return {};
}

status_object read_status(std::string_view body) {
  if (json::flaw(body))
    return {.reason = "", .message = first_line(without_markup(body)), .about = ""};
  json::cursor x{body};
  return {.reason = x.string_at({"reason"}),
          .message = one_line(x.string_at({"message"})),
          .about = x.string_at({"details", "name"})};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
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
    // An API server that is ending cannot reach its own allocator, and refuses Services with this code, too.
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

failure classify(int status, std::string_view body) {
  auto x = read_status(body);
  return {.kind = classify_status(status, x), .status = status, .message = line_or_status(x.message, status)};
}

} // namespace k8s
