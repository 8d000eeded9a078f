#include "local/agent/simulated/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>

namespace local::agent {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view default_version = "1.20.5";
constexpr uint16_t default_rest_port = 8081;

std::string lower(std::string_view x) {
  std::string out{x};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Returns the value of the first of these keys that is set; empty if none is.
std::string value_of(const flink_config& x, std::initializer_list<const char*> keys) {
  for (auto* key : keys)
    if (auto i = x.find(key); i != x.end())
      return i->second;
  return {};
}

struct unit {
  std::string_view name;
  milliseconds length;
};

constexpr std::array units{
    unit{"", 1ms},     unit{"ms", 1ms},      unit{"milli", 1ms},    unit{"millis", 1ms}, unit{"s", 1s},
    unit{"sec", 1s},   unit{"secs", 1s},     unit{"second", 1s},    unit{"seconds", 1s}, unit{"m", 1min},
    unit{"min", 1min}, unit{"minute", 1min}, unit{"minutes", 1min}, unit{"h", 1h},       unit{"hour", 1h},
    unit{"hours", 1h}, unit{"d", 24h},       unit{"day", 24h},      unit{"days", 24h},
};

void set(milliseconds& out, const std::string& text) {
  out = read_duration(text).value_or(out);
}

void set(std::string& out, const std::string& text) {
  if (!text.empty())
    out = text;
}

int32_t number_or(const std::string& text, int32_t otherwise) {
  int32_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out > 0 ? out : otherwise;
}

/// The restart strategy. Without checkpoints Flink does not restart by default.
std::optional<milliseconds> restart_delay(const flink_config& x, bool checkpoints) {
  auto strategy = lower(value_of(x, {"restart-strategy.type", "restart-strategy"}));
  if (strategy == "none" || strategy == "off" || strategy == "disable" || (strategy.empty() && !checkpoints))
    return std::nullopt;
  milliseconds out = 1s;
  if (strategy.starts_with("fixed"))
    set(out, value_of(x, {"restart-strategy.fixed-delay.delay"}));
  if (strategy.starts_with("failure"))
    set(out, value_of(x, {"restart-strategy.failure-rate.delay"}));
  if (strategy.starts_with("exponential"))
    set(out, value_of(x, {"restart-strategy.exponential-delay.initial-backoff"}));
  return out;
}

void set_checkpoints(simulated::cluster_options& out, const flink_config& x) {
  out.checkpoint_interval = 0ms;
  set(out.checkpoint_interval, value_of(x, {"execution.checkpointing.interval"}));
  out.retained = number_or(value_of(x, {"execution.checkpointing.num-retained", "state.checkpoints.num-retained"}),
                           out.retained);
  out.retain_on_cancellation
      = lower(value_of(x, {"execution.checkpointing.externalized-checkpoint-retention"})) == "retain_on_cancellation";
  set(out.checkpoint_directory, value_of(x, {"execution.checkpointing.dir", "state.checkpoints.dir"}));
  set(out.savepoint_directory, value_of(x, {"execution.checkpointing.savepoint-dir", "state.savepoints.dir"}));
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

} // namespace

std::optional<milliseconds> read_duration(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0)
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  auto found = std::ranges::find(units, lower(text), [](auto& x) { return std::string{x.name}; });
  if (found == units.end() || number > std::numeric_limits<int64_t>::max() / found->length.count())
    return std::nullopt;
  return number * found->length;
}

simulated::cluster_options cluster_options_of(const flink_config& config, const image_content& image,
                                              const simulation_options& options) {
  simulated::cluster_options out{.version = flink_version(image.flink)};
  if (out.version.empty())
    out.version = default_version;
  out.job_manager_start = options.start.value_or(out.job_manager_start);
  out.task_manager_start = options.start.value_or(out.task_manager_start);
  set(out.refresh_interval, value_of(config, {"web.refresh-interval"}));
  set(out.trigger_life, value_of(config, {"rest.async.store-duration"}));
  // Seconds without a unit, unlike all others.
  out.job_life = std::chrono::seconds{
      number_or(value_of(config, {"jobstore.expiration-time"}), static_cast<int32_t>(out.job_life / 1s))};
  set_checkpoints(out, config);
  out.restart_delay = restart_delay(config, out.checkpoint_interval > 0ms);
  out.adaptive = lower(value_of(config, {"jobmanager.scheduler"})) == "adaptive"
              && lower(value_of(config, {"scheduler-mode"})) != "reactive";
  set(out.cooldown, value_of(config, {"jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling",
                                      "jobmanager.adaptive-scheduler.scaling-interval.min"}));
  set(out.stabilization, value_of(config, {"jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout",
                                           "jobmanager.adaptive-scheduler.resource-stabilization-timeout"}));
  out.high_availability = availability_id(config).has_value();
  out.any_jar = image.jars.empty();
  for (auto& jar : image.jars)
    out.jars[file_name(jar)] = {.main_class = "Main", .classes = {}, .any_class = true};
  return out;
}

int32_t slots_of(const flink_config& config) {
  return number_or(value_of(config, {"taskmanager.numberOfTaskSlots"}), 1);
}

std::optional<std::string> availability_id(const flink_config& config) {
  auto kind = lower(value_of(config, {"high-availability.type", "high-availability"}));
  if (kind.empty() || kind == "none")
    return std::nullopt;
  return value_of(config, {"kubernetes.cluster-id", "high-availability.cluster-id"});
}

uint16_t rest_port(const flink_config& config) {
  return static_cast<uint16_t>(number_or(value_of(config, {"rest.port"}), default_rest_port));
}

} // namespace local::agent
