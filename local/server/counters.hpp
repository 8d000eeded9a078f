// How many requests of which kind were answered how: for benches and for stories about silence.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace local::server {

class counters {
public:
  /// Counts a request. `agent` is its User-Agent; only the program's name is kept.
  void count(std::string_view method, std::string_view target, std::string_view agent, int status);

  /// Returns everything in Prometheus' text format, named as the real API server names it.
  std::string text() const;

private:
  /// verb, resource, subresource, client, code
  using row = std::tuple<std::string, std::string, std::string, std::string, int>;
  std::map<row, uint64_t> counts_;
};

} // namespace local::server
