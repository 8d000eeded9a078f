// Keys by which objects are recognised. The first five are the reference's, so that its clusters are
// recognised too.
#pragma once

#include <initializer_list>
#include <string_view>

namespace flink {

/// On every FlinkApplication that we are responsible for.
constexpr std::string_view finalizer_name = "job.finalizers.flink.k8s.io";
/// "true": observe and report, touch nothing.
constexpr std::string_view paused_annotation = "flink.k8s.io/paused";

/// Id of a cluster of which a person says that nothing runs any more, where Kubernetes cannot tell (a node cut off).
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
/// uid of the FlinkApplication: whose object it is.
constexpr std::string_view application_uid = "flink.k8s.io/application-uid";
/// Which try of a deploy made the object: told from what an earlier try left behind.
constexpr std::string_view attempt = "flink.k8s.io/attempt";
/// On an Ingress: short hash of what was asked of it.
constexpr std::string_view ingress_hash = "flink.k8s.io/ingress-hash";
/// "true": left behind on purpose by `--cascade=orphan`.
constexpr std::string_view orphaned = "flink.k8s.io/orphaned";

/// Returns whether a label ties objects to their application, so that no user may set it.
constexpr bool reserved(std::string_view key) {
  for (auto ours : {application, cluster_id, deployment_type, version, pod_selector})
    if (key == ours)
      return true;
  return key.starts_with("flink.k8s.io/");
}

} // namespace labels

} // namespace flink
