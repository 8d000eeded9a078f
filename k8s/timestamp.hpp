// A point of wall time that travels as text. Keeps the text as it came, so that a resource that is read and written
// again does not change by a byte.
#pragma once

#include "k8s/json/fwd.hpp"
#include "k8s/time.hpp"

#include <optional>
#include <string>

namespace k8s {

class timestamp {
public:
  /// Makes a timestamp without a time. Only a required member of a broken record has it, and its reader drops that
  /// record.
  timestamp() = default;

  /// Has whole seconds, as metav1.Time.
  explicit timestamp(wall_time at);

  /// Has milliseconds, for times that are compared with those of other clocks.
  static timestamp with_milliseconds(wall_time at);

  /// Reads an RFC 3339 time. Returns nothing for other texts.
  static std::optional<timestamp> parse(std::string text);

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  wall_time at() const { return at_; }

  /// Compares the texts: a status that spells a time in another way is another status.
  bool operator==(const timestamp& other) const { return text_ == other.text_; }

private:
  timestamp(std::string text, wall_time at);

  std::string text_;
  wall_time at_{};
};

} // namespace k8s

/// An empty text is read as absent, without an error: the Go operator wrote empty texts for absent times.
template <>
struct json::codec<k8s::timestamp> {
  static bool read(reader& r, const place& where, cursor c, k8s::timestamp& x);
  static void write(std::string& out, const k8s::timestamp& x);
  static bool absent(const k8s::timestamp&) { return false; }
};
