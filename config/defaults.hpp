// Every number of the operator, with its unit and its reason. No other file defines one.
// Values only; flags and fields of the spec override some of them, as noted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace config::defaults {

using namespace std::chrono_literals;

// -- timeouts of deploy steps (spec.timeouts overrides) ------------------------------------------

/// Time for a new cluster to become ready: nodes may have to be added and a large image pulled.
constexpr std::chrono::seconds cluster_start{600};
/// Time for POST run and POST plan: both run the user's main(), which may read tables or list buckets.
constexpr std::chrono::seconds submit{300};
/// Time for a savepoint: many gigabytes of state may go to an object store.
constexpr std::chrono::seconds savepoint{600};
/// Time from the accepted submit until all tasks run: large state has to be restored.
constexpr std::chrono::seconds job_start{180};
/// Restarts by Flink that a new version's job may need before the deploy fails.
constexpr int32_t accepted_restarts = 3;
/// Time for a deletion to save the state; after it `onDeleteTimeout` decides.
constexpr std::chrono::seconds deletion{900};

/// A container that cannot be pulled or created is reported for this long before the version fails: a registry may
/// recover.
constexpr std::chrono::seconds broken_pod_timeout{30};
/// Restarts of one pod during a deploy that count as a crash loop.
constexpr int32_t crash_loop_restarts = 3;
/// spec.jobFailurePolicy: restarts of a failed job within the window below; after them a person has to act.
constexpr int32_t job_restarts = 3;
constexpr int32_t job_restart_window_seconds = 3600;
/// Pause before a failed job is restarted: its dependencies, such as a message broker, may need time to recover.
constexpr int32_t job_restart_backoff_seconds = 10;
/// BlueGreen: time to cancel the job of a version that is torn down; after it the pods are removed with the job.
constexpr std::chrono::seconds teardown_cancel{60};
/// A failed cluster is kept for this long so that its logs can be read.
constexpr std::chrono::seconds failed_cluster_kept{600};

// -- intervals of polling and retries ------------------------------------------------------------

/// Polling during a deploy step: from the first interval, growing with the age of the step, up to the longest. It
/// starts short because no job runs while a savepoint is taken or tasks start.
constexpr std::chrono::milliseconds poll_first{100};
constexpr std::chrono::milliseconds poll_longest{2000};
/// Interval of polling a running job's state.
constexpr std::chrono::milliseconds poll_job{10'000};
/// Interval of polling a running job's checkpoints; a recovery needs the newest path.
constexpr std::chrono::milliseconds poll_checkpoints{60'000};
/// Checkpoints are reported as failing if attempts fail and none has completed for this long. It is Flink's own timeout
/// of one checkpoint (execution.checkpointing.timeout).
constexpr std::chrono::milliseconds checkpoints_overdue{600'000};
/// A job that has failed counts as unhealthy until it has run for this long without another failure: a crash-looping
/// job is not healthy, even while its tasks are running.
constexpr std::chrono::milliseconds crash_loop_cooldown{60'000};
/// A JobManager's answers about a job may be this old. Flink caches them for web.refresh-interval, 3 s by default.
constexpr std::chrono::milliseconds rest_cache_age{5'000};
/// An answer older than this does not justify a submit.
constexpr std::chrono::milliseconds answer_max_age{2'000};
/// A steady application is reconciled this often even if nothing happens.
constexpr std::chrono::milliseconds resync_period{10'000};
/// Retries of a failed command: the delay doubles from the first to the longest.
constexpr std::chrono::milliseconds retry_first{500};
constexpr std::chrono::milliseconds retry_longest{30'000};
/// Retries of the final savepoint of a job: the first delay, then a quarter of the time spent so far, up to the
/// longest. Each attempt delays the job.
constexpr std::chrono::milliseconds savepoint_retry_first{10'000};
constexpr std::chrono::milliseconds savepoint_retry_longest{300'000};
/// The watch must show the effect of an accepted command within this time; otherwise the command is sent again.
constexpr std::chrono::milliseconds effect_timeout{10'000};
/// Delays vary by this share, so that a fleet does not act in step.
constexpr double jitter = 0.1;

/// The clocks of operator and JobManager may differ by this much. An update takes longer than this to happen again.
constexpr std::chrono::seconds clock_skew{60};

/// Time for a JobManager with high availability to recover its jobs before it accepts new ones. It waits until the
/// Lease of the JobManager before it has expired, which has taken 45 s. A job that is missing after this time will not
/// be recovered.
constexpr std::chrono::seconds high_availability_recovery{180};

// -- timeouts of single requests -------------------------------------------------------------------

/// Timeout of queries to a JobManager. A hung JVM still accepts connections; only a timeout detects it.
constexpr std::chrono::milliseconds flink_query_timeout{5'000};
/// Timeout of commands to a JobManager, except plan and run.
constexpr std::chrono::milliseconds flink_command_timeout{30'000};
/// Timeout of requests to the API server, except watches.
constexpr std::chrono::milliseconds kubernetes_timeout{15'000};
/// An actor waits this much longer than the gateway's timeout, so that the gateway always answers first.
constexpr std::chrono::milliseconds answer_margin{1'000};
/// The watch must show our own write within this time; otherwise the resource is read.
constexpr std::chrono::milliseconds own_write_seen{2'000};

// -- watches of the API server ---------------------------------------------------------------------

/// Objects per page of a list; the same as in client-go.
constexpr int32_t list_page = 500;
/// The server ends a watch after this time plus a random share of the spread, so that watches do not end together.
constexpr std::chrono::seconds watch_time{240};
constexpr std::chrono::seconds watch_time_spread{50};
/// The first watch after a failure is short: a server that has just recovered may open a watch that stays silent.
constexpr std::chrono::seconds trial_watch_time{10};
constexpr std::chrono::seconds trial_watch_time_spread{10};
/// A connection is dead if it is silent for this much longer than its watch may last.
constexpr std::chrono::seconds watch_idle_margin{5};
/// A watch that ends sooner and without an event is a failure; otherwise it would be opened in a tight loop.
constexpr std::chrono::milliseconds shortest_watch{1'000};
/// Pause after a failed list or watch: it doubles from the first to the longest, as in client-go's reflector.
constexpr std::chrono::milliseconds watch_pause_first{800};
constexpr std::chrono::milliseconds watch_pause_longest{30'000};
/// A pause grows by a random share of itself, at most this one.
constexpr double watch_pause_jitter = 1.0;
/// After this long without a failure the pause starts from the first again.
constexpr std::chrono::milliseconds watch_backoff_reset{120'000};
/// Longest Retry-After that is honoured, so that no answer can silence the operator.
constexpr std::chrono::milliseconds retry_after_longest{60'000};

// -- events ------------------------------------------------------------------------------------------

/// An event that has not been repeated for this long starts a new series.
constexpr std::chrono::minutes event_series{10};
/// client-go's limits per object: a burst, then one event in five minutes.
constexpr double event_burst = 25;
constexpr double events_per_second = 1.0 / 300;
/// After this long without an event an object has its full burst again and can be forgotten.
constexpr std::chrono::minutes event_memory{125};
/// Longest event message that the API server accepts, in bytes.
constexpr std::size_t event_message = 1024;
/// Different events that are remembered per object, so that messages with changing numbers cannot fill the memory.
constexpr std::size_t event_most_series = 64;

// -- gateways ---------------------------------------------------------------------------------------

/// Requests in flight per Flink cluster.
constexpr std::size_t flink_lane = 2;
/// Timeouts in a row that open the circuit breaker of one cluster.
constexpr int32_t breaker_failures = 3;
/// How long a breaker stays open: it doubles from the first to the longest.
constexpr std::chrono::milliseconds breaker_first{2'000};
constexpr std::chrono::milliseconds breaker_longest{30'000};
/// The lane of a pod is forgotten if nobody has sent a request for this long since its breaker closed: the pod is gone.
constexpr std::chrono::milliseconds breaker_remembered{300'000};
/// Writes per second to the API server over all applications, and the burst above it.
constexpr double kubernetes_writes_per_second = 50;
constexpr double kubernetes_write_burst = 200;
/// Requests to the API server in flight at once.
constexpr std::size_t kubernetes_in_flight = 32;
/// Shortest interval between two checks of writes that wait for a token.
constexpr std::chrono::milliseconds kubernetes_token_wait{20};

// -- leader election -------------------------------------------------------------------------------
// client-go's numbers, so that our Lease looks like any other.

/// A standby takes over a Lease that has not changed for this long.
constexpr std::chrono::seconds lease_duration{15};
/// The leader steps down if it has not renewed the Lease for this long. The time up to the duration is the margin for
/// clocks and for requests in flight.
constexpr std::chrono::milliseconds renew_deadline{10'000};
/// Interval between two attempts to acquire or renew the Lease.
constexpr std::chrono::milliseconds retry_period{2'000};
/// The interval grows by a random share of itself, at most this one, so that standbys do not act in step.
constexpr double retry_jitter = 0.2;

// -- supervision ------------------------------------------------------------------------------------

/// Pause before a crashed APPLICATION actor is restarted: it doubles from the first to the longest.
constexpr std::chrono::milliseconds restart_first{1'000};
constexpr std::chrono::milliseconds restart_longest{300'000};
/// The outcome of a command or query is remembered for this long.
constexpr std::chrono::hours outcomes_remembered{1};
/// An actor that has not answered introspection within this time is shown as silent.
constexpr std::chrono::milliseconds introspection_timeout{2'000};
/// Decisions that introspection remembers per application.
constexpr std::size_t remembered_decisions = 20;
/// Deploys that the status remembers.
constexpr std::size_t remembered_deploys = 10;
/// Savepoints that the status remembers, not counting scheduled ones.
constexpr std::size_t remembered_savepoints = 10;
/// Time for all actors to end in order after SIGTERM.
constexpr std::chrono::milliseconds shutdown{4'000};

/// Scheduled savepoints that are kept (spec.savepointSchedule.keep).
constexpr int32_t scheduled_savepoints_kept = 3;

// -- spec ---------------------------------------------------------------------------------------------

constexpr int32_t rpc_port = 6123;
constexpr int32_t query_port = 6124;
constexpr int32_t blob_port = 6125;
constexpr int32_t ui_port = 8081;
constexpr int32_t metrics_query_port = 50101;
constexpr int32_t task_slots = 16;
/// Containers of Flink, requests and limits alike. Memory suffices for the official images: with less than about
/// 1.2 GiB a TaskManager of Flink 1.11 or later does not start (flink/configuration/role_defaults.hpp).
constexpr int32_t job_manager_cpu = 4;
constexpr int32_t job_manager_mebibytes = 3072;
constexpr int32_t task_manager_cpu = 2;
constexpr int32_t task_manager_mebibytes = 2048;
/// Share of a container's memory that the operating system, the JVM itself and libraries beside Flink take.
constexpr double system_memory_fraction = 0.2;
/// The same for Flink before 1.11, where off-heap memory comes on top of the heap.
constexpr double off_heap_memory_fraction = 0.5;
constexpr int32_t max_checkpoint_restore_age_seconds = 3600;
/// Longest message from outside that is copied into a status or an event, in bytes.
constexpr std::size_t max_message = 1024;

} // namespace config::defaults
