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
    = "Runs Apache Flink applications on Kubernetes: one FlinkApplication resource, one Flink cluster, one job.\n"
      "Each option can also be given as FLINK_OPERATOR_NAME in the environment (capitals, dashes become underscores) "
      "or\n"
      "as 'name: value' in the file of --config; a flag wins over the environment, the environment over the file.";

constexpr auto examples = "Examples:\n"
                          "  flink-operator --kubeconfig ~/.kube/config --namespace streaming --log-level debug\n"
                          "  FLINK_OPERATOR_LOG_FORMAT=json flink-operator        in a pod: with its service account\n";

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

/// Returns what --help calls the value of an option.
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

/// What a namespace and a Lease can be called: of the names that Kubernetes allows, those without dots.
bool is_dns_label(const std::string& text) {
  auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 63 && std::ranges::all_of(text, good) && text.front() != '-'
      && text.back() != '-';
}

std::string check_namespace(const std::string& text) {
  if (is_dns_label(text))
    return {};
  return "'" + text + "' cannot be a namespace: expected lower-case letters, digits and hyphens";
}

std::string check_lease(const std::string& text) {
  if (is_dns_label(text))
    return {};
  return "'" + text + "' cannot be the name of a Lease: expected lower-case letters, digits and hyphens";
}

std::string check_container_format(const std::string& text) {
  auto at = text.find("%s");
  if (at != std::string::npos && text.find('%', at + 1) == std::string::npos && text.find('%') == at)
    return {};
  return "'" + text + "' names all containers alike: expected one %s, which becomes the role";
}

std::string check_threads(const std::string& text) {
  unsigned count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size() && count >= 1 && count <= 64)
    return {};
  return "'" + text + "' is no number of threads: expected 1 to 64";
}

void add_duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& target,
                  const std::string& about_it) {
  app.add_option_function<std::string>(
         name, [&target](const std::string& x) { target = *parse_duration(x); },
         about_it + "; without it " + format_duration(target))
      ->check([](const std::string& x) {
        return parse_duration(x) ? std::string{} : "'" + x + "' is no duration: expected e.g. 15s, 1m30s or 500ms";
      });
}

/// An option that takes one of a few words.
template <class T>
void add_choice(CLI::App& app, const std::string& name, T& target, const choices<T>& all, const std::string& about_it) {
  std::string words;
  for (auto& [word, value] : all)
    words += (words.empty() ? "" : ", ") + word;
  auto find = [&all](const std::string& x) { return std::ranges::find(all, x, &std::pair<std::string, T>::first); };
  app.add_option_function<std::string>(
         name, [&target, find](const std::string& x) { target = find(x)->second; }, about_it + words)
      ->check([&all, find, words](const std::string& x) {
        return find(x) == all.end() ? "'" + x + "' is none of " + words : std::string{};
      });
}

void declare_election(CLI::App& app, leader_election& x) {
  // No flag of CLI11's: those end a value that is none with an exception of another kind. Without a value it is empty.
  app.add_option_function<std::string>(
         "--leader-elect", [&x](const std::string& value) { x.elect = value != "false"; },
         "Whether of several operators only the holder of a Lease acts; without it\nyes in a pod, no elsewhere")
      ->expected(0, 1)
      ->check([](const std::string& value) {
        return value == "true" || value == "false" ? std::string{} : "'" + value + "' is neither true nor false";
      });
  app.add_option("--leader-election-id", x.id, "Name of that Lease; without it flink-operator")->check(check_lease);
  app.add_option("--leader-election-namespace", x.ns, "Its namespace; without it the pod's")->check(check_namespace);
  add_duration(app, "--leader-election-lease-duration", x.lease_duration,
               "A Lease that has not changed for so long is taken over");
  add_duration(app, "--leader-election-renew-deadline", x.renew_deadline,
               "Who has not renewed it for so long acts no more and ends");
  add_duration(app, "--leader-election-retry-period", x.retry_period, "It is renewed or looked at this often");
}

/// Returns what is wrong with values that are good one by one; empty if nothing is.
std::string check_together(const leader_election& x) {
  auto duration = format_duration(x.lease_duration), deadline = format_duration(x.renew_deadline);
  if (x.lease_duration.count() % 1000 != 0)
    return "--leader-election-lease-duration: " + duration + " is no whole number of seconds, as a Lease needs it";
  if (x.renew_deadline >= x.lease_duration)
    return "--leader-election-renew-deadline: " + deadline
         + " has to be shorter than --leader-election-lease-duration, which is " + duration;
  auto longest_pause = static_cast<double>(x.retry_period.count()) * (1 + defaults::retry_jitter);
  if (longest_pause >= static_cast<double>(x.renew_deadline.count()))
    return "--leader-election-retry-period: 1.2 times " + format_duration(x.retry_period)
         + " has to be shorter than --leader-election-renew-deadline, which is " + deadline;
  return {};
}

void declare(CLI::App& app, options& o) {
  app.add_option("--kubeconfig", o.kubeconfig,
                 "Kubeconfig file; without it $KUBECONFIG, then the pod's service account,\nthen ~/.kube/config");
  app.add_option("--context", o.context, "Context of the kubeconfig instead of its current one");
  app.add_option("--namespace", o.ns, "Watch this namespace only; without it all")->check(check_namespace);
  app.add_option("--metrics-bind-address", o.metrics_bind_address,
                 "Where /metrics is served: HOST:PORT, :PORT, or 0 for nowhere; without it :8080")
      ->check(check_address);
  app.add_option("--health-probe-bind-address", o.health_probe_bind_address,
                 "Where /healthz and /readyz are served; without it with the metrics")
      ->check(check_address);
  app.add_option("--introspection-bind-address", o.introspection_bind_address,
                 "Where pages tell what each application waits for; without it 127.0.0.1:8082.\n"
                 "Keep it on loopback and reach it by kubectl port-forward")
      ->check(check_address);
  app.add_option("--jobmanager-url", o.jobmanager_url,
                 "How JobManagers are reached, a URL with {namespace} {service} {pod} {podIP} {port};\n"
                 "without it by pod address in a cluster, by the API server's pod proxy with a kubeconfig");
  app.add_option("--ingress-url-format", o.ingress_url_format,
                 "Host of an Ingress per application, e.g. {{$jobCluster}}.flink.example.com;\nwithout it no Ingress");
  app.add_option("--container-name-format", o.container_name_format,
                 "Names of containers, with one %s for the role; without it jobmanager, taskmanager")
      ->check(check_container_format);
  app.add_option("--scheduler-name", o.scheduler_name, "schedulerName of all Flink pods; without it the cluster's");
  add_choice(app, "--log-level", o.log_level, levels,
             "Least important lines that are logged; without it info, one of ");
  add_choice(app, "--log-format", o.log_format, formats, "How log lines look; without it text, one of ");
  app.add_option("--threads", o.threads, "Threads that carry actors, 1 to 64; without it 2")->check(check_threads);
  declare_election(app, o.leader_election);
  for (auto* option : app.get_options())
    if (auto& names = option->get_lnames(); !names.empty() && names.front() != "help" && names.front() != "version")
      option->envname(environment_name(names.front()))->option_text(word_for(names.front()));
}

/// Options that neither flag nor environment gave.
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
    throw CLI::ValidationError("--config", path + ": expected 'name: value' lines");
  for (auto entry : root) {
    auto name = entry.first.as<std::string>();
    auto* option = app.get_option_no_throw("--" + name);
    if (!option || name == "config" || name == "help" || name == "version")
      throw CLI::ValidationError("--config", path + ": there is no option '" + name + "'");
    if (!entry.second.IsScalar())
      throw CLI::ValidationError("--config", path + ": '" + name + "' has to be a single value");
    if (option->count() > 0)
      continue;
    option->add_result(entry.second.as<std::string>());
    option->run_callback();
  }
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
    problem = "'" + text + "' is no address: expected HOST:PORT, :PORT, or 0 for none";
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
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", "flink-operator " + version(), "Print the version and exit");
  app.add_option("--config", file, "YAML file with 'name: value' lines for any of these options")
      ->check(CLI::ExistingFile);
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
    out.text = app.help();
  } catch (const CLI::CallForVersion&) {
    out.exit_code = 0;
    out.text = app.version() + "\n";
  } catch (const CLI::ParseError& e) {
    out.exit_code = 2;
    out.text = std::string{"flink-operator: "} + e.what() + " (see --help)\n";
  }
  return out;
}

} // namespace config
