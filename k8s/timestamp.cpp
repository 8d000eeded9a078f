#include "k8s/timestamp.hpp"

#include "k8s/json/codec.hpp"

#include <utility>

namespace k8s {

timestamp::timestamp(std::string text, wall_time at) : text_{std::move(text)}, at_{at} {}

timestamp::timestamp(wall_time at) : timestamp{format_time(at), std::chrono::floor<std::chrono::seconds>(at)} {}

timestamp timestamp::with_milliseconds(wall_time at) {
  return {format_milliseconds(at), std::chrono::floor<std::chrono::milliseconds>(at)};
}

std::optional<timestamp> timestamp::parse(std::string text) {
  auto at = parse_time(text);
  return at ? std::optional{timestamp{std::move(text), *at}} : std::nullopt;
}

} // namespace k8s

bool json::codec<k8s::timestamp>::read(reader& r, const place& where, cursor c, k8s::timestamp& x) {
  std::string text;
  if (!codec<std::string>::read(r, where, c, text) || text.empty())
    return false;
  auto found = k8s::timestamp::parse(std::move(text));
  if (!found)
    return r.add_error(where, "a time such as 2026-01-31T23:59:59Z", c);
  x = *std::move(found);
  return true;
}

void json::codec<k8s::timestamp>::write(std::string& out, const k8s::timestamp& x) {
  codec<std::string>::write(out, x.text());
}
