// How much is logged, and how it looks.
#pragma once

namespace config::log {

/// `off` is for setup(): nothing is written.
enum class level { debug, info, warning, error, off };
enum class format { text, json };

} // namespace config::log
