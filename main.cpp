// Starts the process: options, network, actors. Waits for a signal and stops everything in reverse order.
#include "actors/run.hpp"
#include "config/defaults.hpp"
#include "config/log/log.hpp"
#include "config/options.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "net/thread.hpp"
#include "startup/api_server_access.hpp"
#include "startup/leader_election.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <system_error>
#include <vector>

namespace {

namespace log = config::log;

/// Paths that a server serves; empty for all.
using pages = std::set<std::string>;

std::string path_of(const std::string& target) {
  return target.substr(0, target.find('?'));
}

net::server::handler serve(actors::running_system& system, pages only) {
  return [&system, only = std::move(only)](net::server_request x, std::shared_ptr<net::exchange> answer) {
    if (x.method != "GET" && x.method != "HEAD")
      return answer->reply(405, {{"Content-Type", "text/plain"}, {"Allow", "GET"}}, "method not allowed; use GET\n");
    if (!only.empty() && !only.contains(path_of(x.target)))
      return answer->reply(404, {{"Content-Type", "text/plain"}}, "not found\n");
    std::string accept{net::find_header(x.headers, "Accept")};
    system.query(std::move(x.target), std::move(accept), [answer](int status, std::string type, std::string body) {
      answer->reply(status, {{"Content-Type", std::move(type)}, {"Vary", "Accept"}}, std::move(body));
    });
  };
}

/// Opens one server per address; pages with the same address share it.
std::vector<std::unique_ptr<net::server>> open_servers(net::thread& io, actors::running_system& system,
                                                       const config::options& o) {
  std::vector<std::unique_ptr<net::server>> all;
  auto open = [&](const std::string& address, pages only) {
    std::string problem;
    if (auto where = config::parse_bind_address(address, problem))
      all.push_back(std::make_unique<net::server>(io, net::server_options{.address = where->host, .port = where->port},
                                                  serve(system, std::move(only))));
  };
  pages health{"/healthz", "/readyz"};
  bool together = o.health_probe_bind_address.empty() || o.health_probe_bind_address == o.metrics_bind_address;
  open(o.metrics_bind_address, together ? pages{"/metrics", "/healthz", "/readyz"} : pages{"/metrics"});
  if (!together)
    open(o.health_probe_bind_address, health);
  open(o.introspection_bind_address, {});
  return all;
}

/// Blocks the signals in all threads started from now on, so that main() can wait for them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

actors::job_manager_access access_for(const config::options& o, const startup::api_server& api) {
  if (!o.jobmanager_url.empty())
    return {.url_template = o.jobmanager_url};
  return {.proxy_origin = api.in_cluster ? std::string{} : api.origin};
}

int fail(const std::string& what) {
  std::fprintf(stderr, "flink-operator: %s\n", what.c_str());
  return 2;
}

uint64_t random_seed() {
  std::random_device source;
  return (uint64_t{source()} << 32) | source();
}

/// Ends the process without stopping the actors, which could still send something. The system closes the sockets.
void end_at_once() {
  std::_Exit(1);
}

int run(const config::options& o, const startup::api_server& api, std::optional<k8s::election_rules> election,
        const sigset_t& signals) {
  net::thread io;
  net::client client{io, {}};
  client.configure(api.origin, api.how);
  actors::running_system system{
      {.transport = &client,
       .api_origin = api.origin,
       .job_managers = access_for(o, api),
       .render = {.ingress_url_format = o.ingress_url_format,
                  .container_name_format = o.container_name_format,
                  .scheduler_name = o.scheduler_name},
       .ns = o.ns,
       .threads = o.threads,
       .seed = random_seed(),
       .leader_election = election ? std::optional{actors::leader_election{*election, end_at_once}} : std::nullopt}};
  auto servers = open_servers(io, system, o);
  log::info("started", "", "watching " + (o.ns.empty() ? std::string{"all namespaces"} : "namespace " + o.ns),
            {{"version", config::version()},
             {"apiServer", api.origin},
             {"metrics", o.metrics_bind_address},
             {"introspection", o.introspection_bind_address},
             {"identity", election ? election->identity : "none (no leader election)"}});
  int signal = 0;
  sigwait(&signals, &signal);
  log::info("stopping", "", signal == SIGTERM ? "received SIGTERM" : "received SIGINT");
  for (auto& x : servers)
    x->stop();
  system.stop(config::defaults::shutdown);
  log::info("stopped", "", "all actors have ended");
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  auto parsed = config::parse_options({argv + 1, argv + argc});
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  auto& o = parsed.options;
  log::setup(o.log_level, o.log_format);
  if (auto problem = o.jobmanager_url.empty() ? std::nullopt : actors::check_url_template(o.jobmanager_url))
    return fail("--jobmanager-url: " + *problem);
  std::string problem;
  auto api = startup::find_api_server(o.kubeconfig, o.context, problem);
  if (!api)
    return fail(problem);
  std::optional<k8s::election_rules> election;
  if (startup::leader_election_enabled(o.leader_election, *api)) {
    election = startup::election_rules_of(o.leader_election, *api, startup::make_identity(random_seed()), problem);
    if (!election)
      return fail(problem);
  }
  auto signals = block_signals();
  try {
    return run(o, *api, std::move(election), signals);
  } catch (const std::system_error& e) {
    return fail(e.what());
  }
}
