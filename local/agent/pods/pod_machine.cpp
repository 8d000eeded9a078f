#include "local/agent/pods/pod_machine.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace local::agent {

namespace {

namespace json = boost::json;

json::object terminated(const exit_report& x) {
  json::object out{{"exitCode", x.code},
                   {"reason", x.reason},
                   {"startedAt", model::to_rfc3339(x.started)},
                   {"finishedAt", model::to_rfc3339(x.finished)}};
  if (!x.message.empty())
    out["message"] = x.message;
  return out;
}

json::object waiting(const container& x) {
  json::object out{{"reason", x.waiting_reason()}};
  if (!x.waiting_message().empty())
    out["message"] = x.waiting_message();
  return out;
}

json::object state_of(const container& x) {
  switch (x.state()) {
  case container::state::waiting:
    return {{"waiting", waiting(x)}};
  case container::state::running:
    return {{"running", {{"startedAt", model::to_rfc3339(x.started_at())}}}};
  case container::state::terminated:
    return {{"terminated", terminated(*x.last_exit())}};
  }
  return {};
}

json::object container_status(const container& x, const std::string& node) {
  json::object last;
  if (x.last_exit() && x.state() != container::state::terminated)
    last = {{"terminated", terminated(*x.last_exit())}};
  return {{"name", x.spec().name},
          {"image", x.spec().image},
          {"imageID", x.ever_ran() ? node + "/" + x.spec().image : ""},
          {"ready", x.ready()},
          {"started", x.started()},
          {"restartCount", x.restarts()},
          {"state", state_of(x)},
          {"lastState", std::move(last)}};
}

/// An init container counts as done: what it prepares in volumes has no place on a machine without containers.
json::object init_status(const std::string& name, const std::string& time) {
  return {{"name", name},
          {"image", ""},
          {"imageID", ""},
          {"ready", true},
          {"restartCount", 0},
          {"state",
           {{"terminated", {{"exitCode", 0}, {"reason", "Completed"}, {"startedAt", time}, {"finishedAt", time}}}}}};
}

template <class Claim>
bool all(const std::vector<container>& xs, Claim claim) {
  return std::all_of(xs.begin(), xs.end(), claim);
}

std::string names_unready(const std::vector<container>& xs) {
  std::string out;
  for (auto& x : xs)
    if (!x.ready())
      out += (out.empty() ? "" : " ") + x.spec().name;
  return "containers with unready status: [" + out + "]";
}

} // namespace

pod_machine::pod_machine(pod spec, pod_addresses addresses, const std::vector<bool>& pullable, const timers& waits,
                         instant now)
    : spec_{std::move(spec)}, addresses_{std::move(addresses)}, born_{now.wall} {
  for (std::size_t i = 0; i < spec_.containers.size(); ++i) {
    auto& x = spec_.containers[i];
    auto past = spec_.history.find(x.name);
    containers_.emplace_back(spec_, x, pullable[i], past == spec_.history.end() ? container_history{} : past->second,
                             waits, now);
  }
  if (spec_.deleting)
    stop(spec_.grace, now);
}

std::vector<pod_order> pod_machine::step(instant now) {
  std::vector<pod_order> out;
  for (std::size_t i = 0; i < containers_.size(); ++i)
    for (auto& order : containers_[i].step(now))
      out.push_back({i, order});
  return out;
}

void pod_machine::update(pod spec, instant now) {
  bool shorter = spec.deleting && spec.grace < spec_.grace;
  bool begins = spec.deleting && !spec_.deleting;
  spec_ = std::move(spec);
  if (begins || shorter)
    stop(spec_.grace, now);
}

void pod_machine::stop(std::chrono::seconds grace, instant now) {
  stopping_ = true;
  for (auto& x : containers_)
    x.stop(grace, now);
}

bool pod_machine::over() const {
  return stopping_ && all(containers_, [](auto& x) { return x.state() == container::state::terminated; });
}

bool pod_machine::ready() const {
  return all(containers_, [](auto& x) { return x.ready(); });
}

std::string pod_machine::phase() const {
  if (all(containers_, [](auto& x) { return x.state() == container::state::terminated; })) {
    bool good = all(containers_, [](auto& x) { return x.last_exit()->code == 0; });
    return good ? "Succeeded" : "Failed";
  }
  // A container that waits for its next start has been running in the eyes of a kubelet.
  return all(containers_, [](auto& x) { return x.ever_ran() || x.last_exit(); }) ? "Running" : "Pending";
}

json::value pod_machine::condition(const std::string& type, bool value, const std::string& reason, instant now) {
  auto [i, added] = transitions_.try_emplace(type, value, now.wall);
  if (!added && i->second.first != value)
    i->second = {value, now.wall};
  json::object out{{"type", type},
                   {"status", value ? "True" : "False"},
                   {"lastProbeTime", nullptr},
                   {"lastTransitionTime", model::to_rfc3339(i->second.second)}};
  if (!value) {
    out["reason"] = reason;
    if (reason == "ContainersNotReady")
      out["message"] = names_unready(containers_);
  }
  return out;
}

std::vector<container::picture> pod_machine::shown() const {
  std::vector<container::picture> out;
  for (auto& x : containers_)
    out.push_back(x.shown());
  return out;
}

json::value pod_machine::status(instant now) {
  json::array statuses, inits;
  for (auto& x : containers_)
    statuses.push_back(container_status(x, spec_.node));
  for (auto& name : spec_.init_containers)
    inits.push_back(init_status(name, model::to_rfc3339(born_)));
  auto pod_phase = phase();
  auto why = pod_phase == "Succeeded" ? "PodCompleted" : pod_phase == "Failed" ? "PodFailed" : "ContainersNotReady";
  json::array conditions{condition("Initialized", true, "", now), condition("Ready", ready(), why, now),
                         condition("ContainersReady", ready(), why, now), condition("PodScheduled", true, "", now)};
  json::object out{{"phase", pod_phase},
                   {"conditions", std::move(conditions)},
                   {"hostIP", addresses_.host},
                   {"podIP", addresses_.pod},
                   {"podIPs", json::array{json::object{{"ip", addresses_.pod}}}},
                   {"startTime", model::to_rfc3339(born_)},
                   {"containerStatuses", std::move(statuses)}};
  if (!inits.empty())
    out["initContainerStatuses"] = std::move(inits);
  return out;
}

} // namespace local::agent
