// The table of test/data/bad_resources.yaml as values.
#pragma once

#include <ostream>
#include <string>
#include <vector>

/// One resource that somebody got wrong.
struct bad_resource {
  std::string name;
  /// The whole resource as JSON text.
  std::string text;
  /// admission, strict, condition or nobody.
  std::string refused_by;
  /// Path that stands in the message.
  std::string field;
  /// What else stands in our own message.
  std::vector<std::string> words;
};

/// Shows the row's name in the test's output, not its megabyte.
inline std::ostream& operator<<(std::ostream& out, const bad_resource& x) {
  return out << x.name;
}

/// Returns the resource from which the rows differ in one thing.
const std::string& good_resource();

const std::vector<bad_resource>& bad_resources();
