#include "flink/lifecycle/pass/pass_inputs.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/effective_config.hpp"
#include "flink/resource/labels.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

pass_inputs::pass_inputs(const situation& what) : in{what}, was{what.app.status}, next{what.app.status} {}

bool pass_inputs::passed(const std::optional<k8s::timestamp>& since, std::chrono::seconds limit) const {
  return since && in.now.wall - since->at() >= limit;
}

milliseconds pass_inputs::age_of(std::chrono::steady_clock::time_point then) const {
  return std::chrono::duration_cast<milliseconds>(in.now.steady - then);
}

milliseconds pass_inputs::poll_interval() const {
  auto& end = was.deletion ? was.deletion : was.suspension;
  return poll_interval(end ? std::optional{end->started_at} : was.target ? was.target->step_started_at : std::nullopt);
}

milliseconds pass_inputs::poll_interval(const std::optional<k8s::timestamp>& since) const {
  if (!since)
    return defaults::poll_first;
  // An eighth of the age: what has taken long may take long, and a late poll costs little of it.
  auto age = std::chrono::duration_cast<milliseconds>(in.now.wall - since->at());
  return std::clamp(age / 8, defaults::poll_first, defaults::poll_longest);
}

std::chrono::seconds pass_inputs::timeout(std::optional<int32_t> timeouts::* limit,
                                          std::chrono::seconds otherwise) const {
  auto& own = in.app.spec.timeouts;
  return own && (*own).*limit ? std::chrono::seconds{*((*own).*limit)} : otherwise;
}

bool pass_inputs::has_finalizer() const {
  auto& all = in.app.metadata.finalizers;
  return std::find(all.begin(), all.end(), finalizer_name) != all.end();
}

bool pass_inputs::high_availability() const {
  return has_high_availability(in.app.spec);
}

k8s::timestamp pass_inputs::now() const {
  return k8s::timestamp{in.now.wall};
}

} // namespace flink
