// The life of one container: pull, start, probe, crash, back off, stop. A pure state machine: it takes the
// time and events, and returns actions. Messages and delays are those of a kubelet.
#pragma once

#include "local/agent/instant.hpp"
#include "local/agent/pods/pod.hpp"
#include "local/agent/pods/probe.hpp"
#include "local/agent/pods/retry.hpp"
#include "local/agent/timers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace local::agent {

/// Which probe an answer belongs to.
enum class probe_kind { startup, readiness, liveness };

/// What can be done to a container.
enum class container_deed {
  /// Start the process.
  start,
  /// Send SIGTERM.
  terminate,
  /// Send SIGKILL.
  kill,
  /// Ask a probe.
  ask,
};

/// What a container wants to be done.
struct container_order {
  /// What to do.
  container_deed deed;
  /// The probe to run.
  std::optional<probe_kind> probe;
  bool operator==(const container_order&) const = default;
};

/// How a process ended.
struct exit_report {
  /// Exit code, or 128 plus the signal's number.
  int code = 0;
  /// Completed, Error or StartError.
  std::string reason;
  /// More words, e.g. why it could not be started.
  std::string message;
  /// When it was started and when it ended.
  model::moment started;
  model::moment finished;
  bool operator==(const exit_report&) const = default;
};

/// One container.
class container {
public:
  /// What a status shows.
  enum class state {
    /// Not running; `waiting_reason` has the reason.
    waiting,
    /// Its process is alive.
    running,
    /// Ended for good.
    terminated,
  };

  /// `pullable`: the image map knows the image. `history` is what an earlier agent left.
  container(const pod& owner, const container_spec& spec, bool pullable, const container_history& history,
            const timers& waits, instant now);

  /// Returns the actions that are due.
  std::vector<container_order> step(instant now);

  /// Its process is alive.
  void on_started(instant now);

  /// Its process could not be started.
  void on_not_started(const std::string& why, instant now);

  /// It cannot be created because its configuration is impossible (CreateContainerConfigError).
  void on_impossible(const std::string& why);

  /// Its process has ended. `code` is 128 plus the signal's number if a signal ended it.
  void on_exit(int code, instant now);

  /// A probe was answered.
  void on_answer(probe_kind kind, bool success, instant now);

  /// Ends it for good: SIGTERM, and SIGKILL after `grace`.
  void stop(std::chrono::seconds grace, instant now);

  // -- what a status shows ---------------------------------------------------------------------------

  const container_spec& spec() const { return spec_; }
  enum state state() const { return state_; }
  /// ContainerCreating, ErrImagePull, ImagePullBackOff, CrashLoopBackOff, CreateContainerConfigError.
  const std::string& waiting_reason() const { return reason_; }
  /// Words to it.
  const std::string& waiting_message() const { return message_; }
  /// When the running process was started.
  model::moment started_at() const { return started_wall_; }
  /// The last ended process; the container's end if it is terminated.
  const std::optional<exit_report>& last_exit() const { return last_exit_; }
  /// How often it was started again.
  int restarts() const { return restarts_; }
  /// The startup probe has passed or does not exist.
  bool started() const;
  /// Services may offer it.
  bool ready() const;
  /// It had a process at least once.
  bool ever_ran() const { return ever_ran_; }

  /// All of the above, to see whether a status would show something new.
  struct picture {
    enum container::state state;
    std::string waiting_reason;
    std::string waiting_message;
    model::moment started_at;
    std::optional<exit_report> last_exit;
    int restarts;
    bool started;
    bool ready;
    bool ever_ran;
    bool operator==(const picture&) const = default;
  };

  /// Returns what a status shows now.
  picture shown() const {
    return {state_, reason_, message_, started_wall_, last_exit_, restarts_, started(), ready(), ever_ran_};
  }

private:
  enum class phase { pulling, pull_failed, pull_backing_off, to_start, starting, running, crashed, impossible, ended };

  void wait(phase next, std::string reason, std::string message);
  void step_waiting(instant now, std::vector<container_order>& out);
  void step_running(instant now, std::vector<container_order>& out);
  void ask(std::optional<probe>& x, probe_kind kind, instant now, std::vector<container_order>& out);
  void finish(exit_report report, instant now);
  void restart_later(instant now);
  bool may_restart(int code) const;

  container_spec spec_;
  timers waits_;
  std::string pod_text_; // NAME_NAMESPACE(UID), as kubelets write
  std::string restart_policy_;
  std::chrono::seconds grace_;
  bool pullable_;
  phase phase_ = phase::pulling;
  enum state state_ = state::waiting;
  std::string reason_;
  std::string message_;
  probe::clock::time_point until_; // end of the present wait
  std::chrono::milliseconds pull_delay_{0};
  retry pull_retry_;
  retry crash_retry_;
  bool crashed_before_ = false;
  bool stopping_ = false;
  bool term_sent_ = false;
  std::optional<probe::clock::time_point> kill_at_;
  probe::clock::time_point started_steady_{};
  model::moment started_wall_{};
  std::optional<exit_report> last_exit_;
  int restarts_ = 0;
  bool ever_ran_ = false;
  std::optional<probe> startup_;
  std::optional<probe> readiness_;
  std::optional<probe> liveness_;
};

} // namespace local::agent
