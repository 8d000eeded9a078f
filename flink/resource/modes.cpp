#include "flink/resource/modes.hpp"

namespace flink {

rollout_mode deploy_mode(const status& x) {
  return x.target && x.target->mode ? *x.target->mode : rollout_mode::Dual;
}

bool is_blue_green(const status& x) {
  return x.deployment_mode == deployment_mode::BlueGreen;
}

deployment_mode wanted_mode(const spec& wanted, const status& x) {
  auto mode = wanted.deployment_mode.value_or(deployment_mode::Dual);
  bool blue_green = x.cluster ? is_blue_green(x) : mode == deployment_mode::BlueGreen;
  if (blue_green)
    return deployment_mode::BlueGreen;
  return mode == deployment_mode::Single ? deployment_mode::Single : deployment_mode::Dual;
}

rollout_mode rollout_of(deployment_mode x) {
  switch (x) {
  case deployment_mode::Single:
    return rollout_mode::Single;
  case deployment_mode::Dual:
    return rollout_mode::Dual;
  case deployment_mode::BlueGreen:
    return rollout_mode::BlueGreen;
  }
  return rollout_mode::Dual;
}

bool old_cluster_at_zero(const status& x) {
  return deploy_mode(x) == rollout_mode::Single && x.target->old_replicas.has_value();
}

bool is_rescale(const status& x) {
  return deploy_mode(x) == rollout_mode::InPlace && x.target->old_replicas.has_value();
}

bool is_adaptive(const status& x) {
  return is_rescale(x) && !x.target->rescaled_vertices.empty();
}

bool runs_side_by_side(const status& x) {
  bool serves = x.cluster && x.job_status && x.job_status->job_id && !x.job_status->job_id->empty();
  return deploy_mode(x) == rollout_mode::BlueGreen && serves;
}

std::optional<colour> colour_of(const status& x, const cluster_id& cluster) {
  if (!is_blue_green(x))
    return std::nullopt;
  return x.cluster && x.cluster->id == cluster ? x.deploy_version : x.updating_version;
}

colour next_colour(const status& x) {
  return x.cluster && x.deploy_version == colour::green ? colour::blue : colour::green;
}

} // namespace flink
