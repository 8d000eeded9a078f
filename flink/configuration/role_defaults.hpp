// What a role's container gets where the spec says nothing.
//
// Least memory of a container that Flink's own start script accepts (bash-java-utils.jar of 1.20.5 and 2.2.1 alike,
// asked with the sizes that we render; everything beside memory at its default):
//
//     JobManager    721Mi (process size  590643k), which leaves a heap of less than 1 MiB; 1Gi leaves one of 243 MiB
//     TaskManager  1227Mi (process size 1005158k), which leaves no heap to tasks; 1536Mi leaves them 134 MiB
#pragma once

#include "flink/resource/names.hpp"

#include <string>

namespace flink {

/// Returns the `resources` of a role's container as JSON: requests and limits are the same.
std::string default_resources(cluster_role x);

/// Returns what was the default in release 0.1.0 and is the Go operator's. The spec hash and the comparison with a
/// cluster of the Go operator still take a spec without resources for one that says this.
std::string former_default_resources(cluster_role x);

} // namespace flink
