#include "test/simulation/world.hpp"

#include "local/crd.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace simulation {

namespace model = local::model;
namespace simulated = local::simulated;
using namespace std::chrono_literals;

namespace {

constexpr auto pods_path = "/api/v1/namespaces/";
constexpr model::moment epoch{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::map<std::string, std::string> lines_of(std::string_view text) {
  std::map<std::string, std::string> out;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (auto colon = line.find(": "); colon != line.npos)
      out.emplace(line.substr(0, colon), line.substr(colon + 2));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::map<std::string, std::string> properties_of(const json::value& pod) {
  auto& containers = at(pod, {"spec", "containers"})->as_array();
  for (auto& x : containers.front().at("env").as_array())
    if (text(x, {"name"}) == "FLINK_PROPERTIES")
      return lines_of(text(x, {"value"}));
  return {};
}

int32_t number(const std::map<std::string, std::string>& x, const char* key, int32_t otherwise) {
  auto i = x.find(key);
  if (i == x.end())
    return otherwise;
  std::from_chars(i->second.data(), i->second.data() + i->second.size(), otherwise);
  return otherwise;
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

/// What the user's jar does; its arguments say how.
simulated::program program_of(const std::vector<std::string>& arguments) {
  simulated::program out;
  for (auto& x : arguments)
    if (x == "--throws")
      out.behaviour = simulated::main_behaviour::throws;
    else if (x == "--throws-late")
      out.behaviour = simulated::main_behaviour::throws_after_execute;
    else if (x == "--slow")
      out.main_time = 45s;
    else if (x == "--poison")
      out.poison = 0;
    else if (x == "--other-state")
      out.shape = "other";
    else if (x == "--bounded")
      out.records = 20'000;
  return out;
}

simulated::cluster_options options_of(const node_pod& x) {
  auto& p = x.properties;
  auto ha = p.contains("high-availability.type") || p.contains("high-availability");
  auto retention = p.find("execution.checkpointing.externalized-checkpoint-retention");
  return {.job_manager_start = 1200ms,
          .task_manager_start = 800ms,
          .refresh_interval = milliseconds{number(p, "web.refresh-interval", 3000)},
          .checkpoint_interval = 10s,
          .trigger_life = std::chrono::days{1},
          .job_life = std::chrono::days{30},
          .retained = number(p, "execution.checkpointing.num-retained", number(p, "state.checkpoints.num-retained", 1)),
          .retain_on_cancellation = retention != p.end() && retention->second == "RETAIN_ON_CANCELLATION",
          .high_availability = ha,
          .jars = {{"job.jar", {.main_class = "Job", .classes = {{"Job", program_of}}}}}};
}

std::string pod_status(const node_pod& x) {
  json::object state, container{{"name", x.is_job_manager ? "jobmanager" : "taskmanager"},
                                {"image", x.image},
                                {"imageID", ""},
                                {"restartCount", x.restarts},
                                {"ready", x.ready}};
  if (x.at == node_pod::stage::running)
    state["running"] = json::object{{"startedAt", "2026-01-01T00:00:00Z"}};
  else
    state["waiting"] = {{"reason", x.at == node_pod::stage::broken ? "ErrImagePull" : "ContainerCreating"},
                        {"message", "image " + x.image}};
  container["state"] = std::move(state);
  json::object status{
      {"phase", x.at == node_pod::stage::running ? "Running" : "Pending"},
      {"podIP", x.ip},
      {"containerStatuses", json::array{std::move(container)}},
      {"conditions", json::array{json::object{{"type", "Ready"}, {"status", x.ready ? "True" : "False"}}}}};
  return json::serialize(json::object{{"status", std::move(status)}});
}

} // namespace

const json::value* at(const json::value& x, std::initializer_list<std::string_view> path) {
  auto* out = &x;
  for (auto name : path) {
    auto* object = out->if_object();
    out = object ? object->if_contains(name) : nullptr;
    if (!out)
      return nullptr;
  }
  return out;
}

std::string text(const json::value& x, std::initializer_list<std::string_view> path) {
  auto* found = at(x, path);
  auto* out = found ? found->if_string() : nullptr;
  return out ? std::string{*out} : std::string{};
}

world::world(choices& adversary, timeline& events, uint64_t seed)
    : adversary_{adversary}, events_{events}, random_{seed | 1},
      cluster_{[this] { return random_ = random_ * 6364136223846793005u + 1442695040888963407u; }, wall_at(beginning)} {
  auto problem = cluster_.apply(local::crd, wall());
  if (!problem.empty())
    throw std::runtime_error{"the CRD is refused: " + problem};
  settle();
}

model::moment world::wall_at(time_point x) {
  return epoch + std::chrono::duration_cast<milliseconds>(x - beginning);
}

std::optional<time_point> world::due() const {
  std::optional<model::moment> first = cluster_.due();
  for (auto& x : job_managers_)
    if (auto next = x->alive && !x->flink->faults.hung ? x->flink->next_event() : std::nullopt)
      first = first ? std::min(*first, *next) : *next;
  if (!first)
    return std::nullopt;
  return std::max(now_, beginning + (*first - epoch));
}

void world::advance(time_point to) {
  now_ = to;
  for (auto& x : job_managers_) {
    auto next = x->alive ? x->flink->next_event() : std::nullopt;
    if (!next || *next > wall())
      continue;
    ++flink_steps_;
    x->flink->step(wall());
  }
  if (auto next = cluster_.due(); next && *next <= wall())
    settle();
}

void world::settle() {
  cluster_.step(wall());
  observe_pods();
}

model::answer world::api(const model::request& x) {
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

const json::value* world::application(const std::string& name) const {
  auto found = store().get("flinkapplications.flink.k8s.io", {"default", name});
  return found.get();
}

// -- the node -----------------------------------------------------------------------------------------

void world::observe_pods() {
  if (store().version() == seen_version_)
    return;
  seen_version_ = store().version();
  auto pods = store().all("pods"); // a copy: reporting changes the store
  for (auto& [key, pod] : pods)
    meet(*pod);
  std::vector<std::string> gone;
  for (auto& [uid, x] : pods_)
    if (auto stored = store().get("pods", x.key); !stored || text(*stored, {"metadata", "uid"}) != uid)
      gone.push_back(uid);
  for (auto& uid : gone)
    end(uid);
}

void world::meet(const json::value& pod) {
  auto uid = text(pod, {"metadata", "uid"});
  auto [i, is_new] = pods_.try_emplace(uid);
  auto& x = i->second;
  if (is_new) {
    auto label = [&](std::string_view name) { return text(pod, {"metadata", "labels", name}); };
    x = {.uid = uid,
         .key = {text(pod, {"metadata", "namespace"}), text(pod, {"metadata", "name"})},
         .cluster_id = label("flink-app-hash"),
         .application_uid = label("flink.k8s.io/application-uid"),
         .is_job_manager = label("flink-deployment-type") == "jobmanager",
         .image = text(at(pod, {"spec", "containers"})->as_array().front(), {"image"}),
         .ip = "10.0.0." + std::to_string(++last_ip_),
         .properties = properties_of(pod)};
    constexpr milliseconds delays[] = {300ms, 1s, 4s, 20s};
    in(delays[adversary_.choose("pod-start", 4)], [this, uid] { schedule(uid); });
  }
  if (!at(pod, {"metadata", "deletionTimestamp"}) || x.ending)
    return;
  x.ending = true;
  // A healthy process ends on SIGTERM; a hung one has its whole grace period.
  auto* process = process_of(uid);
  in(process && process->flink->faults.hung ? 30s : 1s, [this, uid] { remove(uid); });
}

void world::schedule(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || i->second.ending)
    return;
  if (nothing_is_scheduled)
    return in(2s, [this, uid] { schedule(uid); });
  auto& x = i->second;
  if (holds(x.image, "missing")) {
    x.at = node_pod::stage::broken;
    return report(x);
  }
  run(x);
}

void world::run(node_pod& x) {
  x.at = node_pod::stage::running;
  if (x.is_job_manager)
    start_process(x);
  report(x);
  register_task_managers();
  in(1500ms, [this, uid = x.uid] { check_ready(uid); });
}

job_manager* world::process_of(const std::string& pod_uid) {
  for (auto& x : job_managers_)
    if (x->pod_uid == pod_uid)
      return x.get();
  return nullptr;
}

job_manager* world::serving_process(const std::string& cluster_id) {
  for (auto i = job_managers_.rbegin(); i != job_managers_.rend(); ++i)
    if ((*i)->alive && (*i)->cluster_id == cluster_id)
      return i->get();
  return nullptr;
}

void world::start_process(node_pod& x) {
  auto* process = process_of(x.uid);
  if (!process) {
    // With high availability a new pod takes over what its cluster has stored.
    auto options = options_of(x);
    for (auto& y : job_managers_)
      if (options.high_availability && y->cluster_id == x.cluster_id)
        process = y.get();
    if (!process)
      process = job_managers_
                    .emplace_back(new job_manager{
                        .flink = std::make_unique<simulated::flink_cluster>(std::move(options), durable_)})
                    .get();
    process->pod_uid = x.uid;
    process->cluster_id = x.cluster_id;
    process->application_uid = x.application_uid;
  }
  process->alive = true;
  process->flink->faults.hung = false;
  process->flink->start(wall());
}

void world::check_ready(const std::string& uid) {
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
    in(1s, [this, uid] { check_ready(uid); });
}

void world::report(const node_pod& x) {
  cluster_.handle({.method = "PATCH",
                   .target = pods_path + x.key.ns + "/pods/" + x.key.name + "/status",
                   .content_type = "application/merge-patch+json",
                   .accept = "application/json",
                   .body = pod_status(x)},
                  wall());
  settle();
}

/// The pod's processes are gone.
void world::end(const std::string& uid) {
  auto node = pods_.extract(uid);
  if (node.empty())
    return;
  auto& x = node.mapped();
  if (auto* process = process_of(uid); process && process->alive) {
    process->alive = false;
    process->flink->faults.hung = false;
    process->flink->kill(wall());
  }
  if (x.registered && x.registered->alive)
    x.registered->flink->remove_task_manager(uid, wall());
  ++flink_steps_;
  register_task_managers();
}

void world::remove(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end())
    return;
  auto key = i->second.key;
  end(uid);
  cluster_.handle({.method = "DELETE",
                   .target = pods_path + key.ns + "/pods/" + key.name,
                   .content_type = "application/json",
                   .accept = "application/json",
                   .body = R"({"gracePeriodSeconds":0,"preconditions":{"uid":")" + uid + R"("}})"},
                  wall());
  settle();
}

/// TaskManagers follow the service's name to whichever JobManager of their cluster lives.
void world::register_task_managers() {
  for (auto& [uid, x] : pods_) {
    if (x.is_job_manager || x.at != node_pod::stage::running)
      continue;
    auto* process = serving_process(x.cluster_id);
    if (process == x.registered)
      continue;
    if (x.registered && x.registered->alive)
      x.registered->flink->remove_task_manager(uid, wall());
    x.registered = process;
    if (process)
      process->flink->add_task_manager(uid, number(x.properties, "taskmanager.numberOfTaskSlots", 1), wall());
  }
}

// -- requests to JobManagers ----------------------------------------------------------------------------

void world::ask_job_manager(const std::string& ip, const simulated::request& x, simulated::on_answer done) {
  for (auto& [uid, pod] : pods_)
    if (pod.ip == ip && pod.is_job_manager && pod.at == node_pod::stage::running)
      if (auto* process = process_of(uid); process && process->alive) {
        ++flink_steps_;
        return process->flink->handle(x, wall(), std::move(done));
      }
  done(std::nullopt);
}

std::string world::process_at(const std::string& ip) const {
  for (auto& [uid, pod] : pods_)
    if (pod.ip == ip && pod.at == node_pod::stage::running)
      return uid + "/" + std::to_string(pod.restarts);
  return {};
}

const node_pod* world::pod(const std::string& uid) const {
  auto i = pods_.find(uid);
  return i == pods_.end() ? nullptr : &i->second;
}

// -- troubles ---------------------------------------------------------------------------------------------

std::vector<node_pod*> world::running_pods(bool job_managers) {
  std::vector<node_pod*> out;
  for (auto& [uid, x] : pods_)
    if (x.is_job_manager == job_managers && x.at == node_pod::stage::running && !x.ending)
      out.push_back(&x);
  // In order of address: uids are the same in every replay, and so is this.
  return out;
}

void world::kill_process(node_pod& x) {
  ++x.restarts;
  x.ready = false;
  ++flink_steps_;
  if (auto* process = process_of(x.uid)) {
    process->flink->faults.hung = false;
    process->flink->kill(wall());
    process->flink->start(wall());
  } else if (x.registered && x.registered->alive) {
    x.registered->flink->remove_task_manager(x.uid, wall());
    x.registered = nullptr;
    register_task_managers();
  }
  auto uid = x.uid;
  report(x);
  in(1500ms, [this, uid] { check_ready(uid); });
}

void world::evict(const node_pod& x) {
  cluster_.handle({.method = "DELETE",
                   .target = pods_path + x.key.ns + "/pods/" + x.key.name,
                   .content_type = "application/json",
                   .accept = "application/json",
                   .body = "{}"},
                  wall());
  settle();
}

void world::set_faults(const std::function<void(simulated::faults&)>& change) {
  for (auto& x : job_managers_)
    if (x->alive) {
      ++flink_steps_;
      change(x->flink->faults);
      x->flink->step(wall());
    }
}

void world::fail_tasks() {
  for (auto& x : job_managers_)
    if (x->alive && !x->flink->faults.hung) {
      ++flink_steps_;
      auto jobs = x->flink->jobs();
      for (auto& [id, job] : jobs)
        x->flink->fail_tasks(id, wall());
    }
}

} // namespace simulation
