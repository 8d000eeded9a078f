// The resources of a role's container if the spec sets none.
//
// The least memory that Flink's own start script accepts (measured with bash-java-utils.jar of 1.20.5 and 2.2.1, which
// agree; the sizes as we render them, everything else at its default):
//
//     JobManager    721Mi (process size  590643k), which leaves a heap of less than 1 MiB; 1Gi leaves one of 243 MiB
//     TaskManager  1227Mi (process size 1005158k), which leaves no heap to tasks; 1536Mi leaves them 134 MiB
#pragma once

#include "flink/resource/names.hpp"

#include <string>

namespace flink {

/// Returns the `resources` of a role's container as JSON: requests and limits are the same.
std::string default_resources(cluster_role x);

/// Returns the default of release 0.1.0 and of the Go operator. To the spec hash and to the comparison with a cluster
/// of the Go operator, a spec without resources still equals one with these.
std::string former_default_resources(cluster_role x);

} // namespace flink
