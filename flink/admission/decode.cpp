#include "flink/admission/decode.hpp"

#include "flink/admission/status_sanitizer.hpp"

namespace flink {

application decode_application(std::string_view text, std::vector<json::field_error>& errors) {
  auto result = json::parse<application>(text, errors);
  sanitize_status(result.status, errors);
  return result;
}

status decode_status(std::string_view text, std::vector<json::field_error>& errors) {
  auto result = json::parse<status>(text, errors, "status");
  sanitize_status(result, errors);
  return result;
}

std::string encode_status(const status& x) {
  return json::write(x);
}

std::string encode_spec(const spec& x) {
  return json::write(x);
}

phase phase_of(const status& x) {
  return x.phase.value_or(phase::New);
}

std::string phase_text(phase x) {
  return x == phase::New ? "" : boost::describe::enum_to_string(x, "");
}

} // namespace flink
