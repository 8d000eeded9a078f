// APPLICATION: the actor that drives one FlinkApplication. Gathers facts, calls decide(), writes the status, then acts.
// Promises at most one step at a time, and a status write before the actions that depend on it. Decides nothing itself.
#pragma once

#include "actors/gateway_requests.hpp"
#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"
#include "actors/timer.hpp"
#include "flink/lifecycle/decide.hpp"
#include "flink/observation/apply_reply.hpp"
#include "k8s/event.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <random>

namespace actors {

/// Dependencies that all APPLICATION actors share.
struct application_setup {
  kube_actor kube;
  flink_actor flink;
  flink::decide_function decide = flink::decide;
  flink::settings settings;
  /// Wall clock for timestamps; delays use CAF's clock.
  std::function<std::chrono::system_clock::time_point()> wall_clock = std::chrono::system_clock::now;
  std::shared_ptr<metrics> counters;
};

/// The application that an actor drives.
struct application_identity {
  k8s::object_key key;
  std::string uid;
  /// Seed of its random numbers.
  uint64_t seed = 0;
  /// How often the actor has been restarted after a crash.
  int32_t restarts = 0;
};

/// State of the APPLICATION actor. Changes that arrive during a step only update the facts; every step ends with
/// reconcile().
class application_state {
public:
  static constexpr const char* name = "application";

  explicit application_state(application_actor::pointer self) : self_{self} {}

  application_actor::behavior_type make_behavior(application_setup setup, application_identity identity);

private:
  // -- changes ------------------------------------------------------------------------------------------
  void on(const messages::application_news& x);
  void on(const messages::object_news& x);
  void on(messages::tick x);

  // -- one step: decide, write, act ----------------------------------------------------------------------
  void reconcile();
  flink::decision call_decide();
  void write_status(flink::decision d);
  void written(const flink::decision& d, const messages::answer& a);
  void carry_out(const flink::decision& d);
  bool changes_something(const flink::action& x) const;
  void act(const std::vector<flink::action>& actions);
  void perform(const flink::action& x);
  void main_has_run(const flink::action& x, flink::incarnation asked, const messages::answer& a);
  void performed(const flink::action& x, flink::incarnation asked, const messages::answer& a);
  void action_finished();
  void requeue_after(std::chrono::milliseconds delay);
  void retry_later(const std::string& why);
  void read_again(const std::string& why);

  // -- sending ------------------------------------------------------------------------------------------
  void send(const flink::action& x, const flink::api_server_request& call);
  void send(const flink::action& x, const flink::job_manager_request& call);
  void record(const flink::record_event& x);
  void accept_record(std::shared_ptr<const flink::application_record> record);
  bool accept_record(const std::string& body);

  // -- reporting ---------------------------------------------------------------------------------------------
  void report_decision(const flink::status& before, const flink::decision& d);
  void measure(const flink::status& before, const flink::status& after);
  messages::application_report report() const;

  flink::identities fresh_identities();
  std::string hex(int digits);
  std::string subject() const { return k8s::to_string(identity_.key); }
  flink::clock_reading now() const { return {setup_.wall_clock(), self_->clock().now()}; }

  application_actor::pointer self_;
  application_setup setup_;
  application_identity identity_;
  std::mt19937_64 random_;

  std::shared_ptr<const flink::application_record> record_;
  /// The resource was deleted or has never been seen.
  bool orphaned_ = false;
  /// Version from an answer to our own request that the watch has not shown yet. Until then its events are older.
  std::string own_version_;
  /// Version from the last answer of the API server, which was the newest at that time.
  std::string confirmed_version_;
  /// Version that the watch showed last.
  std::string shown_version_;
  /// How long to wait for the watch to show `own_version_` before the resource is read.
  std::chrono::milliseconds own_write_timeout_{0};
  flink::observation seen_;

  timer requeue_timer_{0};
  timer own_write_{1};
  gateway_requests requests_{2};
  std::chrono::milliseconds backoff_;
  bool busy_ = false;
  /// True while the status is written.
  bool writing_ = false;
  std::vector<flink::action> in_flight_;
  int pending_ = 0;

  flink::waiting waiting_;
  std::string waiting_since_;
  std::deque<messages::decision_report> decisions_;
  k8s::event_aggregator events_;

  // Times of the current deploy.
  std::chrono::steady_clock::time_point deploy_began_{};
  std::chrono::microseconds own_share_{0};
  std::optional<messages::deploy_report> last_deploy_;
};

application_actor::behavior_type application(application_actor::stateful_pointer<application_state> self,
                                             application_setup setup, application_identity identity);

} // namespace actors
