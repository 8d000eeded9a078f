// Messages for timers, leader election and introspection; reports that actors give about themselves.
// Values only.
#pragma once

#include "k8s/json/codec.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace messages {

/// INTERNAL: a timer fired.
struct tick {
  uint64_t generation = 0;
};

/// INTERNAL: restart a crashed supervisor.
struct restart {
  std::string uid;
};

/// Acquire the Lease of leader election.
struct acquire_lease {};

/// This operator has acquired the Lease and may act.
struct lease_acquired {};

/// Release the Lease: nothing in this operator acts any more.
struct release_lease {};

/// The Lease was released, or could not be and will expire.
struct lease_released {};

/// Report your state.
struct describe {};

/// A client requested a page over HTTP. `reply` may be called once, from any thread.
struct page_request {
  std::string path;
  /// Value of the Accept header.
  std::string accept;
  std::function<void(int status, std::string content_type, std::string body)> reply;
};

/// One decision that changed something.
struct decision_report {
  std::string time;
  std::string phase;
  std::string reason;
  std::vector<std::string> actions;
};
BOOST_DESCRIBE_STRUCT(decision_report, (), (time, phase, reason, actions))

/// The outcome of a command or query when it was last sent.
struct outcome_report {
  std::string action;
  std::optional<std::string> failure;
  std::optional<std::string> message;
  int32_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(outcome_report, (), (action, failure, message, attempts))

/// The times of one deploy.
struct deploy_report {
  std::string cluster_id;
  /// From the edit until the job runs.
  int64_t total_milliseconds = 0;
  /// The part of it that the operator itself used, without waiting for others.
  double own_share_milliseconds = 0;
};
BOOST_DESCRIBE_STRUCT(deploy_report, (), (cluster_id, total_milliseconds, own_share_milliseconds))

/// The queue (lane) of one JobManager pod in FLINK.
struct lane_report {
  std::string namespace_;
  std::string pod;
  /// Name of the versioned Service of the pod's cluster.
  std::string service;
  int64_t in_flight = 0;
  int64_t waiting = 0;
  /// Number of timeouts in a row.
  int32_t timeouts = 0;
  /// How much longer the breaker stays open; absent if it is closed.
  std::optional<int64_t> breaker_milliseconds;
};
BOOST_DESCRIBE_STRUCT(lane_report, (), (namespace_, pod, service, in_flight, waiting, timeouts, breaker_milliseconds))

/// Report of an APPLICATION actor.
struct application_report {
  std::string namespace_;
  std::string name;
  std::string uid;
  std::string phase;
  /// The current step: "idle", "writing status", or the actions in flight.
  std::string step;
  std::string waiting_for;
  std::string waiting_message;
  std::optional<std::string> waiting_since;
  bool trouble = false;
  int64_t mailbox = 0;
  int32_t restarts = 0;
  std::optional<deploy_report> last_deploy;
  /// The operator's own share of the last deploy, repeated for clients that need only this number.
  std::optional<double> own_share_milliseconds;
  std::vector<decision_report> decisions;
  std::vector<outcome_report> outcomes;
  /// Lanes to the JobManagers of its clusters, as FLINK reports them.
  std::vector<lane_report> lanes;
};
BOOST_DESCRIBE_STRUCT(application_report, (),
                      (namespace_, name, uid, phase, step, waiting_for, waiting_message, waiting_since, trouble,
                       mailbox, restarts, last_deploy, own_share_milliseconds, decisions, outcomes, lanes))

/// Report of any other actor.
struct actor_report {
  std::string name;
  int64_t mailbox = 0;
  int32_t restarts = 0;
  /// What it does, in one line.
  std::string state;
  /// True if it did not answer in time.
  bool silent = false;
  /// Only FLINK has lanes.
  std::vector<lane_report> lanes;
};
BOOST_DESCRIBE_STRUCT(actor_report, (), (name, mailbox, restarts, state, silent, lanes))

/// Report of ELECTION.
struct election_report {
  /// True if this operator is the leader.
  bool leads = false;
  /// Name of this process in the election.
  std::string identity;
  /// Last known holder of the Lease; empty if there is none.
  std::string leader;
  /// Since when the leader has held the Lease.
  std::optional<std::string> since;
  /// How often the Lease has changed hands.
  int32_t transitions = 0;
  /// Why the last request for the Lease failed; empty if it succeeded.
  std::string trouble;
  int64_t mailbox = 0;
};
BOOST_DESCRIBE_STRUCT(election_report, (), (leads, identity, leader, since, transitions, trouble, mailbox))

/// Report of OPERATOR: the shared actors, and all applications without their history.
struct operator_report {
  /// True after every kind was listed.
  bool synced = false;
  /// Report of ELECTION; absent without leader election.
  std::optional<election_report> election;
  std::vector<actor_report> actors;
  std::vector<application_report> applications;
};
BOOST_DESCRIBE_STRUCT(operator_report, (), (synced, election, actors, applications))

/// Report the state of one application.
struct describe_application {
  std::string ns;
  std::string name;
};

} // namespace messages
