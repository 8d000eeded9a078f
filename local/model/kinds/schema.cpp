#include "local/model/kinds/schema.hpp"

#include <algorithm>
#include <cmath>
#include <regex.h>

namespace local::model {

namespace {

constexpr int64_t int32_end = int64_t{1} << 31;

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string{name} : path + "." + std::string{name};
}

std::string join(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

bool keeps_unknown(const json::value& schema) {
  return true_at(schema, "x-kubernetes-preserve-unknown-fields");
}

const json::value* property(const json::value& schema, std::string_view name) {
  auto* properties = object_at(schema, "properties");
  return properties ? properties->if_contains(name) : nullptr;
}

/// Returns the schema of values under names that are not listed, or null.
const json::value* additional(const json::value& schema) {
  auto* found = find(schema, "additionalProperties");
  return found && found->is_object() ? found : nullptr;
}

bool open_to_any_name(const json::value& schema) {
  return find(schema, "additionalProperties") != nullptr && !find(schema, "additionalProperties")->is_null();
}

/// The root has the fields of every object, even if its schema lacks them.
bool belongs_to_every_object(std::string_view name) {
  return name == "apiVersion" || name == "kind" || name == "metadata";
}

void prune(const json::value& schema, json::value& x, const std::string& path, bool root,
           std::vector<std::string>& unknown);

void prune_members(const json::value& schema, json::object& members, const std::string& path, bool root,
                   std::vector<std::string>& unknown) {
  std::vector<std::string> gone;
  for (auto& member : members) {
    std::string name{member.key()};
    if (root && belongs_to_every_object(name))
      continue;
    if (auto* known = property(schema, name))
      prune(*known, member.value(), join(path, name), false, unknown);
    else if (auto* any = additional(schema))
      prune(*any, member.value(), join(path, name), false, unknown);
    else if (!keeps_unknown(schema) && !open_to_any_name(schema))
      gone.push_back(name);
  }
  for (auto& name : gone) {
    members.erase(name);
    unknown.push_back(join(path, name));
  }
}

void prune(const json::value& schema, json::value& x, const std::string& path, bool root,
           std::vector<std::string>& unknown) {
  if (x.is_object())
    prune_members(schema, x.get_object(), path, root, unknown);
  auto* items = find(schema, "items");
  if (x.is_array() && items)
    for (std::size_t i = 0; i < x.get_array().size(); ++i)
      prune(*items, x.get_array()[i], join(path, i), false, unknown);
}

// -- checks -----------------------------------------------------------------------------------------

/// A POSIX regular expression for one check. Patterns of CRDs are RE2; what both understand is what ours use.
class pattern {
public:
  explicit pattern(const std::string& text) : good_{regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0} {}
  ~pattern() {
    if (good_)
      regfree(&regex_);
  }
  pattern(const pattern&) = delete;
  pattern& operator=(const pattern&) = delete;

  /// Returns true also if the pattern itself cannot be read: the text is not to blame.
  bool matches(const std::string& text) const { return !good_ || regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0; }

private:
  regex_t regex_{};
  bool good_;
};

class checker {
public:
  std::vector<cause> causes;

  void run(const json::value& schema, const json::value& x, const std::string& path, bool root) {
    if (x.is_null()) {
      if (!true_at(schema, "nullable") && find(schema, "type"))
        causes.push_back(wrong_type(path, x, text_at(schema, "type")));
      return;
    }
    if (!type_fits(schema, x)) {
      causes.push_back(wrong_type(path, x, text_at(schema, "type")));
      return;
    }
    check_enumeration(schema, x, path);
    check_any_of(schema, x, path);
    if (x.is_string())
      check_text(schema, x, path);
    if (x.is_number())
      check_number(schema, x, path);
    if (x.is_array())
      check_items(schema, x.get_array(), path);
    if (x.is_object())
      check_members(schema, x.get_object(), path, root);
  }

private:
  static bool type_fits(const json::value& schema, const json::value& x) {
    if (true_at(schema, "x-kubernetes-int-or-string"))
      return x.is_string() || to_integer(x);
    auto type = text_at(schema, "type");
    if (type == "string")
      return x.is_string();
    if (type == "boolean")
      return x.is_bool();
    if (type == "integer")
      return to_integer(x).has_value();
    if (type == "number")
      return x.is_number();
    if (type == "array")
      return x.is_array();
    return type != "object" || x.is_object();
  }

  void check_enumeration(const json::value& schema, const json::value& x, const std::string& path) {
    auto* allowed = array_at(schema, "enum");
    if (!allowed || std::find(allowed->begin(), allowed->end(), x) != allowed->end())
      return;
    std::vector<std::string> names;
    for (auto& name : *allowed)
      names.push_back(to_text(name));
    causes.push_back(unsupported_value(path, x, names));
  }

  void check_any_of(const json::value& schema, const json::value& x, const std::string& path) {
    auto* choices = array_at(schema, "anyOf");
    if (!choices || choices->empty())
      return;
    auto fits = [&](const json::value& choice) {
      checker other;
      other.run(choice, x, path, false);
      return other.causes.empty();
    };
    if (std::none_of(choices->begin(), choices->end(), fits))
      causes.push_back(invalid_value(path, x, "must validate at least one schema (anyOf)"));
  }

  void check_text(const json::value& schema, const json::value& x, const std::string& path) {
    auto text = to_text(x);
    // Lengths count characters, not bytes.
    auto length = std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; });
    auto longest = integer_at(schema, "maxLength", -1);
    if (longest >= 0 && length > longest)
      causes.push_back(too_long(path, static_cast<std::size_t>(longest)));
    if (auto shortest = integer_at(schema, "minLength"); length < shortest)
      causes.push_back(
          invalid_value(path, x, path + " in body should be at least " + std::to_string(shortest) + " chars long"));
    auto wanted = std::string{text_at(schema, "pattern")};
    if (!wanted.empty() && !pattern{wanted}.matches(text))
      causes.push_back(invalid_value(path, x, path + " in body should match '" + wanted + "'"));
  }

  void check_number(const json::value& schema, const json::value& x, const std::string& path) {
    auto value = x.to_number<double>();
    auto* lowest = find(schema, "minimum");
    if (lowest
        && (value < lowest->to_number<double>()
            || (true_at(schema, "exclusiveMinimum") && value == lowest->to_number<double>())))
      causes.push_back(
          invalid_value(path, x, path + " in body should be greater than or equal to " + to_text(*lowest)));
    auto* highest = find(schema, "maximum");
    if (highest
        && (value > highest->to_number<double>()
            || (true_at(schema, "exclusiveMaximum") && value == highest->to_number<double>())))
      causes.push_back(invalid_value(path, x, path + " in body should be less than or equal to " + to_text(*highest)));
    auto fits = value >= -static_cast<double>(int32_end) && value < static_cast<double>(int32_end);
    if (text_at(schema, "format") == "int32" && !fits)
      causes.push_back(invalid_value(path, x, path + " in body must be of type int32: \"integer\""));
  }

  void check_items(const json::value& schema, const json::array& list, const std::string& path) {
    auto size = static_cast<int64_t>(list.size());
    if (auto most = integer_at(schema, "maxItems", -1); most >= 0 && size > most)
      causes.push_back(
          {path, "FieldValueTooMany",
           "Too many: " + std::to_string(size) + ": must have at most " + std::to_string(most) + " items"});
    if (auto least = integer_at(schema, "minItems"); size < least)
      causes.push_back(
          invalid_value(path, size, path + " in body should have at least " + std::to_string(least) + " items"));
    check_unique(schema, list, path);
    auto* items = find(schema, "items");
    for (std::size_t i = 0; items && i < list.size(); ++i)
      run(*items, list[i], join(path, i), false);
  }

  void check_unique(const json::value& schema, const json::array& list, const std::string& path) {
    auto type = text_at(schema, "x-kubernetes-list-type");
    if (type != "set" && type != "map")
      return;
    json::array seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto identity = type == "set" ? list[i] : identity_of(schema, list[i]);
      if (std::find(seen.begin(), seen.end(), identity) != seen.end())
        causes.push_back(duplicate_value(join(path, i), identity));
      seen.push_back(std::move(identity));
    }
  }

  static json::value identity_of(const json::value& schema, const json::value& item) {
    json::object identity;
    if (auto* names = array_at(schema, "x-kubernetes-list-map-keys"))
      for (auto& name : *names)
        if (auto* value = find(item, to_text(name)))
          identity[to_text(name)] = *value;
    return identity;
  }

  void check_members(const json::value& schema, const json::object& members, const std::string& path, bool root) {
    if (auto* names = array_at(schema, "required"))
      for (auto& name : *names)
        if (!members.contains(to_text(name)))
          causes.push_back(required(join(path, to_text(name))));
    auto size = static_cast<int64_t>(members.size());
    if (auto most = integer_at(schema, "maxProperties", -1); most >= 0 && size > most)
      causes.push_back(
          {path, "FieldValueTooMany",
           "Too many: " + std::to_string(size) + ": must have at most " + std::to_string(most) + " items"});
    for (auto& member : members) {
      std::string name{member.key()};
      if (root && belongs_to_every_object(name))
        continue;
      auto* known = property(schema, name);
      if (!known)
        known = additional(schema);
      if (known)
        run(*known, member.value(), join(path, name), false);
    }
  }
};

} // namespace

void apply_defaults(const json::value& schema, json::value& x) {
  if (auto* members = x.if_object()) {
    if (auto* properties = object_at(schema, "properties"))
      for (auto& entry : *properties) {
        auto* fallback = find(entry.value(), "default");
        auto* present = members->if_contains(entry.key());
        // A null where null is not allowed means "not given".
        if (fallback && (!present || (present->is_null() && !true_at(entry.value(), "nullable"))))
          (*members)[entry.key()] = *fallback;
        if (auto* value = members->if_contains(entry.key()))
          apply_defaults(entry.value(), *value);
      }
    if (auto* any = additional(schema))
      for (auto& member : *members)
        if (!property(schema, member.key()))
          apply_defaults(*any, member.value());
  }
  auto* items = find(schema, "items");
  if (x.is_array() && items)
    for (auto& item : x.get_array())
      apply_defaults(*items, item);
}

std::vector<std::string> prune(const json::value& schema, json::value& x) {
  std::vector<std::string> unknown;
  if (!keeps_unknown(schema) || find(schema, "properties"))
    prune(schema, x, "", true, unknown);
  return unknown;
}

std::vector<cause> check(const json::value& schema, const json::value& x) {
  checker c;
  c.run(schema, x, "", true);
  return std::move(c.causes);
}

} // namespace local::model
