// Counts requests by kind and status code, for benchmarks and for stories that check that an idle operator is quiet.
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

  /// Returns all counters in Prometheus' text format, with the names of the real API server.
  std::string text() const;

private:
  /// verb, resource, subresource, client, code
  using row = std::tuple<std::string, std::string, std::string, std::string, int>;
  std::map<row, uint64_t> counts_;
};

} // namespace local::server
