// Builds JSON objects and lists as text, in the order of the calls. Values are JSON text: user input is copied byte by
// byte, and no number becomes a double. Does not check that the values are valid JSON.
#pragma once

#include "k8s/json/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace json {

/// Builds one object.
class object_text {
public:
  /// Adds a member whose value is already JSON text.
  object_text& add(std::string_view key, std::string_view value) {
    text_ += text_.size() > 1 ? "," : "";
    ((text_ += escape(key)) += ':') += value;
    return *this;
  }
  /// Adds a member whose value is a string; escapes it.
  object_text& add_string(std::string_view key, std::string_view value) { return add(key, escape(value)); }
  /// Adds a member whose value is an integer.
  object_text& add_number(std::string_view key, int64_t value) { return add(key, std::to_string(value)); }
  /// Adds a member whose value is `true` or `false`.
  object_text& add_bool(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }

  /// Returns true if nothing has been added.
  bool empty() const { return text_.size() == 1; }

  /// Returns the JSON text of everything added so far.
  std::string text() const { return text_ + '}'; }

private:
  std::string text_ = "{";
};

/// Builds one list.
class list_text {
public:
  /// Adds an element that is already JSON text.
  list_text& add(std::string_view value) {
    (text_ += text_.size() > 1 ? "," : "") += value;
    return *this;
  }
  /// Adds an element that is a string; escapes it.
  list_text& add_string(std::string_view value) { return add(escape(value)); }

  /// Returns true if nothing has been added.
  bool empty() const { return text_.size() == 1; }

  /// Returns the JSON text of everything added so far.
  std::string text() const { return text_ + ']'; }

private:
  std::string text_ = "[";
};

} // namespace json
