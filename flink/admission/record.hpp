// One version of a FlinkApplication, decoded once and shared by all readers.
#pragma once

#include "flink/resource/application.hpp"
#include "k8s/reflector.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace flink {

struct application_record {
  application app;
  /// Errors of the decoder and of flink::validate about the spec.
  std::vector<json::field_error> errors;
  /// flink::spec_hash() of `app`.
  spec_digest spec_hash;
};

/// Returns an earlier record of the same application; null if there is none.
using earlier_reading = std::function<const application_record*(const k8s::object_key&)>;

/// Decodes, validates and hashes; never throws. Most versions of an application differ in their status only. Then the
/// result of an earlier record without errors is used again.
application_record read_record(std::string_view text, const earlier_reading& earlier = nullptr);

/// For the reflector.
inline k8s::object_identity identity_of(const application_record& x) {
  return {k8s::key_of(x.app.metadata), x.app.metadata.uid, x.app.metadata.resource_version};
}

} // namespace flink
