// Decodes and encodes FlinkApplications. The templates of the JSON reader and writer are large, so they are
// instantiated for these structs here only. Lenient: a broken part becomes an error with its path, and the rest is
// decoded. An application with a broken spec still has a name, a status and a finalizer that the operator must handle.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// Decodes one FlinkApplication; never throws. Appends an error for each part that could not be decoded, and for each
/// invalid value of the status, which it removes.
application decode_application(std::string_view text, std::vector<json::field_error>& errors);

/// Decodes a status alone, e.g. one from a test or a log.
status decode_status(std::string_view text, std::vector<json::field_error>& errors);

/// Returns the member `status` of the resource. Equal statuses have equal texts.
std::string encode_status(const status& x);

/// Returns the member `spec` of the resource.
std::string encode_spec(const spec& x);

/// Returns the phase of a status. One without a phase is New.
phase phase_of(const status& x);

/// Returns the name of a phase; empty for New.
std::string phase_text(phase x);

} // namespace flink
