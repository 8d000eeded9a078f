// Queries on the status, or on the status and the spec.
#pragma once

#include "flink/lifecycle/pass/pass_inputs.hpp"

#include <string>

namespace flink {

/// Returns the id of the serving job; empty if there is none.
job_id serving_job(const status& x);

/// BlueGreen: returns the id of the newer version's job; empty unless two versions run.
job_id second_job(const status& x);

/// Returns whether an old job must take a savepoint or end before the next job starts.
bool has_old_job(const status& x);

/// Returns whether the job under way starts on the serving cluster: again, or with a higher parallelism.
bool in_place(const status& x);

/// Returns whether the serving version starts again, because its job failed or was lost.
bool starts_again(const status& x);

/// Returns what the serving job was submitted with.
job_parameters serving_parameters(const status& x);

/// Returns the state that the target's job starts from; empty: without state.
std::string restore_path_of(const deploy_target& x);

/// Returns a text that explains how to restart the serving job after it has ended.
std::string restart_hint(const status& x);

/// Returns the phase in which the application rests once its job runs again: DeployFailed if the version that failed
/// is still the one that the spec asks for, else Running.
phase resting_phase(const pass_inputs& p);

/// Returns whether the spec is valid and asks for a version that neither serves, nor has failed, nor was torn down.
/// A remedy that the failed one did not have counts as another version.
bool deploy_wanted(const pass_inputs& p);

/// Returns the errors of the spec in one text, the first few of them; empty if it has none.
std::string spec_errors(const pass_inputs& p);

/// Returns how long a job may take until all its tasks run. For a new version that is spec.acceptance.
std::chrono::seconds start_limit(const pass_inputs& p);

/// Returns whether a start is still in time. A submit without an answer gets timeouts.submitSeconds in addition.
bool start_in_time(const pass_inputs& p, bool answered);

/// The same for a job that Flink already lists. Its tasks get the full time even if main() was slow.
bool start_in_time(const pass_inputs& p, const rest::job& job);

} // namespace flink
