#include "test/simulation/world/pod.hpp"

#include "flink/resource/names.hpp"

#include <charconv>

namespace simulation {

namespace simulated = local::simulated;
using namespace std::chrono_literals;

namespace {

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

/// What the user's jar does, chosen by its arguments.
simulated::program program_of(const std::vector<std::string>& arguments) {
  simulated::program out;
  for (auto& x : arguments)
    if (x == "--throws")
      out.behaviour = simulated::main_behaviour::throws;
    else if (x == "--throws-late")
      out.behaviour = simulated::main_behaviour::throws_after_execute;
    else if (x == "--slow")
      out.main_time = 45s;
    else if (x == "--endless-main")
      out.main_time = 1h;
    else if (x == "--poison")
      out.poison = 0;
    else if (x == "--other-state")
      out.shape = "other";
    else if (x == "--bounded")
      out.records = 20'000;
  return out;
}

} // namespace

simulated::cluster_options options_of(const node_pod& x) {
  auto& p = x.properties;
  auto ha = p.contains("high-availability.type") || p.contains("high-availability");
  auto scheduler = p.find("jobmanager.scheduler");
  auto retention = p.find("execution.checkpointing.externalized-checkpoint-retention");
  return {.job_manager_start = 1200ms,
          .task_manager_start = 800ms,
          .refresh_interval = std::chrono::milliseconds{number(p, "web.refresh-interval", 3000)},
          .checkpoint_interval = 10s,
          .trigger_life = std::chrono::days{1},
          .job_life = std::chrono::days{30},
          .adaptive = scheduler != p.end() && scheduler->second == "adaptive",
          .cooldown = 5s,
          .stabilization = 2s,
          .retained = number(p, "execution.checkpointing.num-retained", number(p, "state.checkpoints.num-retained", 1)),
          .retain_on_cancellation = retention != p.end() && retention->second == "RETAIN_ON_CANCELLATION",
          .high_availability = ha,
          .jars = {{"job.jar", {.main_class = "Job", .classes = {{"Job", program_of}}}}}};
}

int32_t task_slots_of(const node_pod& x) {
  return number(x.properties, "taskmanager.numberOfTaskSlots", 1);
}

std::string path_of(const node_pod& x) {
  return "/api/v1/namespaces/" + x.key.ns + "/pods/" + x.key.name;
}

node_pod read_pod(const json::value& pod, std::string ip) {
  auto label = [&](std::string_view name) { return text(pod, {"metadata", "labels", name}); };
  auto cluster_id = label("flink-app-hash");
  if (cluster_id.empty()) // of the Go operator
    cluster_id = text(pod, {"metadata", "annotations", "flink-app-hash"});
  return {.uid = text(pod, {"metadata", "uid"}),
          .key = {text(pod, {"metadata", "namespace"}), text(pod, {"metadata", "name"})},
          .cluster_id = cluster_id,
          .application_uid = application_uid_of(pod),
          .is_job_manager = label("flink-deployment-type") == "jobmanager",
          .image = text(at(pod, {"spec", "containers"})->as_array().front(), {"image"}),
          .service = flink::versioned_service_name(label("flink-app"), cluster_id),
          .ip = std::move(ip),
          .properties = properties_of(pod)};
}

namespace {

json::object waiting_of(const node_pod& x) {
  switch (x.at) {
  case node_pod::stage::broken:
    return {{"reason", "ErrImagePull"}, {"message", "image " + x.image}};
  case node_pod::stage::crashed:
    return {{"reason", "CrashLoopBackOff"}, {"message", "back-off restarting failed container"}};
  default:
    return {{"reason", "ContainerCreating"}};
  }
}

json::array conditions_of(const node_pod& x) {
  json::array out{json::object{{"type", "Ready"}, {"status", x.ready ? "True" : "False"}}};
  if (x.at == node_pod::stage::unschedulable)
    out.push_back(json::object{{"type", "PodScheduled"},
                               {"status", "False"},
                               {"reason", "Unschedulable"},
                               {"message", "0/3 nodes are available: 3 Insufficient memory."}});
  return out;
}

} // namespace

std::string status_patch(const node_pod& x) {
  bool started = x.at == node_pod::stage::running || x.at == node_pod::stage::crashed;
  json::object status{{"phase", started ? "Running" : "Pending"}, {"conditions", conditions_of(x)}};
  if (x.at != node_pod::stage::unschedulable) {
    json::object container{{"name", x.is_job_manager ? "jobmanager" : "taskmanager"},
                           {"image", x.image},
                           {"imageID", ""},
                           {"restartCount", x.restarts},
                           {"ready", x.ready}};
    if (x.at == node_pod::stage::running)
      container["state"] = {{"running", {{"startedAt", "2026-01-01T00:00:00Z"}}}};
    else
      container["state"] = {{"waiting", waiting_of(x)}};
    status["podIP"] = x.ip;
    status["containerStatuses"] = json::array{std::move(container)};
  }
  return json::serialize(json::object{{"status", std::move(status)}});
}

} // namespace simulation
