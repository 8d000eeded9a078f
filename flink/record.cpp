#include "flink/record.hpp"

#include "flink/decode.hpp"
#include "flink/hash.hpp"
#include "flink/validate.hpp"

#include <iterator>

namespace flink {

namespace {

bool about_spec(const json::complaint& x) {
  return !x.field.starts_with("status");
}

} // namespace

application_record read_record(std::string_view text) {
  application_record x;
  std::vector<json::complaint> found;
  x.app = decode_application(text, found);
  // A status that was edited into nonsense is repaired by the next write; it does not forbid a deploy.
  std::copy_if(found.begin(), found.end(), std::back_inserter(x.complaints), about_spec);
  if (x.complaints.empty())
    x.complaints = validate(x.app);
  x.spec_hash = spec_hash(x.app);
  return x;
}

} // namespace flink
