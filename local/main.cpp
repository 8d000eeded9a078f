// flink-local: the parts of Kubernetes that Flink applications need, on one machine, without an installation.
#include "local/agent/run.hpp"
#include "local/up.hpp"

#include <CLI/CLI.hpp>

#include <sys/resource.h>

namespace {

/// Adds `flink-local up`.
CLI::App* add_up(CLI::App& program, local::up_options& x) {
  auto* command = program.add_subcommand(
      "up",
      "Start a cluster in this process: an API server, controllers, and a node that runs pods as Flink processes. "
      "The state is kept in memory and lost on exit. The API server listens on loopback only and accepts only clients "
      "with the kubeconfig that it writes.");
  command->add_option("--dir", x.dir, "Directory for the kubeconfig and for the files and logs of pods")
      ->capture_default_str();
  command->add_option("--port", x.port, "Port of the API server (0: choose a free port)")->capture_default_str();
  command
      ->add_option("--flink", x.pods.flink,
                   "How pods run. real: as Flink processes; simulated: as models in this process, for large fleets and "
                   "benchmarks; none: pods stay Pending")
      ->check(CLI::IsMember({"real", "simulated", "none"}))
      ->capture_default_str();
  command->add_option("--crd", x.crds, "YAML file with an additional CustomResourceDefinition (repeatable)")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--history", x.history,
                   "Number of changes kept per kind, so that watches can resume from an older resource version")
      ->capture_default_str();
  local::agent::add_flags(*command, x.pods);
  return command;
}

/// Raises the soft limit of open files: a fleet of pods needs more sockets than the default allows.
void allow_many_sockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int count, char** values) {
  CLI::App program{"Runs Flink applications on one machine, with an embedded Kubernetes API server and a node agent."};
  program.require_subcommand(1);
  local::up_options up;
  local::agent::agent_command agent;
  auto* up_command = add_up(program, up);
  auto* agent_command = program.add_subcommand(
      "agent", "Run the pods of a Kubernetes cluster as processes on this machine, in place of a kubelet. For tests.");
  local::agent::add_flags(*agent_command, agent);
  CLI11_PARSE(program, count, values);
  allow_many_sockets();
  if (up_command->parsed())
    return local::run_up(up);
  return local::agent::run_agent(agent);
}
