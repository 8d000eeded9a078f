// Taking over a BlueGreen application of the Go operator that has deployed something. The job of the older version
// keeps running in every phase until tearDownVersionHash or a deletion ends it. The newer version is taken over beside
// it if its job runs; in every other phase it is unfinished.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

void migrate_blue_green(pass& p);

} // namespace flink
