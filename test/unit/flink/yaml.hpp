// Files of the repository for tests: YAML read as JSON text, numbers spelled as they were.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yaml {

/// Returns the content of a file, by its path inside the repository.
std::string file(std::string_view path);

/// Returns the documents of a YAML text as compact JSON texts.
std::vector<std::string> documents(const std::string& text);

/// Returns the first document of a file as JSON text.
std::string load(std::string_view path);

} // namespace yaml
