// Levels and formats of the log, as options name them. Writing is config/log.
#pragma once

namespace config::log {

/// Lowest level that is written. `off` is for setup() in tests: nothing is written.
enum class level { debug, info, warning, error, off };

/// Layout of a line: text for people, JSON for programs.
enum class format { text, json };

} // namespace config::log
