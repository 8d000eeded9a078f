// Serves a container's log: all of it, its last lines, or what is still to come.
#include "local/agent/pods/resident.hpp"

#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace local::agent {

namespace {

std::string read_whole(std::ifstream& in) {
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string read_tail(std::ifstream& in, std::size_t lines) {
  std::deque<std::string> last;
  for (std::string line; std::getline(in, line);) {
    last.push_back(line);
    if (last.size() > lines)
      last.pop_front();
  }
  std::string out;
  for (auto& line : last)
    out += line + "\n";
  return out;
}

class files final : public pod_logs {
public:
  explicit files(std::string folder) : folder_{std::move(folder)} {}

  std::optional<std::string> read(std::string_view ns, std::string_view pod, std::string_view container,
                                  std::optional<std::size_t> tail_lines, bool previous) override {
    auto place = pod_folder(folder_, ns, pod);
    auto life = last_life(place, container) - (previous ? 1 : 0);
    std::ifstream in{log_file(place, container, life), std::ios::binary};
    if (life < 0 || !in)
      return std::nullopt;
    return tail_lines ? read_tail(in, *tail_lines) : read_whole(in);
  }

private:
  /// Returns the number of the newest log, or -1. Restarts that never got a process leave holes.
  static int last_life(const std::string& place, std::string_view container) {
    auto prefix = log_file({}, container, 0).substr(1);
    prefix.resize(prefix.size() - std::string_view{"0.log"}.size());
    int last = -1;
    std::error_code ignored;
    for (auto& entry : std::filesystem::directory_iterator{place, ignored}) {
      auto name = entry.path().filename().string();
      if (name.starts_with(prefix) && name.ends_with(".log"))
        last = std::max(last, std::atoi(name.c_str() + prefix.size()));
    }
    return last;
  }

  std::string folder_;
};

} // namespace

std::unique_ptr<pod_logs> make_pod_logs(const std::string& folder) {
  return std::make_unique<files>(folder);
}

} // namespace local::agent
