#include "flink/configuration/role_defaults.hpp"

#include "config/defaults.hpp"

namespace flink {

namespace {

namespace defaults = config::defaults;

std::string resources_text(int32_t cpu, int32_t mebibytes) {
  auto amounts = R"({"cpu":")" + std::to_string(cpu) + R"(","memory":")" + std::to_string(mebibytes) + R"(Mi"})";
  return R"({"limits":)" + amounts + R"(,"requests":)" + amounts + '}';
}

/// A TaskManager of an official image for Flink 1.11 or later does not start with so little.
constexpr int32_t former_task_manager_mebibytes = 1024;

} // namespace

std::string default_resources(cluster_role x) {
  return x == cluster_role::job_manager ? resources_text(defaults::job_manager_cpu, defaults::job_manager_mebibytes)
                                        : resources_text(defaults::task_manager_cpu, defaults::task_manager_mebibytes);
}

std::string former_default_resources(cluster_role x) {
  return x == cluster_role::job_manager ? default_resources(x)
                                        : resources_text(defaults::task_manager_cpu, former_task_manager_mebibytes);
}

} // namespace flink
