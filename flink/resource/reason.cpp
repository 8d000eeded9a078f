#include "flink/resource/reason.hpp"

namespace flink {

std::string_view name_of(reason x) {
  switch (x) {
#define FLINK_CASE(name)                                                                                               \
  case reason::name:                                                                                                   \
    return #name;
    FLINK_REASONS(FLINK_CASE)
#undef FLINK_CASE
  }
  return {};
}

std::string_view documentation_of(reason_use use) {
  switch (use) {
  case reason_use::wait:
    return "operations.md#waiting";
  case reason_use::blocked:
    return "operations.md#troubles";
  case reason_use::failed_deploy:
    return "operations.md#failed-deploys";
  case reason_use::event:
  case reason_use::warning:
    return "operations.md#events";
  }
  return {};
}

} // namespace flink
