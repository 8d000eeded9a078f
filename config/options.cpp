#include "config/options.hpp"

#include <CLI/CLI.hpp>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <map>

namespace config {

namespace {

constexpr auto about
    = "Runs Apache Flink applications on Kubernetes: one FlinkApplication resource, one Flink cluster, one job.\n"
      "Each option can also be given as FLINK_OPERATOR_NAME in the environment (dashes become underscores) or as\n"
      "'name: value' in the file of --config; a flag wins over the environment, the environment over the file.";

const std::map<std::string, log::level> levels{{"debug", log::level::debug},
                                               {"info", log::level::info},
                                               {"warning", log::level::warning},
                                               {"error", log::level::error}};
const std::map<std::string, log::format> formats{{"text", log::format::text}, {"json", log::format::json}};

std::string environment_name(std::string flag) {
  for (auto& c : flag)
    c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return "FLINK_OPERATOR_" + flag;
}

std::string check_address(const std::string& text) {
  std::string problem;
  return parse_bind_address(text, problem) || text == "0" ? std::string{} : problem;
}

void declare(CLI::App& app, options& o) {
  app.add_option("--kubeconfig", o.kubeconfig,
                 "Kubeconfig file. Without it: $KUBECONFIG, then the pod's service account, then ~/.kube/config");
  app.add_option("--context", o.context, "Context of the kubeconfig instead of its current one");
  app.add_option("--namespace", o.ns, "Watch this namespace only; default: all");
  app.add_option("--metrics-bind-address", o.metrics_bind_address, "Where /metrics is served; \"0\" serves none")
      ->check(check_address)
      ->capture_default_str();
  app.add_option("--health-probe-bind-address", o.health_probe_bind_address,
                 "Where /healthz and /readyz are served; default: with the metrics")
      ->check(check_address);
  app.add_option(
         "--introspection-bind-address", o.introspection_bind_address,
         "Where what every application waits for is told; keep it on loopback and reach it by kubectl port-forward")
      ->check(check_address)
      ->capture_default_str();
  app.add_option(
      "--jobmanager-url", o.jobmanager_url,
      "How JobManagers are reached, with {namespace} {service} {pod} {podIP} {port}; default: by pod address in a "
      "cluster, through the API server's pod proxy with a kubeconfig");
  app.add_option("--ingress-url-format", o.ingress_url_format,
                 "Host of an Ingress per application, e.g. {{$jobCluster}}.flink.example.com; default: none");
  app.add_option("--container-name-format", o.container_name_format, "Names of containers, with one %s for the role");
  app.add_option("--scheduler-name", o.scheduler_name, "schedulerName of all Flink pods");
  app.add_option("--log-level", o.log_level, "debug, info, warning or error")
      ->transform(CLI::CheckedTransformer(levels))
      ->default_str("info");
  app.add_option("--log-format", o.log_format, "text or json")
      ->transform(CLI::CheckedTransformer(formats))
      ->default_str("text");
  app.add_option("--threads", o.threads, "Threads that carry actors")->check(CLI::Range(1, 64))->capture_default_str();
  for (auto* option : app.get_options())
    if (auto& names = option->get_lnames(); !names.empty() && names.front() != "help" && names.front() != "version")
      option->envname(environment_name(names.front()));
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
  app.set_version_flag("--version", std::string{"flink-operator "} + OPERATOR_VERSION);
  app.add_option("--config", file, "YAML file with 'name: value' lines for any of these options")
      ->check(CLI::ExistingFile);
  declare(app, out.options);
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
  try {
    app.parse(reversed);
    if (!file.empty())
      apply_file(app, file);
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
