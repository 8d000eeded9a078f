// Identities in a status. Each kind has a type of its own: passing the id of a job for that of a cluster does not
// compile, and decoding a status checks the form.
//
// An id converts to text by itself, and from text only on request. A literal needs no request: only tests write one.
// The constructors do not check the form. Text from outside comes through the decoder, which does.
#pragma once

#include "k8s/json/fwd.hpp"

#include <compare>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace flink {

template <class Kind>
class strong_id;

template <class T>
constexpr bool is_strong_id = false;

template <class Kind>
constexpr bool is_strong_id<strong_id<Kind>> = true;

/// A text that can be compared with an id.
template <class T>
concept plain_text = std::convertible_to<const T&, std::string_view> && !is_strong_id<T>;

template <class Kind>
class strong_id {
public:
  strong_id() = default;
  strong_id(const char* literal) : text_{literal} {}
  explicit strong_id(std::string text) : text_{std::move(text)} {}
  explicit strong_id(std::string_view text) : text_{text} {}
  template <class Other>
  strong_id(const strong_id<Other>&) = delete;

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  operator const std::string&() const { return text_; }
  operator std::string_view() const { return text_; }

  friend bool operator==(const strong_id&, const strong_id&) = default;
  friend auto operator<=>(const strong_id&, const strong_id&) = default;

  template <plain_text T>
  friend bool operator==(const strong_id& a, const T& b) {
    return a.text_ == std::string_view{b};
  }

  friend std::string operator+(std::string a, const strong_id& b) { return std::move(a) += b.text_; }
  friend std::string operator+(const strong_id& a, std::string_view b) { return a.text_ + std::string{b}; }

private:
  std::string text_;
};

/// The kinds of ids. `expected` completes "must be" in an error.
namespace kinds {

/// New for every cluster, and part of the names of its objects: 8 hexadecimal digits. A cluster of the Go operator has
/// the hash of its application instead.
struct cluster {
  static constexpr std::string_view expected = "the id of a cluster: a DNS label of at most 16 characters";
  static bool fits(std::string_view text);
};

/// Flink's identity of a job: 32 hexadecimal digits.
struct job {
  static constexpr std::string_view expected = "the id of a job: 32 hexadecimal digits";
  static bool fits(std::string_view text);
};

/// The identity of one savepoint, chosen by us: 32 hexadecimal digits.
struct trigger {
  static constexpr std::string_view expected = "the id of a trigger: 32 hexadecimal digits";
  static bool fits(std::string_view text);
};

/// What flink::spec_hash() and flink::remedy_hash() return: 8 hexadecimal digits. A cluster that was taken over keeps
/// the hash of the Go operator, which no spec of ours has.
struct digest {
  static constexpr std::string_view expected = "a hash: a DNS label of at most 16 characters";
  static bool fits(std::string_view text);
};

} // namespace kinds

using cluster_id = strong_id<kinds::cluster>;
using job_id = strong_id<kinds::job>;
using trigger_id = strong_id<kinds::trigger>;
using spec_digest = strong_id<kinds::digest>;

} // namespace flink

/// An empty text is read as absent, without an error: the Go operator wrote empty texts for absent ids.
template <class Kind>
struct json::codec<flink::strong_id<Kind>> {
  static bool read(reader& r, const place& where, cursor c, flink::strong_id<Kind>& x);
  static void write(std::string& out, const flink::strong_id<Kind>& x);
  static bool absent(const flink::strong_id<Kind>&) { return false; }
};
