// The durable directory of checkpoints and savepoints, which outlives every simulated cluster. All clusters share it,
// like a bucket.
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
  /// The number of records that the job had processed, from which a restored job continues.
  int64_t position = 0;
  /// Names the operators; a program of another shape cannot restore the state.
  std::string shape;
  moment taken_at;
  bool is_savepoint = false;
  /// False: the files exist but are not a valid savepoint.
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

  /// Removes the snapshot at `path`, if it exists.
  void erase(std::string_view path);

  /// Returns all paths below `prefix`.
  std::vector<std::string> list(std::string_view prefix = {}) const;

  /// Returns the number of snapshots.
  std::size_t size() const { return snapshots_.size(); }

private:
  std::map<std::string, snapshot, std::less<>> snapshots_;
};

} // namespace local::simulated
