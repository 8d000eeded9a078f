// Program arguments as Flink 1.x cuts them. Flink 2 takes a list only, so that the operator has to do
// the cutting; done as a shell would do it, arguments of running jobs would change silently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// Cuts `text` into arguments: at white space, but for what stands in quotes from an argument's first
/// character on; then all quotes are dropped, wherever they stand. Backslashes mean nothing. Odd cases are
/// Flink's, too: an empty pair of quotes is no argument, leading white space gives an empty one.
std::vector<std::string> split_program_args(std::string_view text);

} // namespace flink
