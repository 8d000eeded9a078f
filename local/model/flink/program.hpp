// What the user's jars do when a simulated JobManager runs them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace local::simulated {

using std::chrono::milliseconds;

/// How main() behaves.
enum class main_behaviour {
  /// Builds one job and executes it.
  executes,
  /// Throws before it executes anything.
  throws,
  /// Executes in a try block that catches everything, so `plan` finds no job.
  catches,
  /// Returns without a job.
  executes_nothing,
  /// Executes two jobs; the second is refused where a job id is given.
  executes_twice,
  /// Throws after its job was submitted: refused, and running.
  throws_after_execute,
};

/// One program with its arguments.
struct program {
  main_behaviour behaviour = main_behaviour::executes;
  std::string job_name = "recorded";
  /// The exception that main() throws, e.g. "java.lang.IllegalStateException: no topic".
  std::string exception = "java.lang.IllegalArgumentException: refused by main()";
  /// How long main() runs.
  milliseconds main_time{0};
  /// Names the operators' state (see snapshot::shape).
  std::string shape = "check";
  /// The job finishes after so many records.
  std::optional<int64_t> records;
  /// The tasks fail on this record, each time they come to it.
  std::optional<int64_t> poison;
};

/// A jar in the upload directory.
struct jar {
  /// Main-Class of the manifest; empty if it has none.
  std::string main_class;
  /// What the main() of each class does with its arguments.
  std::map<std::string, std::function<program(const std::vector<std::string>&)>> classes;
  /// Classes that are not listed are endless programs instead of missing.
  bool any_class = false;
};

/// The twin of the program by which the model is held against real JobManagers: its first argument
/// names what it does.
program test_program(const std::vector<std::string>& arguments);

/// A jar with test_program as `test.Cases` and a class without main() as `test.NoMain`.
jar test_jar();

} // namespace local::simulated
