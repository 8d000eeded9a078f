// The Kubernetes objects of a Flink cluster as JSON text, ready to be posted. A pure function of the application, the
// cluster's identity and the operator's settings: the same input gives the same text.
// Objects are created and never updated, except the Service that follows the live version.
//
// Deployments and the versioned Service have no owner, so that the garbage collector cannot remove a JobManager before
// its savepoint is complete. They have the application's uid as a label instead.
#pragma once

#include "flink/configuration/memory.hpp"
#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "flink/resource/operator_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace flink {

/// Identity of a new cluster; chosen and stored before anything is created.
struct cluster_plan {
  /// Part of every name.
  cluster_id id;
  /// The attempt of the deploy that creates the cluster.
  int32_t attempt = 1;
  /// BlueGreen: which of the two versions this is.
  std::optional<flink::colour> colour;
};

/// The Deployment of the JobManager.
std::string render_job_manager(const application& app, const cluster_plan& plan, const render_options& options);
/// The Deployment of the TaskManagers, as many as the parallelism needs.
std::string render_task_manager(const application& app, const cluster_plan& plan, const render_options& options);

/// The Service of this cluster. It has an address before any pod is ready, because TaskManagers remember for 10 s that
/// a name does not exist.
std::string render_versioned_service(const application& app, const cluster_plan& plan);

/// The Service that people and Ingresses use: ready JobManagers of the live version only.
std::string render_generic_service(const application& app, const cluster_plan& plan);

/// Returns an empty text if neither the spec nor the operator's settings name a host.
std::string render_ingress(const application& app, const cluster_plan& plan, const render_options& options);

/// Returns whether the application wants an Ingress.
bool wants_ingress(const application& app, const render_options& options);

/// Returns the host of the Ingress; empty if there is none.
std::string ingress_host(const application& app, const cluster_plan& plan, const render_options& options);

/// Returns a short hash of the wanted Ingress, which becomes its label; empty if none is wanted.
std::string ingress_hash(const application& app, const cluster_plan& plan, const render_options& options);

/// Merge patch that makes an Ingress of ours what is asked now. Annotations that are not asked for any more, and a
/// class, stay: others may have set them.
std::string ingress_patch(const application& app, const cluster_plan& plan, const render_options& options);

/// Returns one pod as a Deployment would make it, for server-side dry runs. The API server accepts a Deployment even if
/// it refuses the pods for their PriorityClass, ServiceAccount or security settings.
std::string render_probe_pod(const application& app, const cluster_plan& plan, const render_options& options,
                             cluster_role role);

/// Returns the merge patch that points the generic Service at a cluster. `pod_selector` is the one of the cluster's
/// JobManager Deployment if another operator made it; empty: ours.
std::string service_switch_patch(const application& app, const cluster_id& id, std::string_view pod_selector = "");

} // namespace flink
