// Every number of the operator, with its unit and its reason. No other file invents one.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace config::defaults {

using namespace std::chrono_literals;

// -- patience per step of a deploy (spec.timeouts overrides) -------------------------------------

/// Nodes may have to be bought and a large image be pulled first.
constexpr std::chrono::seconds cluster_start{600};
/// POST run and plan execute the user's main(), which may read tables or list buckets.
constexpr std::chrono::seconds submit{300};
/// State of many gigabytes goes to an object store.
constexpr std::chrono::seconds savepoint{600};
/// From the accepted submit to all tasks running: restoring large state.
constexpr std::chrono::seconds job_start{180};
/// Restarts by Flink of a new version's job that are still accepted.
constexpr int32_t accepted_restarts = 3;
/// After this a deletion that cannot save the state is a case for `onDeleteTimeout`.
constexpr std::chrono::seconds deletion{900};

/// A container that cannot be pulled or created may recover from a hiccup of its registry; this long
/// it is only shown, then the version is refused.
constexpr std::chrono::seconds broken_pod_patience{30};
/// Restarts of one pod during a deploy that count as a crash loop.
constexpr int32_t crash_loop_restarts = 3;
/// spec.jobFailurePolicy: what fails more often than this needs a person.
constexpr int32_t job_restarts = 3;
constexpr int32_t job_restart_window_seconds = 3600;
/// What the job failed of, a broker for one, may need a moment too.
constexpr int32_t job_restart_backoff_seconds = 10;
/// BlueGreen: a version that is torn down has this long to cancel its job, then it ends with its pods.
constexpr std::chrono::seconds teardown_cancel{60};
/// A failed cluster is kept this long so that its logs can be read.
constexpr std::chrono::seconds failed_cluster_kept{600};

// -- cadence of questions -------------------------------------------------------------------------

/// While something is in transit: the first interval, growing with the age of the step to the longest. While a
/// savepoint is taken or tasks start, no job runs.
constexpr std::chrono::milliseconds poll_first{100};
constexpr std::chrono::milliseconds poll_longest{2000};
/// Job state at rest.
constexpr std::chrono::milliseconds poll_job{10'000};
/// Checkpoints at rest, where the newest path is needed for a recovery.
constexpr std::chrono::milliseconds poll_checkpoints{60'000};
/// Where checkpoints are tried and fail, none may have completed for so long: more than Flink's own patience with one
/// of them (execution.checkpointing.timeout, 10 minutes) would be seen late.
constexpr std::chrono::milliseconds checkpoints_overdue{600'000};
/// A job that has failed is in trouble until it has run this long without failing again: a crash loop is not healthy in
/// the moments in which its tasks run.
constexpr std::chrono::milliseconds job_settles{60'000};
/// A JobManager's answers about one job may be as old as its web.refresh-interval, 3 s by default: what has just
/// happened is waited for so long to show there.
constexpr std::chrono::milliseconds shows_within{5'000};
/// An answer older than this does not justify a submit.
constexpr std::chrono::milliseconds fresh{2000};
/// A settled application is looked at this often even if nothing happens.
constexpr std::chrono::milliseconds look_at_rest{10'000};
/// Retries of a failed order: first delay, doubling to the longest.
constexpr std::chrono::milliseconds retry_first{500};
constexpr std::chrono::milliseconds retry_longest{30'000};
/// A savepoint by which a job is to end for good is tried again after this, later after a quarter of the time that it
/// has been tried for, up to the longest: each try holds the job up.
constexpr std::chrono::milliseconds savepoint_retry_first{10'000};
constexpr std::chrono::milliseconds savepoint_retry_longest{300'000};
/// What was ordered and said to be done shows in the watch within this, else it is ordered again.
constexpr std::chrono::milliseconds effect_seen{10'000};
/// Share of a delay by which each is drawn shorter or longer, so that a fleet does not march in step.
constexpr double jitter = 0.1;

/// The clocks of operator and JobManager may differ by this; an update takes longer to come round again.
constexpr std::chrono::seconds clock_grace{60};

/// With high availability a JobManager brings its jobs back before it takes any other, at the latest when the Lease of
/// its predecessor has expired: 45 s were seen. One that it does not know after this long does not come any more.
constexpr std::chrono::seconds high_availability_recovery{180};

// -- deadlines of single requests -------------------------------------------------------------------

/// Questions to a JobManager; a hung JVM accepts connections, only a deadline notices.
constexpr std::chrono::milliseconds flink_question{5'000};
/// Orders to a JobManager but plan and run.
constexpr std::chrono::milliseconds flink_order{30'000};
/// Any request to the API server but watches.
constexpr std::chrono::milliseconds kubernetes_request{15'000};
/// An actor waits this much longer than the gateway, so that the gateway always answers first.
constexpr std::chrono::milliseconds answer_margin{1'000};
/// Our own write must show up in the watch within this, else the resource is read.
constexpr std::chrono::milliseconds own_write_seen{2'000};

// -- watches of the API server ---------------------------------------------------------------------

/// Objects per page of a list: client-go's number.
constexpr int32_t list_page = 500;
/// The server ends a watch after this and up to the spread more, drawn so that watches do not all end at once.
constexpr std::chrono::seconds watch_time{240};
constexpr std::chrono::seconds watch_time_spread{50};
/// The first watch after trouble is short: a server that has just recovered may open one that stays silent.
constexpr std::chrono::seconds trial_watch_time{10};
constexpr std::chrono::seconds trial_watch_time_spread{10};
/// A connection silent for this much longer than the watch was to last is dead.
constexpr std::chrono::seconds watch_idle_margin{5};
/// A watch that ends sooner without an event is a failure, else it would be asked for in a loop.
constexpr std::chrono::milliseconds shortest_watch{1'000};
/// Pause after a refused or lost call, doubling to the longest; client-go's reflector has these.
constexpr std::chrono::milliseconds watch_pause_first{800};
constexpr std::chrono::milliseconds watch_pause_longest{30'000};
/// Share of a pause by which it is drawn longer at most.
constexpr double watch_pause_jitter = 1.0;
/// Without a failure for this long the next one counts as the first.
constexpr std::chrono::milliseconds watch_calm{120'000};
/// Retry-After is honoured up to this, so that no answer can silence us.
constexpr std::chrono::milliseconds retry_after_longest{60'000};

// -- events ------------------------------------------------------------------------------------------

/// After this long without a repetition an occurrence is news again.
constexpr std::chrono::minutes event_series{10};
/// client-go's limits per object: a burst, then one in five minutes.
constexpr double event_burst = 25;
constexpr double events_per_second = 1.0 / 300;
/// An object that was silent this long has its full burst again and needs no memory.
constexpr std::chrono::minutes event_memory{125};
/// The longest message that the API server takes, in bytes.
constexpr std::size_t event_message = 1024;
/// Different occurrences of one object that are remembered; messages with ever new numbers in them
/// must not fill the memory.
constexpr std::size_t event_most_series = 64;

// -- gateways ---------------------------------------------------------------------------------------

/// Requests in flight per Flink cluster.
constexpr std::size_t flink_lane = 2;
/// Time-outs in a row that open the breaker of one cluster.
constexpr int32_t breaker_failures = 3;
/// Pause of an open breaker, doubling to the longest.
constexpr std::chrono::milliseconds breaker_first{2'000};
constexpr std::chrono::milliseconds breaker_longest{30'000};
/// A pod that nobody has asked since its breaker closed is gone: its lane is forgotten after this.
constexpr std::chrono::milliseconds breaker_remembered{300'000};
/// Writes per second to the API server over all applications, and the burst above it.
constexpr double kubernetes_writes_per_second = 50;
constexpr double kubernetes_write_burst = 200;
/// Requests to the API server in flight at once.
constexpr std::size_t kubernetes_in_flight = 32;
/// Writes that wait for a token are not looked at more often than this.
constexpr std::chrono::milliseconds kubernetes_token_wait{20};

// -- election ---------------------------------------------------------------------------------------
// client-go's numbers, so that a Lease of ours reads like any other.

/// A standby takes over when the Lease has not changed for this long.
constexpr std::chrono::seconds lease_duration{15};
/// Who has not renewed it for this long acts no more; the rest of the duration is the margin for clocks and for
/// requests that are still on their way.
constexpr std::chrono::milliseconds renew_deadline{10'000};
/// The Lease is renewed, or looked at, this often.
constexpr std::chrono::milliseconds retry_period{2'000};
/// Share of that period by which it is drawn longer at most, so that standbys do not march in step.
constexpr double retry_jitter = 0.2;

// -- supervision ------------------------------------------------------------------------------------

/// A crashed APPLICATION is started again after this, doubling to the longest.
constexpr std::chrono::milliseconds restart_first{1'000};
constexpr std::chrono::milliseconds restart_longest{300'000};
/// How an order or question went is remembered this long.
constexpr std::chrono::hours outcomes_remembered{1};
/// An actor that does not tell of itself within this is shown as silent.
constexpr std::chrono::milliseconds introspection_patience{2'000};
/// Decisions that introspection remembers per application.
constexpr std::size_t remembered_decisions = 20;
/// Deploys that the status remembers.
constexpr std::size_t remembered_deploys = 10;
/// Savepoints that the status remembers, those of the schedule not counted.
constexpr std::size_t remembered_savepoints = 10;
/// Actors get this long to end in order on SIGTERM.
constexpr std::chrono::milliseconds shutdown{4'000};

/// Savepoints of the schedule that are kept (spec.savepointSchedule.keep).
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
/// Longest message taken from outside into a status or an event, in bytes.
constexpr std::size_t max_message = 1024;

} // namespace config::defaults
