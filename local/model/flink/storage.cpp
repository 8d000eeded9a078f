#include "local/model/flink/storage.hpp"

#include <utility>

namespace local::simulated {

bool storage::put(std::string path, snapshot x) {
  return snapshots_.try_emplace(std::move(path), std::move(x)).second;
}

const snapshot* storage::find(std::string_view path) const {
  auto i = snapshots_.find(path);
  return i == snapshots_.end() ? nullptr : &i->second;
}

void storage::erase(std::string_view path) {
  if (auto i = snapshots_.find(path); i != snapshots_.end())
    snapshots_.erase(i);
}

std::vector<std::string> storage::list(std::string_view prefix) const {
  std::vector<std::string> out;
  for (auto& [path, x] : snapshots_)
    if (path.starts_with(prefix))
      out.push_back(path);
  return out;
}

} // namespace local::simulated
