#include "flink/migration/go_operator.hpp"

#include "flink/admission/decode.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/program_args.hpp"
#include "k8s/json/writer.hpp"

#include <algorithm>
#include <charconv>

namespace flink {

namespace {

constexpr std::size_t id_digits = 8;
/// Kubernetes cuts the name of a ReplicaSet to this before it adds a pod's own letters.
constexpr std::size_t generated_name_base = 58;

std::string label(const k8s::object_head& x, std::string_view key) {
  auto i = x.labels.find(std::string{key});
  return i == x.labels.end() ? std::string{} : i->second;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// Removes `prefix`; returns whether it was there.
bool cut(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Removes a line that begins with `prefix`; returns the rest of the line.
std::optional<std::string> line_after(std::string_view& text, std::string_view prefix) {
  if (!cut(text, prefix))
    return std::nullopt;
  auto end = text.find('\n');
  if (end == text.npos)
    return std::nullopt;
  std::string line{text.substr(0, end)};
  text.remove_prefix(end + 1);
  return line;
}

} // namespace

bool left_by_go_operator(const status& x) {
  bool ours = x.cluster || x.target || x.failed || x.deletion || x.suspension || !x.history.empty();
  bool theirs = phase_of(x) != phase::New || x.deploy_hash;
  return theirs && !ours && phase_of(x) != phase::Suspended && phase_of(x) != phase::Failed;
}

bool without_uid_label(const k8s::object_head& x) {
  return !x.labels.contains(std::string{labels::application_uid});
}

cluster_id go_cluster_id(const k8s::object_head& x) {
  std::string_view rest = x.key.name;
  if (!cut(rest, label(x, labels::application) + "-") || rest.size() < id_digits)
    return {};
  auto id = rest.substr(0, id_digits);
  bool whole = rest.size() == id_digits || rest[id_digits] == '-';
  return whole && std::ranges::all_of(id, is_hex) ? cluster_id{id} : cluster_id{};
}

bool is_go_pod(const k8s::object_head& x, const cluster_id& cluster) {
  if (!without_uid_label(x) || label(x, labels::pod_selector).empty() || cluster.empty())
    return false;
  auto prefix = cluster_name(label(x, labels::application), cluster) + "-";
  return x.key.name.starts_with(prefix.substr(0, generated_name_base));
}

std::string take_over_patch(const application& app, const k8s::object_head& x, bool keep_owner) {
  json::list_text operations;
  auto add = [&](std::string_view op, std::string_view path, std::string_view value) {
    json::object_text text;
    text.add_string("op", op).add_string("path", path);
    operations.add((value.empty() ? text : text.add_string("value", value)).text());
  };
  add("test", "/metadata/uid", x.uid);
  auto owner = std::ranges::find(x.owner_uids, app.metadata.uid);
  if (!keep_owner && owner != x.owner_uids.end()) {
    auto path = "/metadata/ownerReferences/" + std::to_string(owner - x.owner_uids.begin());
    add("test", path + "/uid", app.metadata.uid);
    add("remove", path, "");
  }
  add("add", "/metadata/labels/flink.k8s.io~1application-uid", app.metadata.uid);
  return operations.text();
}

std::optional<job_parameters> job_properties_of(std::string_view deployment) {
  auto text = json::cursor{deployment}.string_at({"metadata", "annotations", "flink-job-properties"});
  std::string_view rest = text;
  auto jar = line_after(rest, "jarName: ");
  auto parallelism = line_after(rest, "parallelism: ");
  auto entry = line_after(rest, "entryClass:");
  if (!jar || !parallelism || !entry || !cut(rest, "programArgs:\"") || !rest.ends_with('"'))
    return std::nullopt;
  job_parameters out{.jar_name = *jar};
  auto end = parallelism->data() + parallelism->size();
  if (std::from_chars(parallelism->data(), end, out.parallelism).ptr != end)
    return std::nullopt;
  if (!entry->empty())
    out.entry_class = *entry;
  if (rest.size() > 1)
    out.program_args = std::string{rest.substr(0, rest.size() - 1)};
  out.program_args_list = split_program_args(out.program_args.value_or(""));
  return out;
}

} // namespace flink
