#include "flink/resource/modes.hpp"

namespace flink {

std::string_view deploy_mode(const status& x) {
  return x.target && x.target->mode ? std::string_view{*x.target->mode} : modes::dual;
}

bool is_blue_green(const status& x) {
  return x.deployment_mode == modes::blue_green;
}

std::string_view wanted_mode(const spec& wanted, const status& x) {
  auto mode = wanted.deployment_mode.value_or(deployment_mode::Dual);
  bool blue_green = x.cluster ? is_blue_green(x) : mode == deployment_mode::BlueGreen;
  if (blue_green)
    return modes::blue_green;
  return mode == deployment_mode::Single ? modes::single : modes::dual;
}

bool old_cluster_at_zero(const status& x) {
  return deploy_mode(x) == modes::single && x.target->old_replicas.has_value();
}

bool is_rescale(const status& x) {
  return deploy_mode(x) == modes::in_place && x.target->old_replicas.has_value();
}

bool is_adaptive(const status& x) {
  return is_rescale(x) && !x.target->rescaled_vertices.empty();
}

bool runs_side_by_side(const status& x) {
  bool serves = x.cluster && x.job_status && x.job_status->job_id && !x.job_status->job_id->empty();
  return deploy_mode(x) == modes::blue_green && serves;
}

colour colour_of(const status& x, std::string_view cluster_id) {
  if (!is_blue_green(x))
    return std::nullopt;
  return x.cluster && x.cluster->id == cluster_id ? x.deploy_version : x.updating_version;
}

std::string next_colour(const status& x) {
  return x.cluster && x.deploy_version == "green" ? "blue" : "green";
}

} // namespace flink
