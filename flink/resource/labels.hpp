// Labels and annotations that identify objects. The first five labels are the Go operator's, so that its clusters are
// found too.
#pragma once

#include <initializer_list>
#include <string_view>

namespace flink {

/// On every FlinkApplication that the operator manages.
constexpr std::string_view finalizer_name = "job.finalizers.flink.k8s.io";
/// "true": the operator observes and reports, but changes nothing.
constexpr std::string_view paused_annotation = "flink.k8s.io/paused";

/// Id of a cluster of which a person confirms that nothing runs any more. Needed where Kubernetes cannot know it, e.g.
/// after a node was cut off.
constexpr std::string_view confirm_gone_annotation = "flink.k8s.io/confirm-cluster-gone";

namespace labels {

/// Name of the FlinkApplication; the watches select by its presence.
constexpr std::string_view application = "flink-app";
/// Cluster id, on Deployments, versioned Services and Pods.
constexpr std::string_view cluster_id = "flink-app-hash";
/// "jobmanager" or "taskmanager".
constexpr std::string_view deployment_type = "flink-deployment-type";
/// BlueGreen colour.
constexpr std::string_view version = "flink-application-version";
/// Ties a Service to the pods of one Deployment.
constexpr std::string_view pod_selector = "pod-deployment-selector";
/// uid of the FlinkApplication that the object belongs to.
constexpr std::string_view application_uid = "flink.k8s.io/application-uid";
/// The attempt of a deploy that made the object. Distinguishes it from the remains of an earlier attempt.
constexpr std::string_view attempt = "flink.k8s.io/attempt";
/// On a pod: name of Flink's container. Sidecars may restart; only this one is the JobManager or TaskManager.
constexpr std::string_view container = "flink.k8s.io/container";
/// On an Ingress: short hash of the Ingress that was wanted.
constexpr std::string_view ingress_hash = "flink.k8s.io/ingress-hash";
/// "true": left behind on purpose by `--cascade=orphan`.
constexpr std::string_view orphaned = "flink.k8s.io/orphaned";

/// Returns whether a label connects objects with their application, so that users must not set it.
constexpr bool reserved(std::string_view key) {
  for (auto ours : {application, cluster_id, deployment_type, version, pod_selector})
    if (key == ours)
      return true;
  return key.starts_with("flink.k8s.io/");
}

} // namespace labels

} // namespace flink
