#include "local/model/base64.hpp"

#include <cstdint>

namespace local::model {

std::string to_base64(std::string_view x) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < x.size(); i += 3) {
    uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (i + j < x.size() ? static_cast<unsigned char>(x[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > x.size() ? '=' : alphabet[bits >> (18 - 6 * j) & 63];
  }
  return text;
}

} // namespace local::model
