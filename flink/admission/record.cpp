#include "flink/admission/record.hpp"

#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "flink/admission/validate.hpp"

namespace flink {

namespace {

/// Returns whether everything that is validated or hashed is equal.
bool asks_the_same(const application& x, const application& y) {
  auto& a = x.metadata;
  auto& b = y.metadata;
  return a.name == b.name && a.labels == b.labels && a.annotations == b.annotations && x.spec == y.spec;
}

} // namespace

application_record read_record(std::string_view text, const earlier_reading& earlier) {
  application_record x;
  std::vector<json::field_error> found;
  x.app = decode_application(text, found);
  auto* before = earlier && found.empty() ? earlier(k8s::key_of(x.app.metadata)) : nullptr;
  if (before != nullptr && before->errors.empty() && asks_the_same(x.app, before->app)) {
    x.spec_hash = before->spec_hash;
    return x;
  }
  // An invalid status does not prevent a deploy: the next write repairs it.
  x.errors = deploy_errors(x.app, found);
  x.spec_hash = spec_hash(x.app);
  return x;
}

} // namespace flink
