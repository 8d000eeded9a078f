// Reads, compares and merges JSON as text. Numbers are not converted, so that user input reaches the API server
// unchanged. All functions accept any text: invalid JSON gives a meaningless result but no crash. Call `flaw` first to
// reject it.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace json {

/// Deepest nesting that is accepted; `flaw` rejects deeper texts.
constexpr std::size_t max_depth = 512;

/// Returns why `text` is not exactly one JSON value; nothing if it is one.
std::optional<std::string> flaw(std::string_view text);

/// Kind of a value, recognised by its first character.
enum class kind {
  /// `null`, or no value.
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

/// One value inside a JSON text. The text must outlive the cursor.
class cursor {
public:
  /// Makes a cursor to `null`.
  cursor() = default;

  /// Makes a cursor to the value that `text` contains, without surrounding white space.
  explicit cursor(std::string_view text);

  /// Returns the kind of the value.
  json::kind kind() const;

  /// Returns the value as it is written in the text.
  std::string_view text() const { return text_; }

  /// Returns true for `null`.
  bool is_null() const { return kind() == kind::null; }

  /// Returns the content of a string, unescaped; empty for other values.
  std::string string() const;

  /// Returns the last member `key` of an object; nothing if there is none.
  std::optional<cursor> find(std::string_view key) const;

  /// Returns the value at the path `keys`; nothing if there is none.
  std::optional<cursor> find(std::initializer_list<std::string_view> keys) const;

  /// Returns the string at the path `keys`; empty if there is none.
  std::string string_at(std::initializer_list<std::string_view> keys) const;

private:
  std::string_view text_ = "null";
};

/// Iterates over the elements of a list. Other values have none.
class elements {
public:
  explicit elements(cursor list);

  /// Returns the next element; nothing at the end.
  std::optional<cursor> next();

private:
  std::string_view text_;
  std::size_t at_;
};

/// One member of an object.
struct member {
  /// Name of the member, unescaped.
  std::string key;
  /// Value of the member.
  cursor value;
};

/// Iterates over the members of an object in their order. Other values have none.
class members {
public:
  explicit members(cursor object);

  /// Returns the next member; nothing at the end.
  std::optional<member> next();

private:
  std::string_view text_;
  std::size_t at_;
};

/// Returns `text` without white space between tokens.
std::string minify(std::string_view text);

/// Returns `text` as a JSON string with quotes. Bytes that are not valid UTF-8 become U+FFFD.
std::string escape(std::string_view text);

/// Returns the canonical form of a text, for hashing and comparing: keys sorted by byte, numbers normalised, no white
/// space.
std::string canonical(std::string_view text);

/// Returns the shortest decimal text that reads back as `x`; integers have no fraction. Infinity and NaN become `null`.
std::string number_text(double x);

/// Returns the merge patch (RFC 7386) that turns `before` into `after`; empty if they are equal.
std::string merge_diff(std::string_view before, std::string_view after);

/// Returns `target` after applying a merge patch (RFC 7386).
std::string apply_merge_patch(std::string_view target, std::string_view patch);

} // namespace json
