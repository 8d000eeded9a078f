#include "test/simulation/world/node.hpp"

#include <algorithm>
#include <utility>

namespace simulation {

namespace simulated = local::simulated;
using namespace std::chrono_literals;

std::optional<local::model::moment> node::due() const {
  std::optional<local::model::moment> first;
  for (auto& x : job_managers_)
    if (auto next = x->alive && !x->flink->faults.hung ? x->flink->next_event() : std::nullopt)
      first = first ? std::min(*first, *next) : *next;
  return first;
}

void node::step() {
  for (auto& x : job_managers_) {
    auto next = x->alive ? x->flink->next_event() : std::nullopt;
    if (!next || *next > events_.wall())
      continue;
    ++flink_steps_;
    x->flink->step(events_.wall());
  }
}

// -- pods ------------------------------------------------------------------------------------

void node::observe_pods() {
  auto& store = api_.resources().store();
  if (store.version() == seen_version_)
    return;
  seen_version_ = store.version();
  auto pods = store.all("pods"); // a copy: reporting changes the store
  for (auto& [key, pod] : pods)
    observe(*pod);
  std::vector<std::string> gone;
  for (auto& [uid, x] : pods_)
    if (auto stored = store.get("pods", x.key); !stored || text(*stored, {"metadata", "uid"}) != uid)
      gone.push_back(uid);
  for (auto& uid : gone)
    end(uid);
  register_task_managers(); // a Service may exist again
}

void node::observe(const json::value& pod) {
  auto uid = text(pod, {"metadata", "uid"});
  auto [i, is_new] = pods_.try_emplace(uid);
  auto& x = i->second;
  if (is_new) {
    x = read_pod(pod, "10.0.0." + std::to_string(++last_ip_));
    constexpr milliseconds delays[] = {300ms, 1s, 4s, 20s};
    events_.in(delays[adversary_.choose("pod-start", 4)], [this, uid] { schedule(uid); });
  }
  if (!at(pod, {"metadata", "deletionTimestamp"}) || x.ending)
    return;
  x.ending = true;
  if (x.cut_off)
    return; // its kubelet learns of it after the reconnect
  // A healthy process ends on SIGTERM; a hung one takes the whole grace period.
  auto* process = process_of(uid);
  events_.in(process && process->flink->faults.hung ? 30s : 1s, [this, uid] { remove(uid); });
}

void node::schedule(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || i->second.ending)
    return;
  auto& x = i->second;
  if (nothing_is_scheduled || x.image.find("huge") != x.image.npos) {
    if (std::exchange(x.at, node_pod::stage::unschedulable) == node_pod::stage::pending)
      report(x);
    return events_.in(2s, [this, uid] { schedule(uid); });
  }
  if (x.image.find("missing") != x.image.npos) {
    x.at = node_pod::stage::broken;
    return report(x);
  }
  run(x);
}

void node::run(node_pod& x) {
  x.at = node_pod::stage::running;
  if (x.is_job_manager)
    start_process(x);
  report(x);
  register_task_managers();
  auto uid = x.uid;
  events_.in(1500ms, [this, uid] { check_ready(uid); });
  if (loops(x))
    events_.in(2s, [this, uid] { crash(uid); });
}

void node::check_ready(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || i->second.at != node_pod::stage::running || i->second.ending)
    return;
  auto& x = i->second;
  auto* process = process_of(uid);
  bool ready = !x.is_job_manager || (process && process->flink->is_up());
  if (ready != x.ready) {
    x.ready = ready;
    report(x);
  }
  if (!ready)
    events_.in(1s, [this, uid] { check_ready(uid); });
}

void node::report(const node_pod& x) {
  if (!x.cut_off)
    send_status(x);
}

void node::send_status(const node_pod& x) {
  api_.handle({.method = "PATCH",
               .target = path_of(x) + "/status",
               .content_type = "application/merge-patch+json",
               .accept = "application/json",
               .body = status_patch(x)},
              events_.wall());
  settle_();
}

/// Stops the pod's processes and forgets the pod.
void node::end(const std::string& uid) {
  auto found = pods_.extract(uid);
  if (found.empty())
    return;
  stop_process(found.mapped());
  register_task_managers();
}

void node::stop_process(node_pod& x) {
  ++flink_steps_;
  if (auto* process = process_of(x.uid); process && process->alive) {
    process->alive = false;
    process->flink->faults.hung = false;
    process->flink->kill(events_.wall());
  }
  if (x.registered && x.registered->alive)
    x.registered->flink->remove_task_manager(x.uid, events_.wall());
  x.registered = nullptr;
}

void node::remove(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end())
    return;
  auto path = path_of(i->second);
  end(uid);
  api_.handle({.method = "DELETE",
               .target = path,
               .content_type = "application/json",
               .accept = "application/json",
               .body = R"({"gracePeriodSeconds":0,"preconditions":{"uid":")" + uid + R"("}})"},
              events_.wall());
  settle_();
}

// -- Flink's processes --------------------------------------------------------------------------------------

job_manager* node::process_of(const std::string& pod_uid) {
  for (auto& x : job_managers_)
    if (x->pod_uid == pod_uid)
      return x.get();
  return nullptr;
}

/// Returns the live JobManager of the TaskManager's cluster on the same side of a network cut, or null.
job_manager* node::serving_process(const node_pod& x) {
  for (auto i = job_managers_.rbegin(); i != job_managers_.rend(); ++i)
    if (auto* its = (*i)->alive && (*i)->cluster_id == x.cluster_id ? pod((*i)->pod_uid) : nullptr;
        its && its->cut_off == x.cut_off)
      return i->get();
  return nullptr;
}

/// With high availability a new pod takes over the stored state of its cluster.
job_manager& node::process_for(const node_pod& x) {
  if (auto* own = process_of(x.uid))
    return *own;
  auto options = options_of(x);
  for (auto& y : job_managers_)
    if (options.high_availability && y->cluster_id == x.cluster_id)
      return *y;
  auto fresh = std::make_unique<simulated::flink_cluster>(std::move(options), durable_);
  return *job_managers_.emplace_back(new job_manager{.flink = std::move(fresh)});
}

void node::start_process(node_pod& x) {
  auto& process = process_for(x);
  if (process.alive && process.pod_uid != x.uid)
    process.flink->kill(events_.wall()); // it has lost its leadership
  process.pod_uid = x.uid;
  process.cluster_id = x.cluster_id;
  process.application_uid = x.application_uid;
  process.alive = true;
  process.flink->faults.hung = false;
  process.flink->start(events_.wall());
}

/// TaskManagers resolve their Service's name to the live JobManager of their cluster.
void node::register_task_managers() {
  for (auto& [uid, x] : pods_) {
    if (x.is_job_manager || x.at != node_pod::stage::running)
      continue;
    auto* process = serving_process(x);
    bool named = x.cut_off || api_.resources().store().get("services", {x.key.ns, x.service});
    if (process == x.registered || (process && !named))
      continue;
    if (x.registered && x.registered->alive)
      x.registered->flink->remove_task_manager(uid, events_.wall());
    x.registered = process;
    if (process)
      process->flink->add_task_manager(uid, task_slots_of(x), events_.wall());
  }
}

void node::ask(const std::string& ip, const simulated::request& x, simulated::on_answer done) {
  for (auto& [uid, pod] : pods_)
    if (pod.ip == ip && pod.cut_off)
      return; // no answer ever comes
    else if (pod.ip == ip && pod.is_job_manager && pod.at == node_pod::stage::running)
      if (auto* process = process_of(uid); process && process->alive) {
        ++flink_steps_;
        return process->flink->handle(x, events_.wall(), std::move(done));
      }
  done(std::nullopt);
}

std::string node::process_at(const std::string& ip) const {
  for (auto& [uid, pod] : pods_)
    if (pod.ip == ip && pod.at == node_pod::stage::running)
      return uid + "/" + std::to_string(pod.restarts);
  return {};
}

const node_pod* node::pod(const std::string& uid) const {
  auto i = pods_.find(uid);
  return i == pods_.end() ? nullptr : &i->second;
}

} // namespace simulation
