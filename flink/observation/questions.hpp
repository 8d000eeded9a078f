// The questions to a JobManager, one struct each. A new question needs one struct here and its place in the variant of
// action.hpp. All questions are sent, decoded, stored and repeated in the same way.
#pragma once

#include "flink/observation/action_traits.hpp"

#include <compare>
#include <string>
#include <vector>

namespace flink {

/// Asks for the numbers of TaskManagers and slots.
struct ask_overview {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_overview;
  using answer = rest::overview;

  flink::cluster_id cluster_id;

  std::string slot() const { return {}; }
  rest::request request() const { return rest::get_overview(); }
  auto operator<=>(const ask_overview&) const = default;
};

/// Asks for the ids and states of all jobs that the JobManager remembers.
struct ask_jobs {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_jobs;
  using answer = std::vector<rest::job_summary>;

  flink::cluster_id cluster_id;

  std::string slot() const { return {}; }
  rest::request request() const { return rest::get_jobs(); }
  auto operator<=>(const ask_jobs&) const = default;
};

/// Asks for the state of one job.
struct ask_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_job;
  using answer = or_not_found<rest::job>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  const std::string& slot() const { return job_id; }
  rest::request request() const { return rest::get_job(job_id); }
  /// A job that has ended never changes again.
  static bool is_final(const answer& x) { return x && rest::is_terminal(x->state); }
  auto operator<=>(const ask_job&) const = default;
};

/// Asks for the checkpoints and savepoints that the job has completed.
struct ask_checkpoints {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_checkpoints;
  using answer = or_not_found<rest::checkpoints>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  const std::string& slot() const { return job_id; }
  rest::request request() const { return rest::get_checkpoints(job_id); }
  auto operator<=>(const ask_checkpoints&) const = default;
};

/// Asks how often Flink has restarted the job.
struct ask_restarts {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_restarts;
  using answer = or_not_found<rest::restarts>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  const std::string& slot() const { return job_id; }
  rest::request request() const { return rest::get_restarts(job_id); }
  auto operator<=>(const ask_restarts&) const = default;
};

/// Asks for the exception that made the job fail.
struct ask_exceptions {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_exceptions;
  using answer = or_not_found<rest::exceptions>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  const std::string& slot() const { return job_id; }
  rest::request request() const { return rest::get_exceptions(job_id); }
  auto operator<=>(const ask_exceptions&) const = default;
};

/// Asks for the state of the savepoint with this trigger id.
struct ask_savepoint {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_savepoint;
  using answer = or_not_found<rest::savepoint>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;
  flink::trigger_id trigger_id;

  const std::string& slot() const { return trigger_id; }
  rest::request request() const { return rest::get_savepoint(job_id, trigger_id); }
  /// A savepoint that has completed or failed never changes again.
  static bool is_final(const answer& x) { return x && !x->in_progress; }
  auto operator<=>(const ask_savepoint&) const = default;
};

/// Asks for the features of the JobManager.
struct ask_features {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_features;
  using answer = rest::features;

  flink::cluster_id cluster_id;

  std::string slot() const { return {}; }
  rest::request request() const { return rest::get_features(); }
  auto operator<=>(const ask_features&) const = default;
};

/// Asks for the bounds of the job's parallelism.
struct ask_requirements {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_requirements;
  using answer = or_not_found<rest::requirements>;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  const std::string& slot() const { return job_id; }
  rest::request request() const { return rest::get_requirements(job_id); }
  auto operator<=>(const ask_requirements&) const = default;
};

/// Asks for the state of the deletion of a savepoint. Flink chooses the id.
struct ask_disposal {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::query;
  static constexpr auto decode = rest::decode_disposal;
  using answer = or_not_found<rest::disposal>;

  flink::cluster_id cluster_id;
  std::string disposal_id;

  const std::string& slot() const { return disposal_id; }
  rest::request request() const { return rest::get_disposal(disposal_id); }
  /// A disposal that has completed or failed never changes again.
  static bool is_final(const answer& x) { return x && !x->in_progress; }
  auto operator<=>(const ask_disposal&) const = default;
};

} // namespace flink
