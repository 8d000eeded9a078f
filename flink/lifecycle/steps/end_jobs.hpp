// Ending the jobs of an application: shared by deletion and suspension.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flink {

/// A place where a job of the application may run.
struct live_job {
  enum class standing {
    /// The job serves.
    serving,
    /// It was submitted and is not accepted yet: the new version's, or the old version's second start.
    starting,
    /// Its version is being rolled back, or in BlueGreen has not been accepted beside the serving one.
    given_up,
  };
  flink::cluster_id cluster_id;
  flink::job_id job_id;
  standing as = standing::serving;
};

/// Returns every place where a job may run, the one started last first. In Single, the old version's job is missing
/// once its cluster is scaled to zero: it has ended for certain.
std::vector<live_job> possible_jobs(const status& x);

/// Ends a job and makes sure that it has ended and that no savepoint of it is under way. Returns whether that is
/// certain. A job that runs is ended with `end`. If its JobManager does not answer, `cannot_save` is called.
[[nodiscard]] bool end_for_good(pass& p, const ending& record, const live_job& job,
                                void (*end)(pass& p, const live_job& job),
                                void (*cannot_save)(pass& p, const std::string& why));

/// Returns whether the record's trigger belongs to this job.
bool triggered(const ending& record, const live_job& job);

/// Stops a job with a savepoint; its trigger is written into `next` first. Returns why the savepoint of the last
/// trigger failed; the job then keeps running. Returns nullopt if there is no failure.
[[nodiscard]] std::optional<std::string> stop_with_savepoint(queries& p, const ending& record, ending& next,
                                                             const live_job& job);

/// Creates a new trigger after a failed one. The pauses grow with the age of the ending.
void stop_again(commands& p, const ending& record, ending& next);

/// Ends a job without a savepoint.
void stop_without_savepoint(commands& p, const live_job& job);

} // namespace flink
