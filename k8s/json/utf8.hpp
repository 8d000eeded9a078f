// Where a UTF-8 text may be cut.
#pragma once

#include <cstddef>
#include <string_view>

namespace k8s {

/// Returns the last position up to `at`, which is in the text or at its end, that is not in the middle of a character.
inline std::size_t character_boundary(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    --at;
  return at;
}

} // namespace k8s
