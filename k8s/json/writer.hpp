// Writing of JSON text in the order in which it is said. Values are texts: what comes from the user is
// spliced as it was written, and no number ever turns into a double.
#pragma once

#include "k8s/json/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace flink {

/// An object in the making.
class object_text {
public:
  /// Adds a member whose value is JSON text already.
  object_text& add(std::string_view key, std::string_view value) {
    text_ += text_.size() > 1 ? "," : "";
    ((text_ += json::escape(key)) += ':') += value;
    return *this;
  }
  /// Adds a member whose value is this text, escaped.
  object_text& add_string(std::string_view key, std::string_view value) { return add(key, json::escape(value)); }
  /// Adds a number.
  object_text& add_number(std::string_view key, int64_t value) { return add(key, std::to_string(value)); }
  /// Adds `true` or `false`.
  object_text& add_bool(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }

  /// Returns whether nothing has been added.
  bool empty() const { return text_.size() == 1; }

  /// Returns what has been said so far as JSON.
  std::string text() const { return text_ + '}'; }

private:
  std::string text_ = "{";
};

/// A list in the making.
class list_text {
public:
  /// Adds an entry that is JSON text already.
  list_text& add(std::string_view value) {
    (text_ += text_.size() > 1 ? "," : "") += value;
    return *this;
  }
  /// Adds an entry that is this text, escaped.
  list_text& add_string(std::string_view value) { return add(json::escape(value)); }

  /// Returns whether nothing has been added.
  bool empty() const { return text_.size() == 1; }

  /// Returns what has been said so far as JSON.
  std::string text() const { return text_ + ']'; }

private:
  std::string text_ = "[";
};

} // namespace flink
