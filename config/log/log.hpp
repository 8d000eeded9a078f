// One line per event: a stable id, the application it is about, a sentence, and fields. As text for
// people or as JSON for machines. Safe from any thread.
#pragma once

#include "config/log_format.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace config::log {

/// Name and value of something worth filtering by.
using field = std::pair<std::string_view, std::string>;

/// Chooses what is written, and how; to standard error.
void setup(level least, format how);

/// Writes one line. `id` is lower-case words with hyphens, e.g. "phase-entered"; `subject` is
/// "namespace/name", or empty.
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

/// Returns the line as it would be written after time and level; for tests.
std::string render(format how, level at, std::string_view id, std::string_view subject, std::string_view text,
                   std::initializer_list<field> fields);

} // namespace config::log
