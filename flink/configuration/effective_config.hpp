// The configuration that Flink reads: the user's entries, the options that the operator owns, and the defaults that the
// operator's guarantees need. Renderer, validator, lifecycle and migration all use it.
//
// A FLINK_PROPERTIES variable overrides flinkConfig; in it, lines of envConfig come before those of the pod template.
// Caveat: the operator does not see what the image's own configuration file, an `envFrom` or the job's program sets.
#pragma once

#include "flink/configuration/properties.hpp"
#include "flink/resource/names.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// Where Flink stores the leader and the jobs, so that another JobManager can continue them.
enum class high_availability {
  none,
  zookeeper,
  kubernetes,
  /// A factory class of the user, or a word that Flink reads as the name of one.
  custom,
};

/// What Flink does with the checkpoints of a job when it ends.
enum class checkpoint_retention {
  /// Keeps them, also when the job is cancelled.
  retain,
  /// Deletes them when the job is cancelled; keeps them when it fails.
  delete_on_cancellation,
  /// Deletes them with the job.
  none,
};

/// The cluster that the configuration is for. May be empty if the caller needs no option that depends on it.
struct cluster_identity {
  std::string application;
  std::string namespace_;
  std::string id;
};

/// The configuration of one role. Construct it once per edit or cluster; reading it is cheap.
class effective_config {
public:
  effective_config(const spec& x, cluster_role role, const cluster_identity& cluster = {});

  /// Returns the kind of high availability that Flink reads. The JobManager's counts for the whole cluster.
  high_availability ha() const { return ha_; }

  /// Returns the value of the option of high availability in lower case; empty if it is off.
  const std::string& ha_text() const { return ha_text_; }

  /// Returns the retention of checkpoints. Assumes `retain` for a value that Flink refuses, and for Flink before 1.11,
  /// where only the job's program can set it.
  checkpoint_retention retention() const;

  /// Returns the value of an option under exactly this name; null if Flink does not read it here.
  const std::string* get(const std::string& key) const;

  /// Returns all entries as they are rendered.
  const properties& entries() const { return entries_; }

private:
  properties entries_;
  high_availability ha_ = high_availability::none;
  std::string ha_text_;
};

/// Returns whether a restarted JobManager can recover its jobs by itself.
bool has_high_availability(const spec& x);

/// Returns the name of the option from which this version of Flink reads the kind of high availability.
std::string_view ha_option(const std::optional<version>& x);

/// Parses a retention as Flink does, without regard to case; nothing if Flink refuses it.
std::optional<checkpoint_retention> parse_retention(std::string_view text);

/// The name of the option of the retention, the same in all versions that have it.
constexpr std::string_view retention_option = "execution.checkpointing.externalized-checkpoint-retention";

} // namespace flink
