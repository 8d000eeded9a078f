#include "flink/record.hpp"

#include "flink/decode.hpp"
#include "flink/hash.hpp"
#include "flink/unsupported.hpp"
#include "flink/validate.hpp"

namespace flink {

application_record read_record(std::string_view text) {
  application_record x;
  std::vector<json::complaint> found;
  x.app = decode_application(text, found);
  // A status that was edited into nonsense is repaired by the next write; it does not forbid a deploy.
  x.complaints = objections(x.app, found);
  for (auto& complaint : unsupported(x.app.spec))
    x.complaints.push_back(std::move(complaint));
  x.spec_hash = spec_hash(x.app);
  return x;
}

} // namespace flink
