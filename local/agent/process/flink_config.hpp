// Writes the configuration file of a Flink process: the entries that the official images make from FLINK_PROPERTIES,
// and those that a process outside of a container needs.
#pragma once

#include "local/agent/process/environment.hpp"

#include <map>
#include <string>
#include <string_view>

namespace local::agent {

/// What a process is in its Flink cluster.
enum class flink_role { job_manager, task_manager };

/// Configuration keys and values.
using flink_config = std::map<std::string, std::string>;

/// Reads `key: value` lines; later lines win, comments and lines of another form are skipped as Flink skips them.
flink_config read_flink_config(std::string_view text);

/// Where a process lives.
struct flink_place {
  /// Its own address; it listens nowhere else.
  std::string address;
  /// Its own folder, for all that an image would keep inside of itself.
  std::string folder;
};

/// Returns the complete configuration of a process: the images' defaults, then FLINK_PROPERTIES of `variables` with
/// variables substituted, then what ties the process to its place.
flink_config make_flink_config(flink_role role, const environment& variables, const flink_place& place);

/// Returns the text of the configuration file: `config.yaml` for Flink 2, `flink-conf.yaml` before.
std::string write_flink_config(const flink_config& x, bool yaml);

} // namespace local::agent
