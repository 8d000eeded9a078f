// flink-local: Kubernetes as far as Flink applications need it, on one machine, with nothing installed.
#include "local/agent/run.hpp"
#include "local/up.hpp"

#include <CLI/CLI.hpp>

#include <sys/resource.h>

namespace {

/// Adds `flink-local up`.
CLI::App* add_up(CLI::App& program, local::up_options& x) {
  auto* command = program.add_subcommand(
      "up",
      "Starts a cluster in this process: API server, controllers and a node that runs pods as Flink processes. "
      "Its state is in memory and gone when it ends. It listens on loopback only and lets in who has its kubeconfig.");
  command->add_option("--dir", x.dir, "Folder for the kubeconfig and the pods' files and logs")->capture_default_str();
  command->add_option("--port", x.port, "Port of the API server; 0 takes a free one")->capture_default_str();
  command
      ->add_option("--flink", x.pods.flink,
                   "real: pods run as Flink processes; simulated: their Flink is a model in this process, for fleets "
                   "and benches; none: pods stay pending")
      ->check(CLI::IsMember({"real", "simulated", "none"}))
      ->capture_default_str();
  command->add_option("--crd", x.crds, "Further CustomResourceDefinition files (YAML) to serve")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--history", x.history,
                   "How many changes of each kind are kept for watches that go on from an older version")
      ->capture_default_str();
  local::agent::add_flags(*command, x.pods);
  return command;
}

/// A fleet of pods has more sockets than a shell lets a program have unless it asks for them.
void allow_many_sockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

int main(int count, char** values) {
  CLI::App program{"Runs Flink applications on one machine: an embedded Kubernetes API and a node agent."};
  program.require_subcommand(1);
  local::up_options up;
  local::agent::agent_command agent;
  auto* up_command = add_up(program, up);
  auto* agent_command = program.add_subcommand("agent", "Runs pods of any Kubernetes cluster as processes here: a "
                                                        "node agent in place of a kubelet, for tests.");
  local::agent::add_flags(*agent_command, agent);
  CLI11_PARSE(program, count, values);
  allow_many_sockets();
  if (up_command->parsed())
    return local::run_up(up);
  return local::agent::run_agent(agent);
}
