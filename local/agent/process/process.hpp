// Starts processes without a shell, each in its own process group. They end with the agent, even if somebody kills the
// agent. Reaps them without signals.
#pragma once

#include "local/agent/process/launch.hpp"
#include "local/agent/runtime.hpp"

#include <string>
#include <sys/types.h>

namespace local::agent {

/// A process that was started, or why it was not.
struct started_process {
  /// Its id and its group's; 0 if it was not started.
  pid_t pid = 0;
  /// Why not.
  std::string problem;
};

/// Makes the folders, files and links of `plan`, then starts it with its output appended to `log`. The calling
/// thread must live as long as the process shall.
started_process start_process(const launch_plan& plan, const std::string& log);

/// Looks at a process without waiting.
process_end look_at(pid_t pid);

/// Sends `signal` to a process and all that it has started.
void signal_group(pid_t pid, int signal);

/// Kills a group and waits for its first process.
void kill_and_reap(pid_t pid);

/// Writes a file so that readers see the old or the new text, never a part. Returns what went wrong, if anything.
std::string replace_file(const std::string& path, const std::string& text);

} // namespace local::agent
