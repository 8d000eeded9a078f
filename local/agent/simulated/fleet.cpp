#include "local/agent/simulated/fleet.hpp"

#include "local/agent/simulated/settings.hpp"

#include <utility>

namespace local::agent {

namespace {

/// `cluster.registration.error-delay` as the operator renders it: pause between two looks for the JobManager.
constexpr std::chrono::milliseconds look_again{500};

std::string available_key(const std::string& ns, const flink_config& config) {
  auto id = availability_id(config);
  return id ? ns + "/" + *id : std::string{};
}

} // namespace

void simulated_fleet::start_job_manager(const std::string& address, const std::string& ns, const flink_config& config,
                                        simulated::cluster_options options, simulated::moment now) {
  auto key = available_key(ns, config);
  auto available = !key.empty();
  if (!available)
    key = address;
  auto& x = clusters_[key];
  if (!x.model)
    x = {std::make_unique<simulated::flink_cluster>(std::move(options), storage_), {}, available};
  x.job_managers.push_back(address);
  keys_[address] = key;
  x.model->start(now);
}

void simulated_fleet::end_job_manager(const std::string& address, simulated::moment now) {
  auto found = keys_.extract(address);
  if (found.empty())
    return;
  auto& x = clusters_.at(found.mapped());
  auto led = x.job_managers.front() == address;
  std::erase(x.job_managers, address);
  if (!led)
    return;
  x.model->kill(now);
  if (!x.job_managers.empty())
    x.model->start(now);
  else if (!x.available)
    forget(found.mapped());
}

void simulated_fleet::forget(const std::string& key) {
  clusters_.erase(key);
  for (auto& [name, x] : task_managers_)
    if (x.found == key)
      x.found.clear();
}

void simulated_fleet::start_task_manager(const std::string& ns, const std::string& name, const flink_config& config,
                                         simulated::moment now) {
  auto address = config.find("jobmanager.rpc.address");
  task_managers_[ns + "/" + name] = {.ns = ns,
                                     .name = name,
                                     .slots = slots_of(config),
                                     .available_key = available_key(ns, config),
                                     .job_manager = address == config.end() ? std::string{} : address->second,
                                     .found = {},
                                     .next_look = now};
}

void simulated_fleet::end_task_manager(const std::string& ns, const std::string& name, simulated::moment now) {
  auto gone = task_managers_.extract(ns + "/" + name);
  if (gone.empty() || gone.mapped().found.empty())
    return;
  clusters_.at(gone.mapped().found).model->remove_task_manager(name, now);
}

/// The leader's address is known from the memory that JobManagers share, or else from the service's name.
std::string simulated_fleet::look_for(const task_manager& x) const {
  if (!x.available_key.empty())
    return clusters_.contains(x.available_key) ? x.available_key : std::string{};
  auto address = resolve_(x.ns, x.job_manager);
  auto key = keys_.find(address.value_or(x.job_manager));
  return key == keys_.end() ? std::string{} : key->second;
}

void simulated_fleet::step(simulated::moment now) {
  for (auto& [name, x] : task_managers_) {
    if (!x.found.empty() || x.next_look > now)
      continue;
    x.next_look = now + look_again;
    x.found = look_for(x);
    if (!x.found.empty())
      clusters_.at(x.found).model->add_task_manager(x.name, x.slots, now);
  }
  for (auto& [key, x] : clusters_)
    if (auto next = x.model->next_event(); next && *next <= now)
      x.model->step(now);
}

simulated::flink_cluster* simulated_fleet::at(const std::string& address) {
  auto key = keys_.find(address);
  return key == keys_.end() ? nullptr : clusters_.at(key->second).model.get();
}

} // namespace local::agent
