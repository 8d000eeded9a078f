// FlinkApplications between the wire and our structs. The one place where the reader and writer of
// these structs are instantiated: they are large.
// Lenient: whatever is broken is complained about with its path, and the rest is read. An application
// whose spec is nonsense still has a name, a status and a finalizer that have to be served.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// Reads one FlinkApplication; never throws. Appends an error for everything that could not be
/// read. Parts of the status that make no sense are complained about and left out.
application decode_application(std::string_view text, std::vector<json::field_error>& errors);

/// Reads a status alone, e.g. one that was written into a test or a log.
status decode_status(std::string_view text, std::vector<json::field_error>& errors);

/// Returns the status as it stands under `status` in the resource; equal statuses have equal texts.
std::string encode_status(const status& x);

/// Returns a spec as it stands under `spec` in the resource.
std::string encode_spec(const spec& x);

/// Returns the phase that a decoded status is in; absent and empty mean New, and so does a text that
/// is no phase (decoding has complained about it).
phase phase_of(const status& x);

/// Returns the phase as it is written into a status; New is the empty text.
std::string phase_text(phase x);

} // namespace flink
