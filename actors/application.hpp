#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"
#include "actors/questions.hpp"
#include "actors/timer.hpp"
#include "flink/lifecycle/decide.hpp"
#include "flink/observation/apply_reply.hpp"
#include "k8s/event.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <random>

namespace actors {

/// What every APPLICATION needs beside its resource.
struct application_setup {
  kube_actor kube;
  flink_actor flink;
  flink::decide_function decide = flink::decide;
  flink::settings settings;
  /// Wall time; CAF's clock is for delays only.
  std::function<std::chrono::system_clock::time_point()> wall_clock = std::chrono::system_clock::now;
  std::shared_ptr<metrics> counters;
};

/// Whose supervisor this is.
struct application_identity {
  k8s::object_key key;
  std::string uid;
  /// Seeds its random numbers.
  uint64_t seed = 0;
  /// How often it has been started again.
  int32_t restarts = 0;
};

/// Drives one FlinkApplication: gathers facts, asks decide(), writes the new status, then acts. At most
/// one step is under way; news that come meanwhile only replace facts, and every step ends by looking again.
class application_state {
public:
  static constexpr const char* name = "application";

  explicit application_state(application_actor::pointer self) : self_{self} {}

  application_actor::behavior_type make_behavior(application_setup setup, application_identity identity);

private:
  // -- news ------------------------------------------------------------------------------------------
  void on(const messages::application_news& x);
  void on(const messages::object_news& x);
  void on(messages::tick x);

  // -- the walk: decide, write, act ----------------------------------------------------------------------
  void reconsider();
  flink::decision ask_decide();
  void write_status(flink::decision d);
  void written(const flink::decision& d, const messages::answer& a);
  void carry_out(const flink::decision& d);
  bool changes_something(const flink::action& x) const;
  void act(const std::vector<flink::action>& actions);
  void perform(const flink::action& x);
  void main_has_run(const flink::action& x, flink::incarnation asked, const messages::answer& a);
  void performed(const flink::action& x, flink::incarnation asked, const messages::answer& a);
  void one_less();
  void rest(std::chrono::milliseconds look_again);
  void stumble(const std::string& why);
  void read_again(const std::string& why);

  // -- carrying ------------------------------------------------------------------------------------------
  void send(const flink::action& x, const flink::api_server_request& call);
  void send(const flink::action& x, const flink::job_manager_request& call);
  void record(const flink::record_event& x);
  void adopt(std::shared_ptr<const flink::application_record> record);
  bool adopt(const std::string& body);

  // -- telling ---------------------------------------------------------------------------------------------
  void tell_decision(const flink::status& before, const flink::decision& d);
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
  /// The resource is gone, or was never there.
  bool orphaned_ = false;
  /// Version that we know from an answer, until the watch shows it; older events are recognised by it.
  std::string own_version_;
  /// Version that an answer of the API server has told us: it was the newest one then.
  std::string confirmed_version_;
  /// Version that the watch has shown last.
  std::string shown_version_;
  /// Until the resource is read because the watch does not show that version.
  std::chrono::milliseconds own_write_pause_{0};
  flink::observation seen_;

  timer look_{0};
  timer own_write_{1};
  questions questions_{2};
  std::chrono::milliseconds backoff_;
  bool busy_ = false;
  /// The step under way is to write the status.
  bool writing_ = false;
  std::vector<flink::action> in_flight_;
  int pending_ = 0;

  flink::waiting waiting_;
  std::string waiting_since_;
  std::deque<messages::decision_report> decisions_;
  k8s::event_aggregator events_;

  // The stopwatch of a deploy.
  std::chrono::steady_clock::time_point deploy_began_{};
  std::chrono::microseconds own_share_{0};
  std::optional<messages::deploy_report> last_deploy_;
};

application_actor::behavior_type application(application_actor::stateful_pointer<application_state> self,
                                             application_setup setup, application_identity identity);

} // namespace actors
