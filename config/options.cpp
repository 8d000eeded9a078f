#include "config/options.hpp"

#include "config/defaults.hpp"
#include "config/duration.hpp"

#include <CLI/CLI.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

namespace config {

namespace {

constexpr auto about
    = "Runs Apache Flink applications on Kubernetes: one Flink cluster and one job for each\n"
      "FlinkApplication resource.\n\n"
      "Every option can also be set by an environment variable (FLINK_OPERATOR_LOG_LEVEL for --log-level)\n"
      "or in the file of --config. Flags override environment variables. Environment variables override\n"
      "the file.\n";

constexpr auto examples = "Examples:\n"
                          "  # Watch one namespace from a workstation\n"
                          "  flink-operator --kubeconfig ~/.kube/config --namespace streaming --log-level debug\n\n"
                          "  # Run in a pod with its service account and log as JSON\n"
                          "  FLINK_OPERATOR_LOG_FORMAT=json flink-operator\n";

template <class T>
using choices = std::vector<std::pair<std::string, T>>;

const choices<log::level> levels{{"debug", log::level::debug},
                                 {"info", log::level::info},
                                 {"warning", log::level::warning},
                                 {"error", log::level::error}};
const choices<log::format> formats{{"text", log::format::text}, {"json", log::format::json}};

std::string environment_name(std::string flag) {
  for (auto& c : flag)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return "FLINK_OPERATOR_" + flag;
}

/// Returns the placeholder for the value of an option in --help.
std::string word_for(const std::string& flag) {
  static const std::map<std::string, std::string> words{{"config", "FILE"},
                                                        {"kubeconfig", "FILE"},
                                                        {"jobmanager-url", "URL"},
                                                        {"ingress-url-format", "FORMAT"},
                                                        {"log-level", "LEVEL"},
                                                        {"threads", "NUMBER"},
                                                        {"container-name-format", "FORMAT"},
                                                        {"leader-elect", "[=true|false]"},
                                                        {"leader-election-lease-duration", "DURATION"},
                                                        {"leader-election-renew-deadline", "DURATION"},
                                                        {"leader-election-retry-period", "DURATION"},
                                                        {"log-format", "FORMAT"}};
  auto found = words.find(flag);
  return found != words.end() ? found->second : flag.ends_with("-address") ? "ADDRESS" : "NAME";
}

std::string check_address(const std::string& text) {
  std::string problem;
  return parse_bind_address(text, problem) || text == "0" ? std::string{} : problem;
}

/// Returns true for a valid name of a namespace. Lease names may also contain dots; this refuses them.
bool is_dns_label(const std::string& text) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, good) && text.front() != '-'
      && text.back() != '-';
}

std::string check_namespace(const std::string& text) {
  if (is_dns_label(text))
    return {};
  return "'" + text + "' is not a namespace name: use up to 63 lower-case letters, digits and hyphens";
}

std::string check_lease(const std::string& text) {
  if (is_dns_label(text))
    return {};
  return "'" + text + "' is not a Lease name: use up to 63 lower-case letters, digits and hyphens";
}

std::string check_container_format(const std::string& text) {
  auto at = text.find("%s");
  if (at != std::string::npos && text.find('%', at + 1) == std::string::npos && text.find('%') == at)
    return {};
  return "'" + text + "' must contain %s exactly once, for example flink-%s; the operator replaces %s with the role";
}

std::string check_threads(const std::string& text) {
  unsigned count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size() && count >= 1 && count <= 64)
    return {};
  return "'" + text + "' must be a number from 1 to 64";
}

/// Adds an option that takes a duration. The default follows `about_it`.
void add_duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
                  const std::string& about_it) {
  app.add_option_function<std::string>(
         name, [&target](const std::string& x) { target = *parse_duration(x); },
         about_it + "(default: " + format_duration(target) + ")")
      ->check([](const std::string& x) {
        return parse_duration(x) ? std::string{} : "'" + x + "' is not a duration: use for example 15s, 1m30s or 500ms";
      });
}

/// Adds an option that takes one of a few words.
template <class T>
void add_choice(CLI::App& app, const std::string& name, T& target, const choices<T>& all, const std::string& about_it) {
  std::string words;
  for (auto& [word, value] : all)
    words += (words.empty() ? "" : ", ") + word;
  auto find = [&all](const std::string& x) { return std::ranges::find(all, x, &std::pair<std::string, T>::first); };
  auto word = std::ranges::find(all, target, &std::pair<std::string, T>::second)->first;
  app.add_option_function<std::string>(
         name, [&target, find](const std::string& x) { target = find(x)->second; },
         about_it + ": " + words + " (default: " + word + ")")
      ->check([&all, find, words](const std::string& x) {
        return find(x) == all.end() ? "'" + x + "' must be one of " + words : std::string{};
      });
}

void declare_election(CLI::App& app, leader_election& x) {
  // Not a flag of CLI11: for an invalid value those throw another kind of exception. Without a value the text is empty.
  app.add_option_function<std::string>(
         "--leader-elect", [&x](const std::string& value) { x.elect = value != "false"; },
         "Act only while holding a Lease, so that only one replica is\n"
         "active (default: true in a pod, false elsewhere)")
      ->expected(0, 1)
      ->check([](const std::string& value) {
        return value == "true" || value == "false" ? std::string{} : "'" + value + "' must be true or false";
      });
  app.add_option("--leader-election-id", x.id, "Name of the Lease (default: flink-operator)")->check(check_lease);
  app.add_option("--leader-election-namespace", x.ns, "Namespace of the Lease (default: the pod's namespace)")
      ->check(check_namespace);
  add_duration(app, "--leader-election-lease-duration", x.lease_duration,
               "A standby takes over if the Lease has not been renewed for\nthis long ");
  add_duration(app, "--leader-election-renew-deadline", x.renew_deadline,
               "The leader steps down and exits if it has not renewed the\nLease for this long ");
  add_duration(app, "--leader-election-retry-period", x.retry_period,
               "Interval between attempts to acquire or renew the Lease\n");
}

/// Returns what is wrong with the combination of valid values; empty if nothing is.
std::string check_together(const leader_election& x) {
  auto duration = format_duration(x.lease_duration), deadline = format_duration(x.renew_deadline);
  if (x.lease_duration.count() % 1000 != 0)
    return "--leader-election-lease-duration: '" + duration + "' must be a whole number of seconds";
  if (x.renew_deadline >= x.lease_duration)
    return "--leader-election-renew-deadline (" + deadline + ") must be shorter than --leader-election-lease-duration ("
         + duration + ")";
  auto longest_pause = static_cast<double>(x.retry_period.count()) * (1 + defaults::retry_jitter);
  if (longest_pause >= static_cast<double>(x.renew_deadline.count()))
    return "--leader-election-retry-period (" + format_duration(x.retry_period)
         + ") times 1.2 must be shorter than --leader-election-renew-deadline (" + deadline + ")";
  return {};
}

void declare_kubernetes(CLI::App& app, options& o) {
  app.add_option("--kubeconfig", o.kubeconfig,
                 "Kubeconfig file (default: $KUBECONFIG, then the pod's\nservice account, then ~/.kube/config)");
  app.add_option("--context", o.context, "Context of the kubeconfig (default: its current context)");
  app.add_option("--namespace", o.ns, "Namespace to watch (default: all namespaces)")->check(check_namespace);
}

void declare_flink(CLI::App& app, options& o) {
  app.add_option("--jobmanager-url", o.jobmanager_url,
                 "URL of JobManagers, with the placeholders {namespace},\n"
                 "{service}, {pod}, {podIP} and {port} (default: in a pod, the\n"
                 "address of the JobManager pod; elsewhere, the pod proxy of\n"
                 "the API server)");
  app.add_option("--ingress-url-format", o.ingress_url_format,
                 "Host of each application's Ingress, for example\n"
                 "{{$jobCluster}}.flink.example.com (default: no Ingress)");
  app.add_option("--container-name-format", o.container_name_format,
                 "Name of Flink containers; the operator replaces %s with\njobmanager or taskmanager (default: %s)")
      ->check(check_container_format);
  app.add_option("--scheduler-name", o.scheduler_name, "schedulerName of Flink pods (default: the cluster's)");
}

void declare_servers(CLI::App& app, options& o) {
  app.add_option("--metrics-bind-address", o.metrics_bind_address,
                 "Address of /metrics: HOST:PORT, :PORT, or 0 to disable\n(default: :8080)")
      ->check(check_address);
  app.add_option("--health-probe-bind-address", o.health_probe_bind_address,
                 "Address of /healthz and /readyz (default: the address of\n/metrics)")
      ->check(check_address);
  app.add_option("--introspection-bind-address", o.introspection_bind_address,
                 "Address of the pages that show what each application waits\n"
                 "for. The pages have no authentication. Keep the address on\n"
                 "loopback, and use kubectl port-forward (default:\n"
                 "127.0.0.1:8082)")
      ->check(check_address);
}

void declare_process(CLI::App& app, options& o) {
  add_choice(app, "--log-level", o.log_level, levels, "Log level");
  add_choice(app, "--log-format", o.log_format, formats, "Log format");
  app.add_option("--threads", o.threads, "Threads that run actors, 1 to 64 (default: 2)")->check(check_threads);
}

void declare(CLI::App& app, options& o) {
  app.option_defaults()->group("Kubernetes");
  declare_kubernetes(app, o);
  app.option_defaults()->group("Flink clusters");
  declare_flink(app, o);
  app.option_defaults()->group("Endpoints");
  declare_servers(app, o);
  app.option_defaults()->group("Leader election");
  declare_election(app, o.leader_election);
  app.option_defaults()->group("Logging and threads");
  declare_process(app, o);
  for (auto* option : app.get_options())
    if (auto& names = option->get_lnames(); !names.empty() && names.front() != "help" && names.front() != "version")
      option->envname(environment_name(names.front()))->option_text(word_for(names.front()));
}

/// Sets the options that neither a flag nor the environment has set.
void apply_file(CLI::App& app, const std::string& path) {
  YAML::Node root;
  try {
    root = YAML::LoadFile(path);
  } catch (const YAML::Exception& e) {
    throw CLI::ValidationError("--config", path + ": " + e.what());
  }
  if (root.IsNull())
    return;
  if (!root.IsMap())
    throw CLI::ValidationError("--config", path + ": must be a YAML map of option names to values");
  for (auto entry : root) {
    auto name = entry.first.as<std::string>();
    auto* option = app.get_option_no_throw("--" + name);
    if (!option || name == "config" || name == "help" || name == "version")
      throw CLI::ValidationError("--config", path + ": unknown option '" + name + "'");
    if (!entry.second.IsScalar())
      throw CLI::ValidationError("--config", path + ": '" + name + "' must be a single value");
    if (option->count() > 0)
      continue;
    option->add_result(entry.second.as<std::string>());
    option->run_callback();
  }
}

/// CLI11 puts two blank lines between groups of options.
std::string without_double_blank_lines(std::string text) {
  for (auto at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at))
    text.erase(at, 1);
  return text;
}

} // namespace

std::string version() {
  return OPERATOR_VERSION;
}

std::optional<bind_address> parse_bind_address(const std::string& text, std::string& problem) {
  auto colon = text.rfind(':');
  unsigned port = 0;
  auto digits = colon == std::string::npos ? std::string{} : text.substr(colon + 1);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || port > 65535) {
    problem = "'" + text + "' is not an address: use HOST:PORT, :PORT, or 0 to disable";
    return std::nullopt;
  }
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  return bind_address{host.empty() ? "0.0.0.0" : host, static_cast<uint16_t>(port)};
}

parsed_options parse_options(const std::vector<std::string>& arguments) {
  parsed_options out;
  CLI::App app{about, "flink-operator"};
  std::string file;
  app.footer(examples);
  app.get_formatter()->column_width(40);
  app.set_help_flag("-h,--help", "Show this help and exit");
  app.set_version_flag("--version", "flink-operator " + version(), "Show the version and exit");
  app.add_option("--config", file, "YAML file that sets options: one 'name: value' per line")->check(CLI::ExistingFile);
  declare(app, out.options);
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
  try {
    app.parse(reversed);
    if (!file.empty())
      apply_file(app, file);
    if (auto problem = check_together(out.options.leader_election); !problem.empty())
      throw CLI::ParseError(problem, 2);
  } catch (const CLI::CallForHelp&) {
    out.exit_code = 0;
    out.text = without_double_blank_lines(app.help());
  } catch (const CLI::CallForVersion&) {
    out.exit_code = 0;
    out.text = app.version() + "\n";
  } catch (const CLI::ParseError& e) {
    out.exit_code = 2;
    out.text = std::string{"flink-operator: "} + e.what() + " (see flink-operator --help)\n";
  }
  return out;
}

} // namespace config
