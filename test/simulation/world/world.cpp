#include "test/simulation/world/world.hpp"

#include "local/crd.hpp"

#include <algorithm>
#include <stdexcept>

namespace simulation {

world::world(choices& adversary, timeline& events, uint64_t seed)
    : events_{events}, random_{seed | 1},
      cluster_{[this] { return random_ = random_ * 6364136223846793005u + 1442695040888963407u; }, events.wall()},
      node_{adversary, events, cluster_, [this] { settle(); }} {
  static const auto crd = [] { // parsing takes long compared with a run
    std::string problem;
    return local::model::parse_yaml(local::crd, problem).value();
  }();
  if (auto problem = cluster_.create(crd, wall()); !problem.empty())
    throw std::runtime_error{"the CRD is refused: " + problem};
  settle();
}

std::optional<time_point> world::due() const {
  auto first = cluster_.due();
  if (auto next = node_.due())
    first = first ? std::min(*first, *next) : *next;
  if (!first)
    return std::nullopt;
  return std::max(now(), beginning + (*first - wall_at(beginning)));
}

void world::advance(time_point to) {
  events_.advance(to);
  node_.step();
  if (auto next = cluster_.due(); next && *next <= wall())
    settle();
}

void world::settle() {
  cluster_.step(wall());
  node_.observe_pods();
}

local::model::answer world::api(const local::model::request& x) {
  json::value before;
  bool status = on_status && x.method == "PATCH" && x.target.find("/status") != x.target.npos;
  auto name = [&] {
    auto part = x.target.substr(0, x.target.find("/status"));
    return part.substr(part.rfind('/') + 1);
  };
  if (status)
    if (auto* found = application(name()))
      before = *found;
  auto out = cluster_.handle(x, wall());
  if (status && out.status < 300)
    if (auto* after = application(name()); after && !before.is_null())
      on_status(before, *after);
  if (x.method != "GET")
    settle();
  return out;
}

void world::tamper(const std::string& name, json::value status) {
  auto* x = application(name);
  if (!x)
    return;
  auto changed = x->as_object();
  changed["status"] = std::move(status);
  cluster_.handle({.method = "PUT",
                   .target = "/apis/flink.k8s.io/v1beta1/namespaces/" + std::string{application_namespace}
                           + "/flinkapplications/" + name + "/status",
                   .content_type = "application/json",
                   .accept = "application/json",
                   .body = json::serialize(changed)},
                  wall());
  settle();
}

void world::remove_by_hand(const std::string& path) {
  cluster_.handle({.method = "DELETE",
                   .target = path,
                   .content_type = "application/json",
                   .accept = "application/json",
                   .body = R"({"propagationPolicy":"Background"})"},
                  wall());
  settle();
}

const json::value* world::application(const std::string& name) const {
  auto found = store().get("flinkapplications.flink.k8s.io", {application_namespace, name});
  return found.get();
}

} // namespace simulation
