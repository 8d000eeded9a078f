#include "local/agent/run.hpp"

#include "config/log/log.hpp"
#include "k8s/kubeconfig.hpp"
#include "net/client.hpp"
#include "net/credentials.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

namespace local::agent {

namespace {

namespace fs = std::filesystem;

std::string variable(const char* name, const std::string& otherwise = {}) {
  auto* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : std::string{value};
}

/// The directory into which local/setup/flink installs.
std::string default_cache() {
  auto base = variable("XDG_CACHE_HOME", variable("HOME", "/var") + "/.cache");
  return variable("FLINK_OPERATOR_CACHE", base + "/flink-operator");
}

/// Returns the directory of the distribution that a rule names; empty if it does not exist.
std::string find_distribution(const std::string& name, const std::string& cache) {
  auto folder = name.find('/') == std::string::npos ? cache + "/" + name : name;
  std::error_code ignored;
  return fs::is_directory(folder + "/lib", ignored) ? fs::absolute(folder).string() : std::string{};
}

/// Resolves the names in a rule to paths on disk. Returns the error, or an empty text.
std::string locate(image_content& x, const std::string& cache) {
  if (x.pause)
    return {};
  auto folder = find_distribution(x.flink, cache);
  if (folder.empty())
    return "Flink distribution not found: '" + x.flink + "' (local/setup/flink VERSION installs one)";
  x.flink = folder;
  for (auto& jar : x.jars) {
    if (!fs::is_regular_file(jar))
      return "jar not found: '" + jar + "'";
    jar = fs::absolute(jar).string();
  }
  return {};
}

/// Simulated: files need not exist, and without rules every image can be pulled.
void simulate(agent_options& out, const agent_flags& x) {
  out.simulation.emplace();
  if (x.simulated_start_milliseconds >= 0)
    out.simulation->start = std::chrono::milliseconds{x.simulated_start_milliseconds};
  if (out.images.empty())
    out.images.add("*=flink");
}

/// Reads a value that a kubeconfig holds itself or in a file.
std::string content_of(const k8s::inline_or_file& x, std::string& problem) {
  if (x.file.empty())
    return x.text;
  return net::read_file(x.file, problem).value_or("");
}

std::string kubeconfig_of(const agent_command& x) {
  auto path = x.kubeconfig.empty() ? variable("KUBECONFIG", variable("HOME") + "/.kube/config") : x.kubeconfig;
  return fs::absolute(path).string();
}

std::optional<k8s::cluster_access> read_access(const agent_command& x, std::string& problem) {
  auto path = kubeconfig_of(x);
  auto text = net::read_file(path, problem);
  if (!text)
    return std::nullopt;
  return k8s::parse_kubeconfig(*text, x.context, fs::path{path}.parent_path().string(), problem);
}

net::origin_options to_origin(const k8s::cluster_access& x, std::string& problem) {
  net::origin_options out;
  out.tls.ca = content_of(x.certificate_authority, problem);
  out.tls.certificate = content_of(x.client_certificate, problem);
  out.tls.private_key = content_of(x.client_key, problem);
  out.tls.server_name = x.tls_server_name;
  out.tls.insecure_skip_verify = x.insecure_skip_tls_verify;
  if (!x.token.file.empty())
    out.authorization
        = [token = std::make_shared<net::token_file>(x.token.file)](bool rejected) { return (*token)(rejected); };
  else if (!x.token.text.empty())
    out.authorization = [value = "Bearer " + x.token.text](bool) { return value; };
  return out;
}

int complain(const std::string& problem) {
  std::cerr << "flink-local agent: " << problem << '\n';
  return 1;
}

/// Blocks the signals that stop the program, in this thread and the threads that it starts.
sigset_t block_end_signals() {
  sigset_t out;
  sigemptyset(&out);
  sigaddset(&out, SIGINT);
  sigaddset(&out, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &out, nullptr);
  return out;
}

} // namespace

void add_flags(CLI::App& command, agent_flags& x) {
  command
      .add_option("--image", x.images,
                  "Contents of an image: PATTERN=FLINK[,jar=PATH]..., e.g. 'ledger:*=flink-1.20.5,jar=ledger.jar' "
                  "(repeatable). "
                  "FLINK is a directory or an installed version; PATTERN=pause runs nothing. The first matching rule "
                  "applies; an image without a matching rule cannot be pulled. With --flink simulated, FLINK and the "
                  "jars need not exist, an image without a jar contains every jar, and without any rule every image "
                  "can be pulled")
      ->allow_extra_args(false);
  command.add_option("--timers", x.timers, "Delays of probes and restarts: those of a kubelet, or fast ones")
      ->check(CLI::IsMember({"kubelet", "fast"}))
      ->capture_default_str();
  command.add_option("--pull-milliseconds", x.pull_milliseconds, "Duration of an image pull in milliseconds")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  command.add_option("--pod-dir", x.folder, "Directory for the files and logs of pods");
  command.add_option("--cache", x.cache,
                     "Directory with Flink distributions (default: where local/setup/flink installs)");
  command.add_option("--network", x.network,
                     "First two numbers of pod addresses, e.g. 127.10 (default: a free network)");
  command.add_option("--node", x.node, "Name of the node")->capture_default_str();
  command
      .add_option(
          "--simulated-start-ms", x.simulated_start_milliseconds,
          "With --flink simulated: milliseconds until a JobManager answers or a TaskManager registers (default: "
          "1500, as a JVM; 0 starts large fleets fast)")
      ->check(CLI::Range(0, 3'600'000));
  command.add_option("--java", x.java, "Path of the java program")->capture_default_str();
  command.add_option("--heap", x.heap, "Heap size of each JVM")->capture_default_str();
}

void add_flags(CLI::App& command, agent_command& x) {
  command
      .add_option("--flink", x.flags.flink,
                  "How pods run. real: as Flink processes; simulated: as models in this process")
      ->check(CLI::IsMember({"real", "simulated"}))
      ->capture_default_str();
  add_flags(command, x.flags);
  command.add_option("--kubeconfig", x.kubeconfig, "Kubeconfig of the cluster (default: $KUBECONFIG)");
  command.add_option("--context", x.context, "Context in the kubeconfig (default: the current context)");
  command.add_option("--namespace", x.ns, "Namespace whose pods to run (default: all namespaces)");
}

agent_options to_options(const agent_flags& x, std::string& problem) {
  agent_options out;
  out.node = x.node;
  out.cache = x.cache.empty() ? default_cache() : x.cache;
  // Absolute, because programs with another working directory receive paths in it.
  out.folder = fs::absolute(x.folder.empty() ? fs::temp_directory_path() / "flink-local" / x.node : fs::path{x.folder})
                   .string();
  out.network = x.network;
  out.processes = {.java = x.java, .heap = x.heap, .pod_kubeconfig = {}};
  out.waits = x.timers == "fast" ? fast_timers() : timers{};
  out.waits.pull = std::chrono::milliseconds{x.pull_milliseconds};
  for (auto& rule : x.images)
    if (auto wrong = out.images.add(rule); wrong && problem.empty())
      problem = *wrong;
  if (x.flink == "simulated")
    simulate(out, x);
  else
    for (auto& content : out.images.contents())
      if (auto wrong = locate(*content, out.cache); !wrong.empty() && problem.empty())
        problem = wrong;
  return out;
}

int run_agent(const agent_command& x) {
  auto end_signals = block_end_signals();
  std::string problem;
  auto access = read_access(x, problem);
  if (!access)
    return complain(problem);
  auto origin = to_origin(*access, problem);
  auto options = to_options(x.flags, problem);
  if (!problem.empty())
    return complain(problem);
  options.ns = x.ns;
  options.processes.pod_kubeconfig = kubeconfig_of(x);
  try {
    net::thread io;
    net::client client{io, {}};
    client.configure(access->server, std::move(origin));
    agent running{{io, client, access->server}, std::move(options)};
    running.start();
    config::log::info("agent-started", "", "runs pods of " + access->server, {{"network", running.network()}});
    int signal = 0;
    sigwait(&end_signals, &signal);
  } catch (const std::exception& error) {
    return complain(error.what());
  }
  return 0;
}

} // namespace local::agent
