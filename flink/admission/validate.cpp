#include "flink/admission/validate.hpp"

#include "config/defaults.hpp"
#include "flink/admission/rules.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/version.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace flink {

namespace {

using namespace check;
namespace defaults = config::defaults;

// -- identity ---------------------------------------------------------------------------------------

/// The Service `<name>-<8 hex digits>` is the longest name that must be a DNS label.
constexpr std::size_t longest_name = 63 - 9;

void check_name(findings& out, const k8s::object_meta& x) {
  if (x.name.size() > longest_name)
    report(
        out, "metadata.name", x.name,
        "has " + std::to_string(x.name.size())
            + " characters, but Service names contain this name: create the application again with a name of at most "
            + std::to_string(longest_name) + " characters");
  else if (!service_name(x.name))
    report(
        out, "metadata.name", x.name,
        "must be a valid name of a Service: use lower-case letters, digits and hyphens only, beginning with a letter");
}

void check_labels(findings& out, const k8s::object_meta& x) {
  for (auto& [key, value] : x.labels) {
    // The application's own name does no harm, and some tools set this label on every object.
    bool itself = key == labels::application && value == x.name;
    if (labels::reserved(key) && !itself)
      report(out, "metadata.labels", key,
             "= " + in_quotes(value) + " is reserved for the operator's own objects: remove this label");
  }
}

void check_mode(findings& out, const application& x) {
  auto& was = x.status;
  bool deployed = was.cluster || was.deploy_hash;
  if (!deployed)
    return;
  auto mode = x.spec.deployment_mode.value_or(deployment_mode::Dual);
  bool was_blue_green = was.deployment_mode == deployment_mode::BlueGreen;
  if (was_blue_green == (mode == deployment_mode::BlueGreen))
    return;
  auto running = was_blue_green ? "BlueGreen" : "Dual or Single";
  auto text = mode == deployment_mode::BlueGreen ? "BlueGreen" : mode == deployment_mode::Dual ? "Dual" : "Single";
  report(out, "spec.deploymentMode", text,
         std::string{"cannot replace "} + running
             + " while the application is deployed: set it back, or delete the application and create it again");
}

// -- the job ----------------------------------------------------------------------------------------

void check_token(findings& out, std::string field, const std::optional<std::string>& value) {
  if (value && has_blank(*value))
    report(out, std::move(field), *value, "must not contain white space or control characters: remove them");
}

void check_args(findings& out, const spec& x) {
  auto holds_zero = [](std::string_view text) { return text.find('\0') != text.npos; };
  bool both = x.program_args && !x.program_args->empty() && x.program_args_list && !x.program_args_list->empty();
  if (both)
    report(out, "spec.programArgs", *x.program_args,
           "conflicts with programArgsList: put all arguments into one of them and remove the other");
  if (x.program_args && holds_zero(*x.program_args))
    report(out, "spec.programArgs", *x.program_args, "must not contain a zero byte: remove it");
  if (!x.program_args_list)
    return;
  for (std::size_t i = 0; i < x.program_args_list->size(); ++i)
    if (auto& arg = (*x.program_args_list)[i]; holds_zero(arg))
      report(out, "spec.programArgsList[" + std::to_string(i) + "]", arg, "must not contain a zero byte: remove it");
}

/// A text and the greatest length that the CRD allows.
struct limited {
  std::string_view field;
  const std::optional<std::string>& text;
  std::size_t longest;
};

void check_lengths(findings& out, const spec& x) {
  std::optional image{x.image};
  std::optional jar{x.jar_name};
  constexpr std::size_t line = 1024;
  for (auto& [field, text, longest] :
       {limited{"image", image, line}, limited{"jarName", jar, 253}, limited{"entryClass", x.entry_class, line},
        limited{"programArgs", x.program_args, 262'144}, limited{"savepointPath", x.savepoint_path, 4096},
        limited{"restartNonce", x.restart_nonce, line}, limited{"savepointNonce", x.savepoint_nonce, line}})
    if (text && text->size() > longest)
      report(out, "spec." + std::string{field}, *text,
             "has " + std::to_string(text->size()) + " bytes: use at most " + std::to_string(longest));
}

void check_job(findings& out, const spec& x) {
  if (x.image.empty())
    out.push_back({"spec.image", "is missing: name the image that contains Flink and the job's jar"});
  check_token(out, "spec.image", x.image);
  if (x.jar_name.empty())
    out.push_back({"spec.jarName", "is missing: set the file name of the job's jar in the image"});
  else if (x.jar_name.find('/') != x.jar_name.npos || has_control(x.jar_name))
    report(out, "spec.jarName", x.jar_name,
           "must be only a file name: remove the directory and all control characters");
  if (x.flink_version && !x.flink_version->empty() && !parse_version(*x.flink_version))
    report(out, "spec.flinkVersion", *x.flink_version,
           "must be a version of Flink: write its first two numbers, like 1.20 or 2.2");
  check_token(out, "spec.entryClass", x.entry_class);
  check_args(out, x);
  check_token(out, "spec.savepointPath", x.savepoint_path);
  if (x.savepoint_info)
    check_token(out, "spec.savepointInfo.savepointLocation", x.savepoint_info->savepoint_location);
  if (!x.restore_from)
    return;
  if (x.restore_from->path.empty())
    out.push_back({"spec.restoreFrom.path", "is missing: name the savepoint to start from, or remove restoreFrom"});
  check_token(out, "spec.restoreFrom.path", x.restore_from->path);
  if (x.restore_from->nonce.empty())
    out.push_back({"spec.restoreFrom.nonce", "is missing: set any text; a new text starts a new restore"});
}

// -- numbers ----------------------------------------------------------------------------------------

constexpr int32_t a_week = 604'800;
constexpr int32_t a_day = 86'400;
constexpr int32_t a_year = 31'536'000;
/// Flink's own limit of maxParallelism.
constexpr int32_t most_parallel = 32'768;

/// A number and its bounds, the same as in the CRD.
struct bounded {
  std::string_view field;
  std::optional<int32_t> value;
  int32_t least;
  int32_t most = INT32_MAX;
};

void check_numbers(findings& out, std::initializer_list<bounded> rows) {
  for (auto& row : rows)
    if (row.value && (*row.value < row.least || *row.value > row.most))
      out.push_back(
          {"spec." + std::string{row.field}, std::to_string(*row.value) + " is out of range: use a number from "
                                                 + std::to_string(row.least) + " to " + std::to_string(row.most)});
}

void check_policies(findings& out, const spec& x) {
  if (auto& s = x.savepoint_schedule)
    check_numbers(out, {{"savepointSchedule.intervalSeconds", s->interval_seconds, 10, a_year},
                        {"savepointSchedule.keep", s->keep, 1, 100}});
  if (auto& p = x.job_failure_policy)
    check_numbers(out, {{"jobFailurePolicy.maxRestarts", p->max_restarts, 0, 10'000},
                        {"jobFailurePolicy.windowSeconds", p->window_seconds, 1, a_year},
                        {"jobFailurePolicy.backoffSeconds", p->backoff_seconds, 0, a_day}});
  if (auto& a = x.acceptance)
    check_numbers(out, {{"acceptance.afterSeconds", a->after_seconds, 1, a_week},
                        {"acceptance.maxRestarts", a->max_restarts, 0, 10'000}});
  if (auto& t = x.timeouts)
    check_numbers(out, {{"timeouts.clusterStartSeconds", t->cluster_start_seconds, 1, a_week},
                        {"timeouts.submitSeconds", t->submit_seconds, 1, a_week},
                        {"timeouts.savepointSeconds", t->savepoint_seconds, 1, a_week},
                        {"timeouts.jobStartSeconds", t->job_start_seconds, 1, a_week},
                        {"timeouts.deleteSeconds", t->delete_seconds, 1, a_week}});
}

void check_counts(findings& out, const spec& x) {
  // The decoder reads a missing number as zero.
  check_numbers(out, {{"parallelism", x.parallelism, 1, most_parallel},
                      {"maxCheckpointRestoreAgeSeconds", x.max_checkpoint_restore_age_seconds, 1}});
  if (x.job_manager_config)
    check_numbers(out, {{"jobManagerConfig.replicas", x.job_manager_config->replicas, 1, 100}});
  if (x.task_manager_config)
    check_numbers(out, {{"taskManagerConfig.taskSlots", x.task_manager_config->task_slots, 1, most_parallel}});
}

// -- ports ------------------------------------------------------------------------------------------

struct owned_port {
  std::string_view field;
  /// Name of the port on the container and the Service.
  std::string_view name;
  int32_t number;
};

std::array<owned_port, 5> owned_ports(const spec& x) {
  return {{{"rpcPort", "rpc", x.rpc_port.value_or(defaults::rpc_port)},
           {"blobPort", "blob", x.blob_port.value_or(defaults::blob_port)},
           {"queryPort", "query", x.query_port.value_or(defaults::query_port)},
           {"uiPort", "ui", x.ui_port.value_or(defaults::ui_port)},
           {"metricsQueryPort", "metrics", x.metrics_query_port.value_or(defaults::metrics_query_port)}}};
}

void check_own_ports(findings& out, const std::array<owned_port, 5>& own) {
  for (auto i = own.begin(); i != own.end(); ++i) {
    check_numbers(out, {{i->field, i->number, 1, 65'535}});
    for (auto j = own.begin(); j != i; ++j)
      if (i->number == j->number)
        out.push_back({"spec." + std::string{i->field}, std::to_string(i->number) + " is also the value of "
                                                            + std::string{j->field}
                                                            + ": use a different number for each"});
  }
}

/// IANA_SVC_NAME, as Kubernetes requires.
bool port_name(std::string_view x) {
  return dns_label(x) && x.size() <= 15 && x.find("--") == x.npos
      && x.find_first_of("abcdefghijklmnopqrstuvwxyz") != x.npos;
}

void check_further_ports(findings& out, const std::vector<named_port>& further, const std::array<owned_port, 5>& own) {
  for (auto i = further.begin(); i != further.end(); ++i) {
    auto field = "jobManagerConfig.ports[" + std::to_string(i - further.begin()) + "]";
    if (!port_name(i->name))
      report(out, "spec." + field + ".name", i->name,
             "must be a port name: use at most 15 lower-case letters, digits and hyphens, with at least one letter");
    check_numbers(out, {{field + ".port", i->port, 1, 65'535}});
    auto clash = [&](std::string_view name, int32_t number) {
      if (i->name == name)
        report(out, "spec." + field + ".name", i->name, "is already in use: choose another name");
      if (i->port == number)
        out.push_back({"spec." + field + ".port",
                       std::to_string(number) + " is already used by " + in_quotes(name) + ": choose another number"});
    };
    for (auto& x : own)
      clash(x.name, x.number);
    for (auto j = further.begin(); j != i; ++j)
      clash(j->name, j->port);
  }
}

void check_ports(findings& out, const spec& x) {
  auto own = owned_ports(x);
  check_own_ports(out, own);
  if (x.job_manager_config)
    check_further_ports(out, x.job_manager_config->ports, own);
}

// -- references to other objects ------------------------------------------------------------------

void check_object_name(findings& out, std::string field, const std::optional<std::string>& name) {
  if (name && !name->empty() && !dns_subdomain(*name))
    report(out, std::move(field), *name,
           "is not a valid name of a Kubernetes object: use lower-case letters, digits, hyphens and dots");
}

void check_ingress(findings& out, const ingress& x) {
  check_object_name(out, "spec.ingress.className", x.class_name);
  check_object_name(out, "spec.ingress.tlsSecretName", x.tls_secret_name);
  if (!x.host || x.host->empty())
    return;
  std::string_view host = *x.host;
  if (host.starts_with("*."))
    host.remove_prefix(2);
  if (!dns_subdomain(host))
    report(out, "spec.ingress.host", *x.host,
           "must be a host name, like flink.example.org, without scheme, port or path");
}

void check_references(findings& out, const spec& x) {
  for (std::size_t i = 0; i < x.image_pull_secrets.size(); ++i) {
    auto field = "spec.imagePullSecrets[" + std::to_string(i) + "].name";
    if (x.image_pull_secrets[i].name.empty())
      out.push_back({field, "is missing: name the secret"});
    check_object_name(out, field, x.image_pull_secrets[i].name);
  }
  check_object_name(out, "spec.serviceAccountName", x.service_account_name);
  if (x.ingress)
    check_ingress(out, *x.ingress);
}

} // namespace

std::vector<json::field_error> validate(const application& x) {
  findings out;
  check_name(out, x.metadata);
  check_labels(out, x.metadata);
  check_job(out, x.spec);
  check_lengths(out, x.spec);
  check_config(out, x);
  check_counts(out, x.spec);
  check_mode(out, x);
  check_ports(out, x.spec);
  check_pods(out, x.spec);
  check_policies(out, x.spec);
  check_references(out, x.spec);
  return out;
}

std::vector<json::field_error> deploy_errors(const application& x, const std::vector<json::field_error>& decoding) {
  findings out;
  for (auto& error : decoding)
    if (!error.field.starts_with("status"))
      out.push_back(error);
  auto unread = out;
  // To the rules, a field that could not be decoded looks missing. One error for it is enough.
  auto reported = [&](const std::string& field) {
    return std::ranges::any_of(unread,
                               [&](auto& y) { return y.field.empty() || (field + '.').starts_with(y.field + '.'); });
  };
  for (auto& error : validate(x))
    if (!reported(error.field))
      out.push_back(std::move(error));
  return out;
}

std::vector<json::field_error> warnings(const application& x) {
  findings out;
  warn_config(out, x.spec);
  if (auto& old = x.spec.savepoint_info; old && old->savepoint_location && !old->savepoint_location->empty())
    out.push_back({"spec.savepointInfo.savepointLocation", "this field is deprecated: use savepointPath"});
  bool blue_green = x.spec.deployment_mode == deployment_mode::BlueGreen;
  if (auto& hash = x.spec.tear_down_version_hash; hash && !hash->empty() && !blue_green)
    report(out, "spec.tearDownVersionHash", *hash, "has no effect: only BlueGreen applications run two versions");
  if (blue_green && x.spec.scale_mode.value_or(scale_mode::NewCluster) != scale_mode::NewCluster)
    report(out, "spec.scaleMode", *x.spec.scale_mode == scale_mode::InPlace ? "InPlace" : "Adaptive",
           "has no effect: a BlueGreen application scales by deploying a new version");
  return out;
}

} // namespace flink
