#include "k8s/base64.hpp"

#include <cstdint>

namespace k8s {

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int count = 0;
  bool padded = false;
  for (auto c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
      continue;
    padded = padded || c == '=';
    if (c == '=')
      continue;
    auto value = alphabet.find(c);
    if (padded || value == std::string_view::npos)
      return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xFF));
    }
  }
  // Six remaining bits are less than a byte: a character is missing.
  return count == 6 ? std::nullopt : std::optional{std::move(out)};
}

} // namespace k8s
