#include "flink/unsupported.hpp"

namespace flink {

std::vector<json::complaint> unsupported(const spec& x) {
  std::vector<json::complaint> all;
  auto refuse = [&](const char* field, const char* problem) { all.push_back({field, problem}); };
  if (x.deployment_mode == deployment_mode::BlueGreen)
    refuse("spec.deploymentMode", "BlueGreen is not carried out by this version of the operator: use Dual");
  if (x.deployment_mode == deployment_mode::Single)
    refuse("spec.deploymentMode", "Single is not carried out by this version of the operator: use Dual");
  if (x.suspend.value_or(false))
    refuse("spec.suspend",
           "true is not carried out by this version of the operator: remove it, or delete the application "
           "with deleteMode Savepoint and create it again with savepointPath");
  if (x.savepoint_nonce)
    refuse("spec.savepointNonce", "is not carried out by this version of the operator: remove it");
  if (x.savepoint_schedule)
    refuse("spec.savepointSchedule", "is not carried out by this version of the operator: remove it");
  if (x.restore_from)
    refuse("spec.restoreFrom", "is not carried out by this version of the operator: remove it; savepointPath names the "
                               "state of a first deploy");
  return all;
}

} // namespace flink
