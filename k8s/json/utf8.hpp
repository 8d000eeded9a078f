// Finds where a UTF-8 text can be cut without splitting a character. Does not validate.
#pragma once

#include <cstddef>
#include <string_view>

namespace json {

/// Returns the last byte position up to `at` that does not split a character. `at` must not exceed the size of `text`.
inline std::size_t character_boundary(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    --at;
  return at;
}

} // namespace json
