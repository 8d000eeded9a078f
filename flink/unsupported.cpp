#include "flink/unsupported.hpp"

namespace flink {

std::vector<json::complaint> unsupported(const spec& x) {
  std::vector<json::complaint> all;
  auto refuse = [&](const char* field, const char* problem) { all.push_back({field, problem}); };
  if (x.deployment_mode == deployment_mode::BlueGreen)
    refuse("spec.deploymentMode", "BlueGreen is not carried out by this version of the operator: use Dual");
  if (x.deployment_mode == deployment_mode::Single)
    refuse("spec.deploymentMode", "Single is not carried out by this version of the operator: use Dual");
  return all;
}

} // namespace flink
