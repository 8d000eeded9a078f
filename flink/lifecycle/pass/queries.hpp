// The fourth layer of a pass: what the JobManagers have answered. Each question returns the newest answer, or nullptr
// while none is known, and sends the request when the answer is older than `every` or from before `not_before`.
// An `or_not_found` without a value is a 404.
#pragma once

#include "flink/lifecycle/pass/commands.hpp"

namespace flink {

class queries : public commands {
public:
  using commands::commands;

  /// Returns the newest answer to a question, or nullptr while none is known. An answer that is final always counts.
  template <question Q>
  const typename Q::answer* ask(const cluster_view& c, const Q& what, std::chrono::milliseconds every,
                                std::chrono::steady_clock::time_point not_before = {});

  /// Returns the jobs from an answer that is recent enough to allow a submit.
  const std::vector<rest::job_summary>* jobs_now(const cluster_view& c);
  /// Returns the JobManager's newest answer about a job. Sends no query.
  const rest::job* known_job(const cluster_view& c, const job_id& id) const;
  /// Returns when the newest answer about a job arrived; the epoch if there is none.
  std::chrono::steady_clock::time_point job_answered(const cluster_view& c, const job_id& id) const;
  /// Returns the progress of the disposal of a savepoint; nullptr before the JobManager has accepted it.
  const or_not_found<rest::disposal>* disposal(const cluster_view& c, const std::string& path,
                                               std::chrono::milliseconds every);

protected:
  ~queries() = default;

private:
  /// Sends a query unless there is a newer answer or a recent failure.
  void request(const action& what, const std::chrono::steady_clock::time_point* answered,
               std::chrono::milliseconds every);
};

template <question Q>
const typename Q::answer* queries::ask(const cluster_view& c, const Q& what, std::chrono::milliseconds every,
                                       std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = c.known(what);
  if (known && is_final<Q>(known->value))
    return &known->value; // nothing to ask
  if (known && known->at < not_before)
    known = nullptr;
  request(what, known ? &known->at : nullptr, every);
  return known ? &known->value : nullptr;
}

} // namespace flink
