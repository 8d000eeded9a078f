// Turns options and the environment into the rules of leader election.
// Pure except for the host name; the election itself is k8s/lease.hpp and actors/election.hpp.
#pragma once

#include "config/options.hpp"
#include "k8s/lease.hpp"
#include "startup/api_server_access.hpp"

#include <optional>
#include <string>

namespace startup {

/// Returns whether leader election is on: as set by --leader-elect, by default only in a pod.
bool leader_election_enabled(const config::leader_election& x, const api_server& api);

/// Returns the election rules of this process. Returns nothing and sets `problem` if no option names the namespace of
/// the Lease and the process does not run in a pod.
std::optional<k8s::election_rules> election_rules_of(const config::leader_election& x, const api_server& api,
                                                     std::string identity, std::string& problem);

/// Returns the host name (in a pod: the pod's name) with a random suffix. A container that restarts in its pod becomes
/// a new candidate.
std::string make_identity(uint64_t random);

} // namespace startup
