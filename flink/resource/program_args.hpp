// Splits program arguments as Flink 1.x does. Flink 2 accepts a list only, so the operator must split them. Splitting
// them like a shell would silently change the arguments of existing jobs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// Splits `text` at white space, except within quotes that begin an argument; then removes all quotes anywhere.
/// Backslashes have no meaning. Odd cases are the same as in Flink: an empty pair of quotes gives no argument, leading
/// white space gives an empty one.
std::vector<std::string> split_program_args(std::string_view text);

} // namespace flink
