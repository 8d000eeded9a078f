// JSON as text: looked into, cut, compared and merged without ever becoming numbers, so that what a
// user wrote reaches the API server as it was written. All functions are total: text that is not
// JSON gives a useless result, never a crash; ask `flaw` first where that matters.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace json {

/// Deepest nesting that is accepted; deeper text is refused before anything walks it.
constexpr std::size_t max_depth = 512;

/// Says why `text` is not exactly one JSON value; nothing if it is one.
std::optional<std::string> flaw(std::string_view text);

/// What a value is, told by its first character.
enum class kind {
  /// `null`, and whatever is no value at all.
  null,
  /// `true` or `false`.
  boolean,
  /// Any number.
  number,
  /// A string.
  string,
  /// A list.
  list,
  /// An object.
  object,
};

/// One value inside a JSON text that outlives it.
class cursor {
public:
  /// The value `null`.
  cursor() = default;

  /// The value that `text` is, without the white space around it.
  explicit cursor(std::string_view text);

  /// Returns what the value is.
  json::kind kind() const;

  /// Returns the value as it is spelled in the source.
  std::string_view text() const { return text_; }

  /// Returns whether the value is `null`.
  bool is_null() const { return kind() == kind::null; }

  /// Returns the content of a string; empty for other values.
  std::string string() const;

  /// Returns the last member called `key` of an object.
  std::optional<cursor> find(std::string_view key) const;

  /// Returns what is found by following `keys` through objects.
  std::optional<cursor> find(std::initializer_list<std::string_view> keys) const;

  /// Returns the string found by following `keys`; empty if there is none.
  std::string string_at(std::initializer_list<std::string_view> keys) const;

private:
  std::string_view text_ = "null";
};

/// Walks the elements of a list; of other values there are none.
class elements {
public:
  explicit elements(cursor list);

  /// Returns the next element.
  std::optional<cursor> next();

private:
  std::string_view text_;
  std::size_t at_;
};

/// A member of an object.
struct member {
  /// The name, unescaped.
  std::string key;
  /// Its value.
  cursor value;
};

/// Walks the members of an object in their order; of other values there are none.
class members {
public:
  explicit members(cursor object);

  /// Returns the next member.
  std::optional<member> next();

private:
  std::string_view text_;
  std::size_t at_;
};

/// Returns `text` without white space between its tokens.
std::string minify(std::string_view text);

/// Returns `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string escape(std::string_view text);

/// Returns the one spelling of all texts that mean the same: keys sorted by byte, numbers
/// normalised, no white space. For hashing and comparing.
std::string canonical(std::string_view text);

/// Returns the shortest decimal text that reads back as `x`, integers without a fraction; `null`
/// for what JSON cannot say.
std::string number_text(double x);

/// Returns the merge patch (RFC 7386) that turns `before` into `after`; empty if they mean the same.
std::string merge_diff(std::string_view before, std::string_view after);

/// Returns `target` changed by a merge patch (RFC 7386).
std::string apply_merge_patch(std::string_view target, std::string_view patch);

} // namespace json
