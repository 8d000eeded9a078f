// Pods without processes: their Flink is a model, and each JobManager's REST API is served at its pod's
// address by a small HTTP server.
#include "local/agent/runtime.hpp"

#include "local/agent/pods/resident.hpp"
#include "local/agent/simulated/fleet.hpp"
#include "local/agent/simulated/settings.hpp"
#include "net/server.hpp"

#include <csignal>
#include <fstream>
#include <system_error>
#include <utility>

namespace local::agent {

namespace {

constexpr int ended_by_terminate = 128 + SIGTERM;
constexpr int ended_by_kill = 128 + SIGKILL;
/// A JVM that cannot listen at its address gives up with this.
constexpr int failed = 1;

simulated::moment now() {
  return present().wall;
}

/// Ends when it is terminated, and removes its part of the model at once.
class simulated_process : public workload {
public:
  process_end look() override { return {code_ != 0, code_}; }
  void terminate() override { end(ended_by_terminate); }
  void kill() override { end(ended_by_kill); }
  bool can_be_asked() const override { return true; }
  std::string name() const override { return "simulated"; }

protected:
  void end(int code) {
    if (code_ != 0)
      return;
    code_ = code;
    leave();
  }

  bool ended() const { return code_ != 0; }

private:
  virtual void leave() = 0;

  int code_ = 0;
};

class job_manager final : public simulated_process {
public:
  job_manager(net::thread& io, std::shared_ptr<simulated_fleet> fleet, std::string address, uint16_t port)
      : io_{io}, fleet_{std::move(fleet)}, address_{std::move(address)}, port_{port} {}

  ~job_manager() override { end(ended_by_kill); }

  process_end look() override {
    if (!ended() && !server_ && fleet_->at(address_)->is_up())
      listen();
    return simulated_process::look();
  }

private:
  /// Until it is up, connections are refused, as by a JVM that is starting.
  void listen() {
    auto serve = [fleet = fleet_, address = address_](net::server_request x, std::shared_ptr<net::exchange> peer) {
      auto* cluster = fleet->at(address);
      if (cluster == nullptr)
        return;
      cluster->handle({std::move(x.method), std::move(x.target), std::move(x.body)}, now(),
                      [peer = std::move(peer)](std::optional<simulated::answer> y) {
                        if (y)
                          peer->reply(y->status, {{"Content-Type", "application/json; charset=UTF-8"}},
                                      std::move(y->body));
                      });
    };
    try {
      server_ = std::make_unique<net::server>(io_, net::server_options{.address = address_, .port = port_}, serve);
    } catch (const std::system_error&) {
      end(failed);
    }
  }

  void leave() override {
    // First, so that what is still owed an answer sees its connection break.
    server_.reset();
    fleet_->end_job_manager(address_, now());
  }

  net::thread& io_;
  std::shared_ptr<simulated_fleet> fleet_;
  std::string address_;
  uint16_t port_;
  std::unique_ptr<net::server> server_;
};

class task_manager final : public simulated_process {
public:
  task_manager(std::shared_ptr<simulated_fleet> fleet, std::string ns, std::string pod)
      : fleet_{std::move(fleet)}, ns_{std::move(ns)}, pod_{std::move(pod)} {}

  ~task_manager() override { end(ended_by_kill); }

private:
  void leave() override { fleet_->end_task_manager(ns_, pod_, now()); }

  std::shared_ptr<simulated_fleet> fleet_;
  std::string ns_;
  std::string pod_;
};

class simulation final : public runtime {
public:
  simulation(net::thread& io, name_resolver resolve, simulation_options options)
      : io_{io}, options_{options}, fleet_{std::make_shared<simulated_fleet>(std::move(resolve))} {}

  started_workload start(const start_order& x) override {
    auto config = make_flink_config(x.role, x.variables, {x.address, x.folder});
    std::ofstream{x.log, std::ios::app} << "Not a process: this " << name_of(x.role) << " is simulated.\n"
                                        << write_flink_config(config, false);
    if (x.role == flink_role::task_manager) {
      fleet_->start_task_manager(x.ns, x.pod, config, now());
      return {std::make_unique<task_manager>(fleet_, x.ns, x.pod), {}};
    }
    fleet_->start_job_manager(x.address, x.ns, config, cluster_options_of(config, x.image, options_), now());
    return {std::make_unique<job_manager>(io_, fleet_, x.address, rest_port(config)), {}};
  }

  bool reads_hosts_files() const override { return false; }
  void step() override { fleet_->step(now()); }

private:
  static const char* name_of(flink_role x) { return x == flink_role::job_manager ? "JobManager" : "TaskManager"; }

  net::thread& io_;
  simulation_options options_;
  std::shared_ptr<simulated_fleet> fleet_;
};

} // namespace

std::unique_ptr<runtime> make_simulated_runtime(net::thread& io, name_resolver resolve, simulation_options options) {
  return std::make_unique<simulation>(io, std::move(resolve), options);
}

} // namespace local::agent
