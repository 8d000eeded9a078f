// Recognises the objects and the status of the Go operator, and compares its clusters with the spec. Its objects have
// the application's name and an ownerReference, but no label with its uid; its status has no `cluster` and no `target`.
// flink/lifecycle/steps/take_over.cpp decides what to do with them.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "k8s/objects.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// Reason of a condition and beginning of `status.reason`: the operator could not find out whether the cluster runs the
/// spec.
constexpr std::string_view unverified = "AdoptedUnverified";

/// Returns whether the Go operator wrote this status, and we have not taken over any of it yet.
bool left_by_go_operator(const status& x);

/// Returns whether an object has no uid label: then the Go operator made it, or a stranger.
bool without_uid_label(const k8s::object_head& x);

/// Returns the cluster that a Deployment or versioned Service of the Go operator belongs to, by its name; empty if the
/// name has another shape. The label does not help: it contains another id after the cluster was rescaled in place.
cluster_id go_cluster_id(const k8s::object_head& x);

/// Returns whether a pod without uid label belongs to this cluster, by its name.
bool is_go_pod(const k8s::object_head& x, const cluster_id& cluster);

/// Returns the JSON patch that makes an object of the Go operator ours. It adds our uid label and, unless `keep_owner`,
/// removes the application as its owner.
std::string take_over_patch(const application& app, const k8s::object_head& x, bool keep_owner);

/// The result of comparing live Deployments with a spec.
enum class likeness {
  equal,
  /// The spec asks for something that the cluster does not run.
  different,
  /// Nothing proves a difference, but something could not be compared.
  undecidable,
};

struct comparison {
  likeness how = likeness::equal;
  /// What differs or could not be compared.
  std::string why;
};

/// Compares the Deployments of a cluster of the Go operator, as JSON texts, with the spec. Only what the
/// Go operator certainly rendered from the spec proves a difference, because a false difference would redeploy every
/// application. `rescaled_to` is the parallelism of a job whose cluster was rescaled in place; the annotations lack it.
comparison compare_with_spec(const spec& wanted, std::string_view job_manager, std::string_view task_manager,
                             std::optional<int32_t> rescaled_to = std::nullopt);

/// Reads the parameters of a cluster's job from its Deployment's annotation `flink-job-properties`.
std::optional<job_parameters> job_properties_of(std::string_view deployment);

} // namespace flink
