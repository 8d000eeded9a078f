// The pods of a cluster: how many there should be, and whether they have come up.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

#include <string>

namespace flink {

/// Scales a Deployment. Returns whether it asks for that many replicas already.
bool ensure_replicas(commands& p, const k8s::deployment& x, int32_t replicas);

/// Returns how many TaskManagers the application needs for a parallelism.
int32_t task_managers_for(const pass_inputs& p, int32_t parallelism);

/// Scales the serving cluster up again if a late request or a person has scaled it down.
/// TaskManagers are added only if none is left or if the serving job misses them.
void restore_replicas(queries& p, const cluster_view& c);

/// InPlace: removes the TaskManagers that were added for a deploy. Returns whether they are gone.
[[nodiscard]] bool remove_added_task_managers(commands& p);

/// Returns whether the target's cluster has the slots that its job needs. Reports what is missing if not.
[[nodiscard]] bool await_slots(queries& p, const cluster_view& c);

/// Stops a JobManager. await_job_manager_restart() starts it again.
void stop_job_manager(commands& p, const cluster_view& c);

/// Stops a JobManager because a submit without an answer may still take effect: only a restart rules that out.
void restart_job_manager(commands& p, const cluster_view& c, const std::string& why);

/// Starts a JobManager again that was stopped, once its pods are gone. Returns true while it is stopped.
[[nodiscard]] bool await_job_manager_restart(commands& p, const cluster_view& c);

} // namespace flink
