// Compares and merges JSON texts. Both walk an object as a map from member names to texts.
#include "k8s/json/text.hpp"
#include "k8s/json/writer.hpp"

#include <charconv>
#include <map>

namespace json {

namespace {

using member_map = std::map<std::string, cursor>;

member_map members_of(cursor object) {
  member_map out;
  members all{object};
  while (auto m = all.next())
    out.insert_or_assign(std::move(m->key), m->value);
  return out;
}

std::string canonical_number(std::string_view text) {
  if (text.find_first_of(".eE") == std::string_view::npos)
    return text == "-0" ? "0" : std::string{text};
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? number_text(value) : std::string{text};
}

void append_canonical(std::string& out, cursor value, std::size_t depth);

void append_canonical_list(std::string& out, cursor list, std::size_t depth) {
  out += '[';
  auto separator = "";
  elements all{list};
  while (auto element = all.next()) {
    out += separator;
    append_canonical(out, *element, depth + 1);
    separator = ",";
  }
  out += ']';
}

void append_canonical_object(std::string& out, cursor object, std::size_t depth) {
  out += '{';
  auto separator = "";
  for (auto& [key, value] : members_of(object)) {
    (out += separator) += escape(key) + ':';
    append_canonical(out, value, depth + 1);
    separator = ",";
  }
  out += '}';
}

void append_canonical(std::string& out, cursor value, std::size_t depth) {
  auto kind = value.kind();
  if (depth > max_depth)
    out += minify(value.text());
  else if (kind == kind::list)
    append_canonical_list(out, value, depth);
  else if (kind == kind::object)
    append_canonical_object(out, value, depth);
  else if (kind == kind::string)
    out += escape(value.string());
  else if (kind == kind::number)
    out += canonical_number(value.text());
  else
    out += value.text();
}

std::string canonical_of(cursor value) {
  std::string out;
  append_canonical(out, value, 0);
  return out;
}

std::string diff(cursor before, cursor after, std::size_t depth);

/// Returns the merge patch that turns one object into another; empty if they are equal.
std::string diff_objects(cursor before, cursor after, std::size_t depth) {
  auto old_members = members_of(before);
  object_text patch;
  for (auto& [key, value] : members_of(after)) {
    // A merge patch cannot set null, so null in `after` is the same as absence.
    if (value.is_null())
      continue;
    auto i = old_members.find(key);
    auto change = i == old_members.end() ? diff(cursor{}, value, depth + 1) : diff(i->second, value, depth + 1);
    if (!change.empty())
      patch.add(key, change);
    if (i != old_members.end())
      old_members.erase(i);
  }
  for (auto& [key, value] : old_members)
    if (!value.is_null())
      patch.add(key, "null");
  return patch.empty() ? "" : patch.text();
}

std::string diff(cursor before, cursor after, std::size_t depth) {
  if (depth <= max_depth && before.kind() == kind::object && after.kind() == kind::object)
    return diff_objects(before, after, depth);
  return canonical_of(before) == canonical_of(after) ? std::string{} : minify(after.text());
}

std::string merge(cursor target, cursor patch, std::size_t depth) {
  if (patch.kind() != kind::object || depth > max_depth)
    return minify(patch.text());
  auto changes = members_of(patch);
  object_text out;
  members old_members{target};
  while (auto m = old_members.next()) {
    auto i = changes.find(m->key);
    if (i == changes.end()) {
      out.add(m->key, minify(m->value.text()));
      continue;
    }
    if (!i->second.is_null())
      out.add(m->key, merge(m->value, i->second, depth + 1));
    changes.erase(i);
  }
  for (auto& [key, value] : changes)
    if (!value.is_null())
      out.add(key, merge(cursor{}, value, depth + 1));
  return out.text();
}

} // namespace

std::string canonical(std::string_view text) {
  return canonical_of(cursor{text});
}

std::string merge_diff(std::string_view before, std::string_view after) {
  return diff(cursor{before}, cursor{after}, 0);
}

std::string apply_merge_patch(std::string_view target, std::string_view patch) {
  return merge(cursor{target}, cursor{patch}, 0);
}

} // namespace json
