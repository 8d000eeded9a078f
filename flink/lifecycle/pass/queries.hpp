// The fourth layer of a pass: what the JobManagers have answered. Each question returns the newest answer, or nullptr
// while none is known, and sends the request when the answer is older than `every` or from before `not_before`.
// A `maybe` without a value is a 404.
#pragma once

#include "flink/lifecycle/pass/commands.hpp"

namespace flink {

class queries : public commands {
public:
  using commands::commands;

  const rest::overview* overview(const cluster_view& c, std::chrono::milliseconds every);
  const std::vector<rest::job_summary>* jobs(const cluster_view& c, std::chrono::milliseconds every);
  /// The same from an answer that is young enough to justify a submit.
  const std::vector<rest::job_summary>* jobs_now(const cluster_view& c);
  /// An answer from before `not_before` does not count, unless it is final: a job that is over stays so.
  const maybe<rest::job>* job(const cluster_view& c, const std::string& id, std::chrono::milliseconds every,
                              std::chrono::steady_clock::time_point not_before = {});
  const maybe<rest::checkpoints>* checkpoints(const cluster_view& c, const std::string& job_id,
                                              std::chrono::milliseconds every,
                                              std::chrono::steady_clock::time_point not_before = {});
  const maybe<rest::restarts>* restarts(const cluster_view& c, const std::string& job_id,
                                        std::chrono::milliseconds every);
  const maybe<rest::exceptions>* exceptions(const cluster_view& c, const std::string& job_id,
                                            std::chrono::milliseconds every);
  /// What the JobManager has said of a job by now; nothing is asked.
  const rest::job* known_job(const cluster_view& c, const std::string& id) const;
  /// When the answer came that job() returns; the epoch if none did.
  std::chrono::steady_clock::time_point job_answered(const cluster_view& c, const std::string& id) const;
  const maybe<rest::savepoint>* savepoint(const cluster_view& c, const std::string& job_id,
                                          const std::string& trigger_id, std::chrono::milliseconds every,
                                          std::chrono::steady_clock::time_point not_before = {});
  const rest::features* features(const cluster_view& c, std::chrono::milliseconds every);
  const maybe<rest::requirements>* requirements(const cluster_view& c, const std::string& job_id,
                                                std::chrono::milliseconds every,
                                                std::chrono::steady_clock::time_point not_before = {});
  /// What became of the disposal of a savepoint; nothing before it was ordered.
  const maybe<rest::disposal>* disposal(const cluster_view& c, const std::string& path,
                                        std::chrono::milliseconds every);

protected:
  ~queries() = default;

private:
  /// Asks unless a younger answer or a recent failure forbids it.
  void ask(const action& question, const std::chrono::steady_clock::time_point* answered,
           std::chrono::milliseconds every);

  /// Asks, and returns what is known by now unless it is older than `not_before`.
  template <class T>
  const T* newest(const learned<T>* known, const action& question, std::chrono::milliseconds every,
                  std::chrono::steady_clock::time_point not_before = {});
};

} // namespace flink
