// The durable directory of checkpoints and savepoints: what outlives every simulated cluster. Shared
// by all of them, as a bucket would be.
#pragma once

#include "local/model/moment.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace local::simulated {

using model::moment;

/// State of a job at one instant.
struct snapshot {
  /// The job that wrote it.
  std::string job_id;
  /// Number of the checkpoint or savepoint within its job and those it descends from.
  int64_t number = 0;
  /// Records that the job had processed: what a restored job goes on from.
  int64_t position = 0;
  /// Names the operators; a program of another shape cannot take the state over.
  std::string shape;
  moment taken_at;
  bool is_savepoint = false;
  /// False: the files are there and are no savepoint.
  bool readable = true;
  bool operator==(const snapshot&) const = default;
};

/// Snapshots by path.
class storage {
public:
  /// Returns false, and changes nothing, if something stands at `path` already.
  bool put(std::string path, snapshot x);

  /// Returns what stands at `path`, or null.
  const snapshot* find(std::string_view path) const;

  /// Removes what stands at `path`, if anything.
  void erase(std::string_view path);

  /// Returns all paths below `prefix`.
  std::vector<std::string> list(std::string_view prefix = {}) const;

  /// Returns how many snapshots there are.
  std::size_t size() const { return snapshots_.size(); }

private:
  std::map<std::string, snapshot, std::less<>> snapshots_;
};

} // namespace local::simulated
