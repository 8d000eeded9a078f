#include "local/model/cluster.hpp"

#include "local/model/controllers/notice.hpp"

#include <algorithm>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr auto sweep_interval = 1min;
// Controllers converge within a few passes; this many mean that two of them undo each other's changes.
constexpr int most_passes = 1000;

} // namespace

cluster::cluster(resources::random draw, moment now, std::size_t history_limit)
    : resources_{std::move(draw), history_limit}, api_{resources_}, garbage_{resources_, owners_},
      namespaces_{resources_}, replicasets_{resources_, owners_}, deployments_{resources_, owners_},
      next_sweep_{now + sweep_interval} {
  for (auto* name : {"default", "kube-system", "kube-public"}) {
    write_call call{.now = now};
    (void)resources_.create(*resources_.kinds().find("", "v1", "namespaces"), "", {{"metadata", {{"name", name}}}},
                            call);
  }
  step(now);
}

void cluster::step(moment now) {
  for (int i = 0; i < most_passes && step_once(now); ++i) {
  }
}

bool cluster::step_once(moment now) {
  if (now >= next_sweep_) {
    drop_old_events(resources_, now);
    next_sweep_ = now + sweep_interval;
  }
  for (auto& x : resources_.store().take_changes()) {
    owners_.observe(x);
    garbage_.observe(x);
    namespaces_.observe(x);
    replicasets_.observe(x);
    deployments_.observe(x);
  }
  namespaces_.step(now);
  deployments_.step(now);
  replicasets_.step(now);
  garbage_.step(now);
  return resources_.store().has_changes();
}

std::optional<moment> cluster::due() const {
  auto first = next_sweep_;
  for (auto& x : {replicasets_.due(), deployments_.due()})
    if (x)
      first = std::min(first, *x);
  return first;
}

std::string cluster::apply(std::string_view yaml, moment now) {
  std::string problem;
  auto object = parse_yaml(yaml, problem);
  return object ? create(std::move(*object), now) : problem;
}

std::string cluster::create(json::value object, moment now) {
  auto kind = resources_.kinds().of(text_at(object, "apiVersion"), text_at(object, "kind"));
  if (!kind)
    return "kind \"" + std::string{text_at(object, "kind")} + "\" is not known";
  write_call call{.now = now};
  std::string ns{text_at(object, "metadata.namespace")};
  auto made = resources_.create(*kind, ns, std::move(object), call);
  auto* error = failed(made);
  return error ? error->message : std::string{};
}

} // namespace local::model
