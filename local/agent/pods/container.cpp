#include "local/agent/pods/container.hpp"

#include <utility>

namespace local::agent {

namespace {

using namespace std::string_literals;

std::optional<probe> make_probe(const std::optional<probe_spec>& spec, const timers& waits, instant now) {
  if (!spec)
    return std::nullopt;
  return probe{*spec, waits, now.steady};
}

/// Returns an image with the registry from which a container runtime would pull it.
std::string qualified(const std::string& image) {
  auto slash = image.find('/');
  if (slash == std::string::npos)
    return "docker.io/library/" + image;
  auto host = image.substr(0, slash);
  bool registry = host.find_first_of(".:") != std::string::npos || host == "localhost";
  return registry ? image : "docker.io/" + image;
}

std::string pull_error(const std::string& image) {
  auto full = qualified(image);
  return "failed to pull and unpack image \"" + full + "\": failed to resolve reference \"" + full + "\": " + full
       + ": not found";
}

std::string seconds_text(std::chrono::milliseconds x) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(x).count();
  auto minutes = seconds / 60;
  return (minutes > 0 ? std::to_string(minutes) + "m" : ""s) + std::to_string(seconds % 60) + "s";
}

} // namespace

container::container(const pod& owner, const container_spec& spec, bool pullable, const container_history& history,
                     const timers& waits, instant now)
    : spec_{spec}, waits_{waits}, pod_text_{owner.name + "_" + owner.ns + "(" + owner.uid + ")"},
      restart_policy_{owner.restart_policy}, grace_{owner.grace}, pullable_{pullable}, reason_{"ContainerCreating"},
      until_{now.steady + waits.pull}, pull_retry_{waits.pull_first, waits.pull_longest},
      crash_retry_{waits.crash_first, waits.crash_longest}, restarts_{history.restarts},
      startup_{make_probe(spec.startup, waits, now)}, readiness_{make_probe(spec.readiness, waits, now)},
      liveness_{make_probe(spec.liveness, waits, now)} {
  // Its process died with the agent that had started it.
  if (history.running) {
    ++restarts_;
    ever_ran_ = true;
    last_exit_ = exit_report{137, "Error", "the node was restarted", now.wall, now.wall};
  }
}

bool container::started() const {
  return state_ == state::running && (!startup_ || startup_->result() == probe::verdict::good);
}

bool container::ready() const {
  return started() && !stopping_ && (!readiness_ || readiness_->result() == probe::verdict::good);
}

void container::wait(phase next, std::string reason, std::string message) {
  phase_ = next;
  state_ = state::waiting;
  reason_ = std::move(reason);
  message_ = std::move(message);
}

std::vector<container_order> container::step(instant now) {
  std::vector<container_order> out;
  if (phase_ == phase::running)
    step_running(now, out);
  else
    step_waiting(now, out);
  return out;
}

void container::step_waiting(instant now, std::vector<container_order>& out) {
  if (now.steady < until_)
    return;
  switch (phase_) {
  case phase::pulling:
    if (pullable_) {
      phase_ = phase::to_start;
      step_waiting(now, out);
      return;
    }
    pull_delay_ = pull_retry_.next();
    wait(phase::pull_failed, "ErrImagePull", pull_error(spec_.image));
    until_ = now.steady + waits_.pull_error_shown;
    return;
  case phase::pull_failed:
    wait(phase::pull_backing_off, "ImagePullBackOff",
         "Back-off pulling image \"" + spec_.image + "\": ErrImagePull: " + pull_error(spec_.image));
    until_ = now.steady + pull_delay_;
    return;
  case phase::pull_backing_off:
    phase_ = phase::pulling;
    return;
  case phase::crashed:
    ++restarts_;
    [[fallthrough]];
  case phase::to_start:
    phase_ = phase::starting;
    out.push_back({container_deed::start, std::nullopt});
    return;
  case phase::starting:
  case phase::running:
  case phase::impossible:
  case phase::ended:
    return;
  }
}

void container::step_running(instant now, std::vector<container_order>& out) {
  if (kill_at_) {
    if (!term_sent_)
      out.push_back({container_deed::terminate, std::nullopt});
    else if (now.steady >= *kill_at_)
      out.push_back({container_deed::kill, std::nullopt});
    term_sent_ = true;
    return;
  }
  if (!started()) {
    ask(startup_, probe_kind::startup, now, out);
    return;
  }
  ask(readiness_, probe_kind::readiness, now, out);
  ask(liveness_, probe_kind::liveness, now, out);
}

void container::ask(std::optional<probe>& x, probe_kind kind, instant now, std::vector<container_order>& out) {
  if (x && x->due(now.steady))
    out.push_back({container_deed::ask, kind});
}

void container::on_started(instant now) {
  phase_ = phase::running;
  state_ = state::running;
  ever_ran_ = true;
  started_steady_ = now.steady;
  started_wall_ = now.wall;
  kill_at_.reset();
  term_sent_ = false;
  for (auto* x : {&startup_, &readiness_, &liveness_})
    if (*x)
      (*x)->start(now.steady);
  if (stopping_)
    stop(grace_, now);
}

void container::on_not_started(const std::string& why, instant now) {
  started_wall_ = now.wall;
  finish({128, "StartError", why, now.wall, now.wall}, now);
}

void container::on_impossible(const std::string& why) {
  wait(phase::impossible, "CreateContainerConfigError", why);
}

void container::on_exit(int code, instant now) {
  if (phase_ != phase::running)
    return;
  if (now.steady - started_steady_ >= waits_.crash_forgotten) {
    crash_retry_.reset();
    crashed_before_ = false;
  }
  finish({code, code == 0 ? "Completed" : "Error", {}, started_wall_, now.wall}, now);
}

void container::finish(exit_report report, instant now) {
  auto code = report.code;
  last_exit_ = std::move(report);
  if (may_restart(code)) {
    restart_later(now);
    return;
  }
  phase_ = phase::ended;
  state_ = state::terminated;
}

bool container::may_restart(int code) const {
  if (stopping_ || restart_policy_ == "Never")
    return false;
  return restart_policy_ == "Always" || code != 0;
}

void container::restart_later(instant now) {
  // The first restart is immediate, as a kubelet has no earlier end to count from.
  auto delay = std::exchange(crashed_before_, true) ? crash_retry_.next() : std::chrono::milliseconds{0};
  until_ = now.steady + delay;
  if (delay.count() == 0)
    wait(phase::crashed, "ContainerCreating", {});
  else
    wait(phase::crashed, "CrashLoopBackOff",
         "back-off " + seconds_text(delay) + " restarting failed container=" + spec_.name + " pod=" + pod_text_);
}

void container::on_answer(probe_kind kind, bool success, instant now) {
  auto& x = kind == probe_kind::startup ? startup_ : kind == probe_kind::readiness ? readiness_ : liveness_;
  if (!x || phase_ != phase::running)
    return;
  x->answer(success);
  if (kind == probe_kind::startup && x->result() == probe::verdict::good && readiness_)
    readiness_->hurry(now.steady);
  // A failed readiness only takes the container out of its Services.
  if (kind != probe_kind::readiness && x->result() == probe::verdict::bad && !kill_at_)
    kill_at_ = now.steady + grace_;
}

void container::stop(std::chrono::seconds grace, instant now) {
  stopping_ = true;
  if (phase_ == phase::running) {
    auto kill_at = now.steady + grace;
    kill_at_ = kill_at_ ? std::min(*kill_at_, kill_at) : kill_at;
    return;
  }
  if (phase_ == phase::starting)
    return;
  if (!last_exit_)
    last_exit_ = exit_report{0, "Completed", "never started", now.wall, now.wall};
  phase_ = phase::ended;
  state_ = state::terminated;
}

} // namespace local::agent
