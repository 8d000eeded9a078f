#include "local/agent/process/flink_config.hpp"

namespace local::agent {

namespace {

std::string_view trim(std::string_view x) {
  constexpr std::string_view blank = " \t\r";
  auto begin = x.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return x.substr(begin, x.find_last_not_of(blank) - begin + 1);
}

/// Nobody computes these when the start scripts are bypassed, and a TaskManager refuses to start without the
/// complete set. Small, because many share one machine.
constexpr std::pair<const char*, const char*> task_manager_memory[] = {
    {"taskmanager.cpu.cores", "1"},
    {"taskmanager.memory.framework.heap.size", "64m"},
    {"taskmanager.memory.framework.off-heap.size", "64m"},
    {"taskmanager.memory.task.heap.size", "128m"},
    {"taskmanager.memory.task.off-heap.size", "0"},
    {"taskmanager.memory.managed.size", "32m"},
    {"taskmanager.memory.network.min", "32m"},
    {"taskmanager.memory.network.max", "32m"},
    {"taskmanager.memory.jvm-metaspace.size", "256m"},
    {"taskmanager.memory.jvm-overhead.min", "64m"},
    {"taskmanager.memory.jvm-overhead.max", "64m"},
};

/// Totals contradict the complete set above; in an image the scripts turn them into it.
constexpr const char* totals[] = {"taskmanager.memory.process.size", "taskmanager.memory.flink.size",
                                  "taskmanager.heap.size", "taskmanager.memory.managed.fraction"};

void complete_task_manager(flink_config& out) {
  for (auto* key : totals)
    out.erase(key);
  for (auto& [key, value] : task_manager_memory)
    out.try_emplace(key, value);
  // Unequal pairs would need the totals to settle on a value.
  out["taskmanager.memory.network.min"] = out["taskmanager.memory.network.max"];
  out["taskmanager.memory.jvm-overhead.min"] = out["taskmanager.memory.jvm-overhead.max"];
}

/// Values such as "a: b" or "*" mean something else in YAML unless they are quoted; lists must stay lists.
std::string quoted(const std::string& value) {
  if (value.starts_with('[') || value.starts_with('{') || value.starts_with('"') || value.starts_with('\''))
    return value;
  std::string out = "'";
  for (char c : value)
    out += c == '\'' ? std::string{"''"} : std::string{c};
  return out + "'";
}

} // namespace

flink_config read_flink_config(std::string_view text) {
  flink_config out;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    line = trim(line.substr(0, line.find('#')));
    auto colon = line.find(": ");
    if (colon == std::string_view::npos)
      continue;
    auto key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 2));
    if (!key.empty() && !value.empty())
      out.insert_or_assign(std::string{key}, std::string{value});
  }
  return out;
}

flink_config make_flink_config(flink_role role, const environment& variables, const flink_place& place) {
  auto properties = variables.find("FLINK_PROPERTIES");
  auto out
      = properties == variables.end() ? flink_config{} : read_flink_config(substitute(properties->second, variables));
  // The entry point of an image names the process itself unless it is configured.
  auto name = variables.find("HOSTNAME");
  out.try_emplace("jobmanager.rpc.address", name == variables.end() ? place.address : name->second);
  out.try_emplace("blob.server.port", "6124");
  out.try_emplace("query.server.port", "6125");
  out["jobmanager.bind-host"] = place.address;
  out["rest.bind-address"] = place.address;
  out["taskmanager.bind-host"] = place.address;
  out["io.tmp.dirs"] = place.folder + "/tmp";
  out["web.upload.dir"] = place.folder + "/web";
  if (role == flink_role::task_manager) {
    out.try_emplace("taskmanager.host", place.address);
    complete_task_manager(out);
  }
  return out;
}

std::string write_flink_config(const flink_config& x, bool yaml) {
  std::string out;
  for (auto& [key, value] : x)
    out += key + ": " + (yaml ? quoted(value) : value) + "\n";
  return out;
}

} // namespace local::agent
