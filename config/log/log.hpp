// Writes one log line per event to standard error: a stable id, the application, a sentence and fields.
// As text or as JSON, from any thread. Does not rotate or buffer.
#pragma once

#include "config/log_format.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace config::log {

/// Name and value to filter log lines by.
using field = std::pair<std::string_view, std::string>;

/// Sets the lowest level that is written and the format of lines.
void setup(level least, format how);

/// Writes one line. `id` is stable and consists of lower-case words with hyphens, e.g. "phase-entered". `subject` is
/// the application as "namespace/name", or empty.
void write(level at, std::string_view id, std::string_view subject, std::string_view text,
           std::initializer_list<field> fields = {});

inline void debug(std::string_view id, std::string_view subject, std::string_view text,
                  std::initializer_list<field> fields = {}) {
  write(level::debug, id, subject, text, fields);
}

inline void info(std::string_view id, std::string_view subject, std::string_view text,
                 std::initializer_list<field> fields = {}) {
  write(level::info, id, subject, text, fields);
}

inline void warn(std::string_view id, std::string_view subject, std::string_view text,
                 std::initializer_list<field> fields = {}) {
  write(level::warning, id, subject, text, fields);
}

inline void error(std::string_view id, std::string_view subject, std::string_view text,
                  std::initializer_list<field> fields = {}) {
  write(level::error, id, subject, text, fields);
}

/// Returns the line without time and level; for tests.
std::string render(format how, level at, std::string_view id, std::string_view subject, std::string_view text,
                   std::initializer_list<field> fields);

} // namespace config::log
