// Pods as processes of this machine.
#include "local/agent/process/launch.hpp"
#include "local/agent/process/process.hpp"
#include "local/agent/runtime.hpp"

#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

namespace local::agent {

namespace {

/// A process with all that it has started.
class process final : public workload {
public:
  explicit process(pid_t pid) : pid_{pid} {}

  ~process() override { kill_and_reap(pid_); }

  process_end look() override {
    auto out = look_at(pid_);
    // What the process has started ends with it, as in a container.
    if (out.ended)
      signal_group(std::exchange(pid_, 0), SIGKILL);
    return out;
  }

  void terminate() override { signal_group(pid_, SIGTERM); }
  void kill() override { signal_group(pid_, SIGKILL); }
  bool can_be_asked() const override { return true; }
  std::string name() const override { return "process " + std::to_string(pid_); }

private:
  pid_t pid_;
};

class processes final : public runtime {
public:
  explicit processes(process_options options) : options_{std::move(options)} {}

  started_workload start(const start_order& x) override {
    std::error_code ignored;
    std::filesystem::remove_all(x.folder, ignored);
    auto plan = plan_flink(x.role, x.image, x.variables,
                           {x.folder, x.address, x.hosts_file, options_.java, options_.heap, options_.pod_kubeconfig});
    auto started = start_process(plan, x.log);
    if (started.pid == 0)
      return {nullptr, started.problem};
    return {std::make_unique<process>(started.pid), {}};
  }

  bool reads_hosts_files() const override { return true; }
  void step() override {}

private:
  process_options options_;
};

class pause final : public workload {
public:
  process_end look() override { return {told_to_end_, 0}; }
  void terminate() override { told_to_end_ = true; }
  void kill() override { told_to_end_ = true; }
  bool can_be_asked() const override { return false; }
  std::string name() const override { return "nothing"; }

private:
  bool told_to_end_ = false;
};

} // namespace

std::unique_ptr<workload> make_pause() {
  return std::make_unique<pause>();
}

std::unique_ptr<runtime> make_process_runtime(process_options options) {
  return std::make_unique<processes>(std::move(options));
}

} // namespace local::agent
