#include "flink/resource/ids.hpp"

#include "flink/resource/names.hpp"
#include "k8s/json/codec.hpp"

namespace flink::kinds {

namespace {

constexpr std::size_t flink_id_length = 32;
constexpr std::size_t longest_hash = 16;

/// Returns whether a text is an id as Flink writes it.
bool is_flink_id(std::string_view x) {
  return x.size() == flink_id_length && x.find_first_not_of("0123456789abcdef") == x.npos;
}

/// Returns whether a text may be part of an object's name.
bool is_short_label(std::string_view x) {
  return dns_label(x) && x.size() <= longest_hash;
}

} // namespace

bool cluster::fits(std::string_view text) {
  return is_short_label(text);
}

bool job::fits(std::string_view text) {
  return is_flink_id(text);
}

bool trigger::fits(std::string_view text) {
  return is_flink_id(text);
}

bool digest::fits(std::string_view text) {
  return is_short_label(text);
}

} // namespace flink::kinds

namespace json {

template <class Kind>
bool codec<flink::strong_id<Kind>>::read(reader& r, const place& where, cursor c, flink::strong_id<Kind>& x) {
  std::string text;
  if (!codec<std::string>::read(r, where, c, text) || text.empty())
    return false;
  if (!Kind::fits(text))
    return r.add_error(where, Kind::expected, c);
  x = flink::strong_id<Kind>{std::move(text)};
  return true;
}

template <class Kind>
void codec<flink::strong_id<Kind>>::write(std::string& out, const flink::strong_id<Kind>& x) {
  codec<std::string>::write(out, x.text());
}

template struct codec<flink::cluster_id>;
template struct codec<flink::job_id>;
template struct codec<flink::trigger_id>;
template struct codec<flink::spec_digest>;

} // namespace json
