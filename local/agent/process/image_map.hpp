// Which image means which Flink distribution and jars. No registry is used: an image that no rule
// matches cannot be pulled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::agent {

/// What an image holds.
struct image_content {
  /// Runs nothing; its containers only look alive.
  bool pause = false;
  /// Folder of a Flink distribution, with `lib` in it, or the name of one in the cache ("flink-1.20.5").
  std::string flink;
  /// Job jars that the image has in its upload folder.
  std::vector<std::string> jars;
  bool operator==(const image_content&) const = default;
};

/// Ordered rules from image name to content; the first match counts.
class image_map {
public:
  /// Adds a rule `PATTERN=pause` or `PATTERN=FLINK[,jar=PATH]...` with `*` and `?` as wildcards.
  /// Returns what is wrong with it, if anything.
  std::optional<std::string> add(std::string_view rule);

  /// Returns the content of `image`, or nothing if it cannot be pulled.
  const image_content* find(std::string_view image) const;

  /// Returns the contents of all rules, for completing paths.
  std::vector<image_content*> contents();

  /// Returns whether there are no rules.
  bool empty() const { return rules_.empty(); }

private:
  struct rule {
    std::string pattern;
    image_content content;
  };

  std::vector<rule> rules_;
};

/// Returns whether `text` matches `pattern`, where `*` stands for any text and `?` for one character.
bool matches(std::string_view pattern, std::string_view text);

/// Returns the Flink version that the folder of a distribution is called after, e.g. "1.20.5", or an empty text.
std::string flink_version(std::string_view folder);

} // namespace local::agent
