// The Kubernetes objects of a Flink cluster as JSON text that can be posted as it is. A function of the
// application, the cluster's identity and the operator's settings: the same input gives the same text.
// Says what is to be created, not what is to be changed: objects are never updated but for the Service
// that follows the live version.
//
// Deployments and the versioned Service have no owner, so that no garbage collector takes a JobManager
// whose savepoint is still wanted; they carry the application's uid as a label instead.
#pragma once

#include "flink/configuration/memory.hpp"
#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "flink/resource/operator_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace flink {

/// Identity of the cluster to be made; chosen and stored before anything is created.
struct cluster_plan {
  /// Part of every name.
  std::string id;
  /// Which try of the deploy makes it.
  int32_t attempt = 1;
  /// BlueGreen: which of the two versions this is.
  flink::colour colour;
};

/// The Deployment of the JobManager.
std::string render_job_manager(const application& app, const cluster_plan& plan, const render_options& options);
/// The Deployment of the TaskManagers, as many as the parallelism needs.
std::string render_task_manager(const application& app, const cluster_plan& plan, const render_options& options);

/// The Service of this cluster: has an address before any pod is ready, because a name that is not there is
/// remembered as absent by TaskManagers for 10 s.
std::string render_versioned_service(const application& app, const cluster_plan& plan);

/// The Service that people and Ingresses use: ready JobManagers of the live version only.
std::string render_generic_service(const application& app, const cluster_plan& plan);

/// Returns an empty text if neither the spec nor the operator's settings name a host.
std::string render_ingress(const application& app, const cluster_plan& plan, const render_options& options);

/// Returns whether the application is to have an Ingress.
bool wants_ingress(const application& app, const render_options& options);

/// Returns the host of the Ingress; empty if there is none.
std::string ingress_host(const application& app, const cluster_plan& plan, const render_options& options);

/// Short hash of what is asked of the Ingress, which it carries as a label; empty if there is to be none.
std::string ingress_hash(const application& app, const cluster_plan& plan, const render_options& options);

/// Merge patch that makes an Ingress of ours what is asked now. Annotations that are not asked for any more, and a
/// class, stay: others may have set them.
std::string ingress_patch(const application& app, const cluster_plan& plan, const render_options& options);

/// One pod as a Deployment would make it, for server-side dry runs: a Deployment is accepted whose pods are
/// refused for their PriorityClass, ServiceAccount or security settings.
std::string render_probe_pod(const application& app, const cluster_plan& plan, const render_options& options,
                             cluster_role role);

/// Merge patch that points the generic Service at a cluster. `pod_selector` is that of the cluster's JobManager
/// Deployment if another operator made it; empty: ours.
std::string service_switch_patch(const application& app, std::string_view id, std::string_view pod_selector = "");

} // namespace flink
