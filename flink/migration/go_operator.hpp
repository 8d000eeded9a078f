// What the Go operator (the reference) leaves behind, recognised and compared with the spec. Its objects carry the
// application's name and an ownerReference, and no label with its uid; its status knows no `cluster` and no `target`.
// Says what is there; what becomes of it is decided in decide_adopt.cpp.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "k8s/objects.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// Reason of a condition and beginning of `status.reason`: nobody could tell whether the spec is what runs.
constexpr std::string_view unverified = "AdoptedUnverified";

/// Returns whether a status was written by the Go operator, and nothing of it was taken over yet.
bool left_by_go_operator(const status& x);

/// Returns whether an object carries no uid label: it was made by the Go operator, or by nobody we know.
bool without_uid_label(const k8s::object_head& x);

/// Returns the cluster that a Deployment or versioned Service of the Go operator belongs to, by its name; empty if the
/// name is not of its shape. The label tells another id once a cluster was rescaled in place.
std::string go_cluster_id(const k8s::object_head& x);

/// Returns whether a pod without uid label is one of a cluster with this id, by its name.
bool is_go_pod(const k8s::object_head& x, std::string_view cluster_id);

/// JSON patch that makes an object of the Go operator ours: it gets our uid label and, unless it keeps it, loses the
/// application as its owner.
std::string take_over_patch(const application& app, const k8s::object_head& x, bool keep_owner);

/// How live Deployments and a spec compare.
enum class likeness {
  equal,
  /// The spec asks for something that does not run.
  different,
  /// Nothing proves a difference, and something could not be told.
  undecidable,
};

struct comparison {
  likeness how = likeness::equal;
  /// What differs, or could not be told.
  std::string why;
};

/// Compares the Deployments of a cluster of the Go operator, as JSON texts, with the spec. Only what its operator is
/// known to have rendered from the spec proves a difference: a wrong one would redeploy a fleet. `rescaled_to` is the
/// parallelism of a job whose cluster was rescaled in place, which the annotations do not tell.
comparison compare_with_spec(const spec& wanted, std::string_view job_manager, std::string_view task_manager,
                             std::optional<int32_t> rescaled_to = std::nullopt);

/// Returns what the job of a cluster was submitted with, from its Deployment's `flink-job-properties`.
std::optional<job_parameters> job_properties_of(std::string_view deployment);

} // namespace flink
