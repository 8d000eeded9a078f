// Cleans text from other programs before it goes into a status, an event or a log line.
#pragma once

#include <string>
#include <string_view>

namespace k8s {

/// Returns `text` as one line of valid UTF-8: without control characters, cut to `config::defaults::max_message` bytes.
std::string one_line(std::string_view text);

/// Returns the title of an HTML page, which is what proxies answer with. Other text comes back as it is.
std::string_view without_markup(std::string_view text);

/// Takes the next line off the front of `text`.
std::string_view take_line(std::string_view& text);

/// Returns `line`, or the status code where an answer has no text.
std::string line_or_status(std::string line, int status);

} // namespace k8s
