#include "flink/lifecycle/pass/pass.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/labels.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

decision pass::finish() {
  auto& meta = in.app.metadata;
  // Nothing to say yet: the first write is the first intent.
  bool silent = phase_of(next) == phase::New || (next == was && left_by_go_operator(was));
  if (silent && !waiting_.trouble)
    return {was, std::move(actions_), requeue_after_, std::move(waiting_), {}};
  if (next != was)
    refresh_health(*this);
  next.observed_generation = meta.generation;
  mirror_versions(next);
  set_conditions(next, in, waiting_);
  if (next != was) {
    next.last_updated_at = now_text();
    if (why_.empty())
      why_ = waiting_.trouble || note_.empty() ? waiting_.message : note_;
    if (why_.empty())
      why_ = "the picture changed";
  }
  return {std::move(next), std::move(actions_), requeue_after_, std::move(waiting_), std::move(why_)};
}

std::string complaints_in_words(const pass& p) {
  constexpr std::size_t shown = 5;
  auto& all = p.in.complaints;
  std::string words;
  for (std::size_t i = 0; i < std::min(all.size(), shown); ++i)
    words += (i ? "; " : "") + json::to_string(all[i]);
  if (all.size() > shown)
    words += "; and " + std::to_string(all.size() - shown) + " more";
  return words;
}

std::string serving_job(const status& x) {
  return x.job_status && x.job_status->job_id ? *x.job_status->job_id : std::string{};
}

std::string second_job(const status& x) {
  bool two = x.updating_cluster && x.version_statuses.size() > 1 && x.version_statuses[1].job_status;
  return two ? x.version_statuses[1].job_status->job_id.value_or("") : std::string{};
}

namespace {

/// Whether a cluster's job was given to this life of its JobManager.
bool was_given_to(const status& x, const cluster_view& c) {
  auto given = [&](auto& y) { return y && y->id == c.id && y->job_manager == incarnation_of(*c.leader); };
  return given(x.cluster) || given(x.updating_cluster);
}

/// A person has looked, and says that nothing of this cluster runs.
bool confirmed_gone(const pass& p, const cluster_view& c) {
  auto& all = p.in.app.metadata.annotations;
  auto i = all.find(std::string{confirm_gone_annotation});
  return i != all.end() && i->second == c.id;
}

/// Besides the JobManager that answers another pod may still run: on its way out, or on a node that is cut off.
bool other_job_manager(const cluster_view& c) {
  return std::any_of(c.job_manager_pods.begin(), c.job_manager_pods.end(),
                     [&](auto* x) { return x != c.leader && x->phase != "Succeeded" && x->phase != "Failed"; });
}

} // namespace

std::optional<bool> job_ended(pass& p, const cluster_view& c, const std::string& job_id,
                              std::chrono::steady_clock::time_point not_before) {
  if (job_id.empty() || c.gone() || confirmed_gone(p, c))
    return true;
  auto* known = p.ask(c, ask_job{c.id, job_id}, p.poll_interval(), not_before);
  if (!known)
    return std::nullopt;
  if (*known)
    return rest::is_terminal((*known)->state);
  // 404: this JobManager does not know the job. In the life that it was given to, it is over. Without HA, what ran in
  // another life died with that. With HA the job may be on its way back, for a while.
  if (was_given_to(p.was, c))
    return true;
  if (other_job_manager(c))
    return std::nullopt;
  if (!p.high_availability() || p.in.now.steady >= c.told->since + defaults::high_availability_recovery)
    return true;
  return std::nullopt;
}

} // namespace flink
