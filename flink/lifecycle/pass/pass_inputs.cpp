#include "flink/lifecycle/pass/pass_inputs.hpp"

#include "config/defaults.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

bool switched_on(const config_value& x) {
  auto* text = std::get_if<std::string>(&x);
  if (!text)
    return false;
  std::string lower;
  for (char c : *text)
    if (c != ' ')
      lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return !lower.empty() && lower != "none";
}

} // namespace

pass_inputs::pass_inputs(const situation& what) : in{what}, was{what.app.status}, next{what.app.status} {}

bool pass_inputs::passed(const std::optional<std::string>& since, std::chrono::seconds limit) const {
  auto start = since ? k8s::parse_time(*since) : std::nullopt;
  return start && in.now.wall - *start >= limit;
}

milliseconds pass_inputs::age_of(std::chrono::steady_clock::time_point then) const {
  return std::chrono::duration_cast<milliseconds>(in.now.steady - then);
}

milliseconds pass_inputs::poll_interval() const {
  auto& end = was.deletion ? was.deletion : was.suspension;
  return poll_interval(end ? std::optional{end->started_at} : was.target ? was.target->step_started_at : std::nullopt);
}

milliseconds pass_inputs::poll_interval(const std::optional<std::string>& since) const {
  auto started = since ? k8s::parse_time(*since) : std::nullopt;
  if (!started)
    return defaults::poll_first;
  // An eighth of the age: what has taken long may take long, and a late poll costs little of it.
  auto age = std::chrono::duration_cast<milliseconds>(in.now.wall - *started);
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
  for (auto* key : {"high-availability", "high-availability.type"})
    if (auto i = in.app.spec.flink_config.find(key); i != in.app.spec.flink_config.end() && switched_on(i->second))
      return true;
  return false;
}

std::string pass_inputs::now_text() const {
  return k8s::format_time(in.now.wall);
}

} // namespace flink
