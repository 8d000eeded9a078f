// Timers, and what actors tell of themselves.
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

/// INTERNAL: start again what has crashed.
struct restart {
  std::string uid;
};

/// Stand for election.
struct stand {};

/// Only this operator decides from now on.
struct lead {};

/// Nothing of this operator acts any more: let another one.
struct release {};

/// Another operator may act.
struct released {};

/// Tell how you are.
struct describe {};

/// A page was asked for over HTTP; `reply` may be called once, from any thread.
struct query {
  std::string path;
  /// The header field Accept.
  std::string accept;
  std::function<void(int status, std::string content_type, std::string body)> reply;
};

/// A decision that changed something.
struct decision_report {
  std::string time;
  std::string phase;
  std::string reason;
  std::vector<std::string> actions;
};
BOOST_DESCRIBE_STRUCT(decision_report, (), (time, phase, reason, actions))

/// How an order or question went when it was last sent.
struct outcome_report {
  std::string action;
  std::optional<std::string> failure;
  std::optional<std::string> message;
  int32_t attempts = 0;
};
BOOST_DESCRIBE_STRUCT(outcome_report, (), (action, failure, message, attempts))

/// One deploy as the clock saw it.
struct deploy_report {
  std::string cluster_id;
  /// From the event that started it to the job running.
  int64_t total_milliseconds = 0;
  /// Of that, time in which nothing outside was being waited for.
  double own_share_milliseconds = 0;
};
BOOST_DESCRIBE_STRUCT(deploy_report, (), (cluster_id, total_milliseconds, own_share_milliseconds))

/// The lane of one JobManager pod in FLINK.
struct lane_report {
  std::string namespace_;
  std::string pod;
  /// Versioned Service of the pod's cluster.
  std::string service;
  int64_t in_flight = 0;
  int64_t waiting = 0;
  /// Time-outs in a row.
  int32_t timeouts = 0;
  /// How long the breaker stays open; absent if it is closed.
  std::optional<int64_t> breaker_milliseconds;
};
BOOST_DESCRIBE_STRUCT(lane_report, (), (namespace_, pod, service, in_flight, waiting, timeouts, breaker_milliseconds))

/// What an APPLICATION tells.
struct application_report {
  std::string namespace_;
  std::string name;
  std::string uid;
  std::string phase;
  /// What is under way: "idle", "writing the status", or the actions in flight.
  std::string step;
  std::string waiting_for;
  std::string waiting_message;
  std::optional<std::string> waiting_since;
  bool trouble = false;
  int64_t mailbox = 0;
  int32_t restarts = 0;
  std::optional<deploy_report> last_deploy;
  /// Of the last deploy, for those who want the number only.
  std::optional<double> own_share_milliseconds;
  std::vector<decision_report> decisions;
  std::vector<outcome_report> outcomes;
  /// Lanes to the JobManagers of its clusters; from FLINK.
  std::vector<lane_report> lanes;
};
BOOST_DESCRIBE_STRUCT(application_report, (),
                      (namespace_, name, uid, phase, step, waiting_for, waiting_message, waiting_since, trouble,
                       mailbox, restarts, last_deploy, own_share_milliseconds, decisions, outcomes, lanes))

/// What any actor tells.
struct actor_report {
  std::string name;
  int64_t mailbox = 0;
  int32_t restarts = 0;
  /// One line: what it is doing.
  std::string state;
  /// It did not answer in time.
  bool silent = false;
  /// Only FLINK has some.
  std::vector<lane_report> lanes;
};
BOOST_DESCRIBE_STRUCT(actor_report, (), (name, mailbox, restarts, state, silent, lanes))

/// What ELECTION tells.
struct election_report {
  /// This operator acts.
  bool leads = false;
  /// Our own name in the election.
  std::string identity;
  /// Who holds the Lease, as it was last seen; empty: nobody.
  std::string leader;
  std::optional<std::string> since;
  /// How often it has changed hands.
  int32_t transitions = 0;
  /// Why the last look at the Lease was in vain; empty: it was not.
  std::string trouble;
  int64_t mailbox = 0;
};
BOOST_DESCRIBE_STRUCT(election_report, (), (leads, identity, leader, since, transitions, trouble, mailbox))

/// What OPERATOR tells: itself, the shared actors, and all applications without their history.
struct operator_report {
  bool synced = false;
  /// Who leads; from ELECTION, absent if there is none.
  std::optional<election_report> election;
  std::vector<actor_report> actors;
  std::vector<application_report> applications;
};
BOOST_DESCRIBE_STRUCT(operator_report, (), (synced, election, actors, applications))

/// Tell of one application.
struct describe_application {
  std::string ns;
  std::string name;
};

} // namespace messages
