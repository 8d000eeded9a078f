#include "flink/resource/names.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string coloured(std::string_view name, std::optional<colour> c) {
  auto result = std::string{name};
  if (c)
    (result += '-') += to_string(*c);
  return result;
}

const char* suffix(cluster_role role) {
  return role == cluster_role::job_manager ? "-jm" : "-tm";
}

bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

std::string_view to_string(cluster_role x) {
  switch (x) {
  case cluster_role::job_manager:
    return "jobmanager";
  case cluster_role::task_manager:
    return "taskmanager";
  }
  return "";
}

bool dns_label(std::string_view x) {
  return !x.empty() && x.size() <= 63 && lower_or_digit(x.front()) && lower_or_digit(x.back())
      && std::ranges::all_of(x, [](char c) { return lower_or_digit(c) || c == '-'; });
}

std::string cluster_name(std::string_view app, std::string_view id) {
  auto result = std::string{app};
  (result += '-') += id;
  return result;
}

std::string deployment_name(cluster_role role, std::string_view app, std::string_view id, std::optional<colour> c) {
  return coloured(cluster_name(app, id), c) + suffix(role);
}

std::string job_manager_deployment_name(std::string_view app, std::string_view id, std::optional<colour> c) {
  return deployment_name(cluster_role::job_manager, app, id, c);
}

std::string task_manager_deployment_name(std::string_view app, std::string_view id, std::optional<colour> c) {
  return deployment_name(cluster_role::task_manager, app, id, c);
}

std::string versioned_service_name(std::string_view app, std::string_view id) {
  return cluster_name(app, id);
}

std::string generic_service_name(std::string_view app, std::optional<colour> c) {
  return coloured(app, c);
}

std::string ingress_name(std::string_view app, std::optional<colour> c) {
  return coloured(app, c);
}

std::string pod_selector_value(std::string_view id, cluster_role role) {
  return std::string{id} + suffix(role);
}

} // namespace flink
