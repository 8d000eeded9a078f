// How the jobs of an application end for good: what its deletion and its suspension share. Not for others.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>
#include <vector>

namespace flink {

/// A place where a job of the application may run.
struct live_job {
  enum class standing {
    /// The job that serves.
    serving,
    /// Submitted, and not accepted yet: the new version's, or the old version's second start.
    starting,
    /// Of a version that is being rolled back, or in BlueGreen has not been accepted beside the one that serves.
    given_up,
  };
  std::string cluster_id;
  std::string job_id;
  standing as = standing::serving;
};

/// Every place where a job may run: the one started last first. Not where it is certain that it has ended: in Single,
/// the old version's, whose cluster is scaled to nothing.
std::vector<live_job> suspects(const status& x);

/// Returns whether it is certain that a job does not run, and that no savepoint of it is under way. One that runs is
/// ended by `end`; where nobody can say because its JobManager does not answer, `cannot_save` is told so.
bool has_ended_for_good(pass& p, const ending& record, const live_job& job, void (*end)(pass& p, const live_job& job),
                        void (*cannot_save)(pass& p, const std::string& why));

/// Whether the record's trigger is for this job.
bool triggered(const ending& record, const live_job& job);

/// Stops a job with a savepoint; its trigger is written into `next` first. Returns why the savepoint of the last
/// trigger has failed: then the job goes on.
std::optional<std::string> stop_with_savepoint(pass& p, const ending& record, ending& next, const live_job& job);

/// Draws a new trigger after a failed one, with pauses that grow with the age of the ending.
void stop_again(pass& p, const ending& record, ending& next);

/// Ends a job without a savepoint.
void stop_without_savepoint(pass& p, const live_job& job);

/// Writes a savepoint down for the way back, and into status.savepointPath.
void remember_savepoint(pass& p, const std::string& path, const std::string& reason);

/// Deletes whatever is left of any cluster. Returns whether nothing is.
bool remove_all_clusters(pass& p);

} // namespace flink
