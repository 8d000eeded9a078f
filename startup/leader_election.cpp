#include "startup/leader_election.hpp"

#include <array>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace startup {

bool leader_election_enabled(const config::leader_election& x, const api_server& api) {
  return x.elect.value_or(api.in_cluster);
}

std::optional<k8s::election_rules> election_rules_of(const config::leader_election& x, const api_server& api,
                                                     std::string identity, std::string& problem) {
  auto& ns = x.ns.empty() ? api.pod_namespace : x.ns;
  if (ns.empty()) {
    problem = "--leader-election-namespace is required when --leader-elect is used outside a pod";
    return std::nullopt;
  }
  return k8s::election_rules{.identity = std::move(identity),
                             .lease = {ns, x.id},
                             .lease_duration = std::chrono::duration_cast<std::chrono::seconds>(x.lease_duration),
                             .renew_deadline = x.renew_deadline,
                             .retry_period = x.retry_period};
}

std::string make_identity(uint64_t random) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::array<char, 17> suffix{};
  std::snprintf(suffix.data(), suffix.size(), "%016llx", static_cast<unsigned long long>(random));
  return std::string{host.data()} + "_" + suffix.data();
}

} // namespace startup
