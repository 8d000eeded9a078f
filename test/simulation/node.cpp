#include "test/simulation/node.hpp"

#include <algorithm>

namespace simulation {

namespace simulated = local::simulated;
using namespace std::chrono_literals;

namespace {

std::string path_of(const node_pod& x) {
  return "/api/v1/namespaces/" + x.key.ns + "/pods/" + x.key.name;
}

} // namespace

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

// -- the life of a pod ------------------------------------------------------------------------------------

void node::observe_pods() {
  auto& store = api_.resources().store();
  if (store.version() == seen_version_)
    return;
  seen_version_ = store.version();
  auto pods = store.all("pods"); // a copy: reporting changes the store
  for (auto& [key, pod] : pods)
    meet(*pod);
  std::vector<std::string> gone;
  for (auto& [uid, x] : pods_)
    if (auto stored = store.get("pods", x.key); !stored || text(*stored, {"metadata", "uid"}) != uid)
      gone.push_back(uid);
  for (auto& uid : gone)
    end(uid);
}

void node::meet(const json::value& pod) {
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
  // A healthy process ends on SIGTERM; a hung one has its whole grace period.
  auto* process = process_of(uid);
  events_.in(process && process->flink->faults.hung ? 30s : 1s, [this, uid] { remove(uid); });
}

void node::schedule(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || i->second.ending)
    return;
  if (nothing_is_scheduled)
    return events_.in(2s, [this, uid] { schedule(uid); });
  auto& x = i->second;
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
  events_.in(1500ms, [this, uid = x.uid] { check_ready(uid); });
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
  api_.handle({.method = "PATCH",
               .target = path_of(x) + "/status",
               .content_type = "application/merge-patch+json",
               .accept = "application/json",
               .body = status_patch(x)},
              events_.wall());
  settle_();
}

/// The pod's processes are gone.
void node::end(const std::string& uid) {
  auto found = pods_.extract(uid);
  if (found.empty())
    return;
  auto& x = found.mapped();
  if (auto* process = process_of(uid); process && process->alive) {
    process->alive = false;
    process->flink->faults.hung = false;
    process->flink->kill(events_.wall());
  }
  if (x.registered && x.registered->alive)
    x.registered->flink->remove_task_manager(uid, events_.wall());
  ++flink_steps_;
  register_task_managers();
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

job_manager* node::serving_process(const std::string& cluster_id) {
  for (auto i = job_managers_.rbegin(); i != job_managers_.rend(); ++i)
    if ((*i)->alive && (*i)->cluster_id == cluster_id)
      return i->get();
  return nullptr;
}

/// With high availability a new pod takes over what its cluster has stored.
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
  process.pod_uid = x.uid;
  process.cluster_id = x.cluster_id;
  process.application_uid = x.application_uid;
  process.alive = true;
  process.flink->faults.hung = false;
  process.flink->start(events_.wall());
}

/// TaskManagers follow the service's name to whichever JobManager of their cluster lives.
void node::register_task_managers() {
  for (auto& [uid, x] : pods_) {
    if (x.is_job_manager || x.at != node_pod::stage::running)
      continue;
    auto* process = serving_process(x.cluster_id);
    if (process == x.registered)
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
    if (pod.ip == ip && pod.is_job_manager && pod.at == node_pod::stage::running)
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

// -- troubles ---------------------------------------------------------------------------------------------

std::vector<node_pod*> node::running_pods(bool job_managers) {
  std::vector<node_pod*> out;
  for (auto& [uid, x] : pods_)
    if (x.is_job_manager == job_managers && x.at == node_pod::stage::running && !x.ending)
      out.push_back(&x);
  // In order of uid: they are the same in every replay, and so is this.
  return out;
}

void node::kill_process(node_pod& x) {
  ++x.restarts;
  x.ready = false;
  ++flink_steps_;
  if (auto* process = process_of(x.uid)) {
    process->flink->faults.hung = false;
    process->flink->kill(events_.wall());
    process->flink->start(events_.wall());
  } else if (x.registered && x.registered->alive) {
    x.registered->flink->remove_task_manager(x.uid, events_.wall());
    x.registered = nullptr;
    register_task_managers();
  }
  auto uid = x.uid;
  report(x);
  events_.in(1500ms, [this, uid] { check_ready(uid); });
}

void node::evict(const node_pod& x) {
  api_.handle({.method = "DELETE",
               .target = path_of(x),
               .content_type = "application/json",
               .accept = "application/json",
               .body = "{}"},
              events_.wall());
  settle_();
}

void node::set_faults(const std::function<void(simulated::faults&)>& change) {
  for (auto& x : job_managers_)
    if (x->alive) {
      ++flink_steps_;
      change(x->flink->faults);
      x->flink->step(events_.wall());
    }
}

void node::fail_tasks() {
  for (auto& x : job_managers_)
    if (x->alive && !x->flink->faults.hung) {
      ++flink_steps_;
      auto jobs = x->flink->jobs();
      for (auto& [id, job] : jobs)
        x->flink->fail_tasks(id, events_.wall());
    }
}

} // namespace simulation
