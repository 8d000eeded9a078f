// What Flink will really read: the user's entries, the options that the operator owns, and defaults without which the
// operator could not keep its promises. The one answer for renderer, validator, lifecycle and migration.
//
// Of the user's entries, flinkConfig comes first; lines of a FLINK_PROPERTIES variable override it, those of
// envConfig before those of the pod template. Caveats: what the image's own configuration file, an `envFrom` or the
// job's program sets is not seen.
#pragma once

#include "flink/configuration/properties.hpp"
#include "flink/resource/names.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// Who keeps JobManagers' leader and jobs, so that another JobManager goes on with them.
enum class high_availability {
  none,
  zookeeper,
  kubernetes,
  /// A factory class of the user's, or a word that Flink takes for the name of one.
  custom,
};

/// What Flink does with the checkpoints of a job that ends.
enum class checkpoint_retention {
  /// They stay, also when the job is cancelled.
  retain,
  /// They go when the job is cancelled, and stay when it fails.
  delete_on_cancellation,
  /// They go with the job.
  none,
};

/// The cluster whose configuration is asked for. Whoever asks for nothing that follows from it need not name it.
struct cluster_identity {
  std::string application;
  std::string namespace_;
  std::string id;
};

/// The configuration of one role. Made once per edit or cluster; asking is cheap.
class effective_config {
public:
  effective_config(const spec& x, cluster_role role, const cluster_identity& cluster = {});

  /// High availability as Flink understands it. That of the JobManager decides for the cluster.
  high_availability ha() const { return ha_; }

  /// The value that says so, in lower case; empty if high availability is off.
  const std::string& ha_text() const { return ha_text_; }

  /// Retention of checkpoints. Assumes `retain` of a value that Flink refuses, and of Flink before 1.11, where only the
  /// job's program says it.
  checkpoint_retention retention() const;

  /// The value of one option under exactly this name; null if Flink does not read it here.
  const std::string* get(const std::string& key) const;

  /// All entries, as they are rendered.
  const properties& entries() const { return entries_; }

private:
  properties entries_;
  high_availability ha_ = high_availability::none;
  std::string ha_text_;
};

/// Returns whether a JobManager that restarts may bring its jobs back by itself.
bool has_high_availability(const spec& x);

/// Returns the name under which this version of Flink reads its kind of high availability.
std::string_view ha_option(const std::optional<version>& x);

/// Returns what a retention means to Flink, which does not care for case; nothing if Flink refuses it.
std::optional<checkpoint_retention> parse_retention(std::string_view text);

/// The one name of that option in all versions that have it.
constexpr std::string_view retention_option = "execution.checkpointing.externalized-checkpoint-retention";

} // namespace flink
