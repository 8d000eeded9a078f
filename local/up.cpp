#include "local/up.hpp"

#include "local/crd.hpp"
#include "local/model/cluster.hpp"
#include "local/server/certificate.hpp"
#include "local/server/front.hpp"
#include "local/server/kubeconfig.hpp"
#include "net/client.hpp"
#include "net/thread.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>

namespace local {

namespace {

namespace fs = std::filesystem;

model::moment wall_time() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

model::resources::random random_numbers() {
  std::random_device seed;
  auto engine = std::make_shared<std::mt19937_64>((uint64_t{seed()} << 32) ^ seed());
  return [engine] { return (*engine)(); };
}

int fail(const std::string& why) {
  std::cerr << "flink-local: " << why << "\n";
  return 1;
}

/// Returns the node agent's options, with the pods' files below the cluster's directory.
agent::agent_options pod_options(const up_options& x, std::string& problem) {
  auto flags = x.pods;
  if (flags.folder.empty())
    flags.folder = (fs::absolute(x.dir) / "pods").string();
  auto options = agent::to_options(flags, problem);
  options.processes.pod_kubeconfig = (fs::absolute(x.dir) / "kubeconfig").string();
  return options;
}

std::string load_definitions(const up_options& x, model::cluster& cluster) {
  if (auto problem = cluster.apply(crd, wall_time()); !problem.empty())
    return "the built-in CustomResourceDefinition is invalid: " + problem;
  for (auto& path : x.crds) {
    std::ifstream in{path};
    std::ostringstream text;
    text << in.rdbuf();
    if (!in)
      return "cannot read " + path;
    if (auto problem = cluster.apply(text.str(), wall_time()); !problem.empty())
      return path + ": " + problem;
  }
  cluster.step(wall_time());
  return {};
}

server::log_source logs_of(const std::string& folder) {
  std::shared_ptr<agent::pod_logs> logs = agent::make_pod_logs(folder);
  return [logs](const model::log_request& x) {
    auto lines
        = x.tail_lines ? std::optional{static_cast<std::size_t>(std::max<int64_t>(*x.tail_lines, 0))} : std::nullopt;
    return logs->read(x.ns, x.pod, x.container, lines, x.previous);
  };
}

void greet(const std::string& kubeconfig, const std::string& origin) {
  std::printf("The Kubernetes API server listens at %s. Its state is lost when this program exits.\n\n"
              "  export KUBECONFIG=%s\n"
              "  kubectl get flinkapplications\n"
              "  flink-operator --kubeconfig \"$KUBECONFIG\" --jobmanager-url 'http://{podIP}:8081'\n\n"
              "Press Ctrl-C to stop the cluster and all its pods.\n",
              origin.c_str(), kubeconfig.c_str());
  std::fflush(stdout);
}

/// All running parts in the order of construction; destroyed in reverse order.
struct running {
  net::thread io;
  net::client client{io, {.user_agent = "flink-local-agent"}};
  std::unique_ptr<model::cluster> cluster;
  std::unique_ptr<server::front> front;
  std::unique_ptr<agent::agent> agent;
};

} // namespace

int run_up(const up_options& x) {
  // Only this thread handles signals; the others inherit the mask.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  std::error_code error;
  fs::create_directories(x.dir, error);
  if (error)
    return fail("cannot create the directory " + x.dir + ": " + error.message());
  std::string problem;
  auto pods = pod_options(x, problem);
  if (!problem.empty())
    return fail(problem);

  try {
    running all;
    all.cluster = std::make_unique<model::cluster>(random_numbers(), wall_time(), x.history);
    if (problem = load_definitions(x, *all.cluster); !problem.empty())
      return fail(problem);
    auto identity = server::make_identity();
    auto token = server::make_token();
    all.front = std::make_unique<server::front>(all.io, all.client, *all.cluster, wall_time,
                                                server::front_options{.port = x.port,
                                                                      .token = token,
                                                                      .certificate = identity.certificate,
                                                                      .private_key = identity.private_key,
                                                                      .logs = logs_of(pods.folder)});
    auto origin = all.front->origin();
    auto kubeconfig = (fs::absolute(x.dir) / "kubeconfig").string();
    if (problem = server::write_private_file(kubeconfig, server::kubeconfig_text(origin, identity.certificate, token));
        !problem.empty())
      return fail(problem);
    all.client.configure(
        origin, {.tls = {.ca = identity.certificate}, .authorization = [token](bool) { return "Bearer " + token; }});
    if (x.pods.flink != "none") {
      all.agent = std::make_unique<agent::agent>(agent::api_access{all.io, all.client, origin}, pods);
      all.agent->start();
    }
    greet(kubeconfig, origin);
    int signal = 0;
    sigwait(&ends, &signal);
    if (all.agent)
      all.agent->stop();
    fs::remove(kubeconfig, error);
  } catch (const std::exception& e) {
    return fail(e.what());
  }
  return 0;
}

} // namespace local
