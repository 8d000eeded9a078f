#include "flink/lifecycle/pass/pass.hpp"

#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/conditions.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/migration/go_operator.hpp"

namespace flink {

decision pass::finish() {
  auto& meta = in.app.metadata;
  // The first write to a new status is the first intent.
  bool silent = phase_of(next) == phase::New || (next == was && left_by_go_operator(was));
  if (silent && !waiting_.blocked)
    return {was, std::move(actions_), requeue_after_, std::move(waiting_), {}};
  if (next != was)
    refresh_health(*this);
  next.observed_generation = meta.generation;
  mirror_versions(next);
  set_conditions(next, in, waiting_);
  if (next != was) {
    next.last_updated_at = now();
    if (why_.empty())
      why_ = waiting_.blocked || note_.empty() ? waiting_.message : note_;
    if (why_.empty())
      why_ = "the observed objects changed";
  }
  return {std::move(next), std::move(actions_), requeue_after_, std::move(waiting_), std::move(why_)};
}

} // namespace flink
