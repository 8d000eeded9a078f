// The closed sets of a status, one of which spec.deploymentMode shares. Enumerators are spelled as on the wire.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <string_view>

namespace flink {

/// The phase of an application. A status without a phase means `New`.
enum class phase {
  New,
  Updating,
  ClusterStarting,
  Rescaling,
  Savepointing,
  Cancelling,
  Recovering,
  SubmittingJob,
  RollingBackJob,
  Running,
  DualRunning,
  DeployFailed,
  Suspended,
  Failed,
  Deleting,
};
BOOST_DESCRIBE_ENUM(phase, New, Updating, ClusterStarting, Rescaling, Savepointing, Cancelling, Recovering,
                    SubmittingJob, RollingBackJob, Running, DualRunning, DeployFailed, Suspended, Failed, Deleting)

/// What spec.deploymentMode asks for: how a new version takes over from the old one.
enum class deployment_mode { Single, Dual, BlueGreen };
BOOST_DESCRIBE_ENUM(deployment_mode, Single, Dual, BlueGreen)

/// How the version of one deploy takes over.
enum class rollout_mode {
  /// The new cluster starts beside the old one. Then the job moves.
  Dual,
  /// The old cluster ends before the new one starts.
  Single,
  /// Both versions run until the user removes one.
  BlueGreen,
  /// The serving cluster gets TaskManagers for a higher parallelism.
  InPlace,
};
BOOST_DESCRIBE_ENUM(rollout_mode, Dual, Single, BlueGreen, InPlace)

/// State of a cluster or job for people.
enum class health { Green, Yellow, Red };
BOOST_DESCRIBE_ENUM(health, Green, Yellow, Red)

/// BlueGreen: what the two versions are called.
enum class colour { blue, green };
BOOST_DESCRIBE_ENUM(colour, blue, green)

/// Why a savepoint was taken.
enum class savepoint_reason {
  /// A deploy stopped the job.
  Update,
  /// The application was deleted.
  Delete,
  /// spec.suspend was set.
  Suspend,
  /// spec.savepointSchedule.
  Schedule,
  /// spec.savepointNonce was changed.
  Nonce,
};
BOOST_DESCRIBE_ENUM(savepoint_reason, Update, Delete, Suspend, Schedule, Nonce)

/// How a deploy ended.
enum class deploy_result { Deployed, Failed };
BOOST_DESCRIBE_ENUM(deploy_result, Deployed, Failed)

/// An empty text is read as absent, without an error: the Go operator wrote empty texts for absent values.
template <class T>
  requires boost::mp11::mp_contains<
      boost::mp11::mp_list<phase, deployment_mode, rollout_mode, health, colour, savepoint_reason, deploy_result>,
      T>::value
constexpr bool empty_text_is_absent(T) {
  return true;
}

inline std::string_view to_string(colour x) {
  return boost::describe::enum_to_string(x, "");
}

inline std::string_view to_string(savepoint_reason x) {
  return boost::describe::enum_to_string(x, "");
}

inline std::string_view to_string(deploy_result x) {
  return boost::describe::enum_to_string(x, "");
}

} // namespace flink
