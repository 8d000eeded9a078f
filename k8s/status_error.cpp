#include "k8s/status_error.hpp"

#include "k8s/json/codec.hpp"

namespace k8s {

namespace wire {

struct cause {
  std::string field;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(cause, (), (field, message))

struct details {
  std::optional<int32_t> retry_after_seconds;
  std::vector<cause> causes;
};
BOOST_DESCRIBE_STRUCT(details, (), (retry_after_seconds, causes))

struct status {
  std::string kind;
  int32_t code = 0;
  std::string reason;
  std::string message;
  wire::details details;
};
BOOST_DESCRIBE_STRUCT(status, (), (kind, code, reason, message, details))

} // namespace wire

std::optional<status_error> decode_status_error(json::cursor object) {
  std::vector<json::field_error> ignored;
  auto x = json::read<wire::status>(object, ignored);
  if (x.kind != "Status")
    return std::nullopt;
  status_error out{x.code, std::move(x.reason), std::move(x.message), x.details.retry_after_seconds, {}};
  for (auto& cause : x.details.causes)
    out.causes.push_back({std::move(cause.field), std::move(cause.message)});
  return out;
}

std::optional<status_error> decode_status_error(std::string_view body) {
  if (json::flaw(body))
    return std::nullopt;
  return decode_status_error(json::cursor{body});
}

} // namespace k8s
