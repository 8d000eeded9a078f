#include "flink/configuration/memory.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/pod_template.hpp"
#include "flink/configuration/properties.hpp"
#include "flink/configuration/role_defaults.hpp"
#include "k8s/json/text.hpp"
#include "k8s/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flink {

namespace {

/// Options that each set the memory of a role's process.
constexpr std::array job_manager_keys{"jobmanager.memory.process.size", "jobmanager.memory.flink.size",
                                      "jobmanager.memory.heap.size", "jobmanager.heap.size", "jobmanager.heap.mb"};
constexpr std::array task_manager_keys{"taskmanager.memory.process.size", "taskmanager.memory.flink.size",
                                       "taskmanager.heap.size", "taskmanager.heap.mb"};

bool sized(const std::map<std::string, std::string>& config, cluster_role role) {
  auto set = [&](const char* key) { return config.contains(key); };
  if (role == cluster_role::job_manager)
    return std::ranges::any_of(job_manager_keys, set);
  // Flink derives the total from these two.
  bool fine_grained = set("taskmanager.memory.task.heap.size") && set("taskmanager.memory.managed.size");
  return fine_grained || std::ranges::any_of(task_manager_keys, set);
}

double fraction(const std::optional<double>& wanted, double otherwise) {
  return wanted && *wanted >= 0 && *wanted <= 1 ? *wanted : otherwise;
}

int64_t bytes_of(json::cursor x) {
  std::string problem; // validate() reports it
  auto read = k8s::parse_quantity(x, problem);
  return read ? k8s::whole_units(*read) : 0;
}

} // namespace

std::optional<std::string> stated_resources(const spec& x, cluster_role role) {
  if (auto* resources = config_of(x, role).resources)
    return resources->text;
  if (auto resources = template_container(x, role).find("resources"))
    return std::string{resources->text()};
  return std::nullopt;
}

std::string resources_of(const spec& x, cluster_role role) {
  return stated_resources(x, role).value_or(default_resources(role));
}

int64_t container_memory(const spec& x, cluster_role role) {
  auto text = resources_of(x, role);
  json::cursor resources{text};
  for (auto* which : {"requests", "limits"})
    if (auto memory = resources.find({which, "memory"}))
      return bytes_of(*memory);
  return 0;
}

std::string memory_text(int64_t bytes, double fraction) {
  auto all = static_cast<double>(bytes);
  auto rest = static_cast<int64_t>(std::round(all - all * fraction));
  return std::to_string(rest / 1024) + "k";
}

std::optional<std::pair<std::string, std::string>> memory_entry(const spec& x, cluster_role role,
                                                                const std::map<std::string, std::string>& config) {
  auto memory = container_memory(x, role);
  if (memory <= 0 || sized(config, role))
    return std::nullopt;
  auto v = version_of(x);
  auto wanted = config_of(x, role);
  std::string key{to_string(role)};
  if (v && *v >= process_memory_since)
    return std::pair{
        key + ".memory.process.size",
        memory_text(memory, fraction(wanted.system_memory_fraction, config::defaults::system_memory_fraction))};
  return std::pair{key + ".heap.size", memory_text(memory, fraction(wanted.off_heap_memory_fraction,
                                                                    config::defaults::off_heap_memory_fraction))};
}

int32_t task_slots(const spec& x) {
  auto slots = x.task_manager_config ? x.task_manager_config->task_slots : std::nullopt;
  return std::max(slots.value_or(config::defaults::task_slots), 1);
}

int32_t task_manager_count(const spec& x) {
  auto slots = task_slots(x);
  return x.parallelism / slots + (x.parallelism % slots > 0 ? 1 : 0);
}

} // namespace flink
