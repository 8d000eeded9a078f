// From what the user gave, and where we run, to the rules by which this operator stands for election.
#pragma once

#include "config/options.hpp"
#include "k8s/lease.hpp"
#include "startup/api_server_access.hpp"

#include <optional>
#include <string>

namespace config {

/// Returns whether an operator with these options stands for election.
bool stands_for_election(const leader_election& x, const api_server& api);

/// Returns the rules of one that does, under `identity`; nothing and one sentence in `problem` if nobody says where the
/// Lease is.
std::optional<k8s::election_rules> election_rules_of(const leader_election& x, const api_server& api,
                                                     std::string identity, std::string& problem);

/// Returns this machine's name (in a pod the pod's) with a random suffix: a container that is started again in its pod
/// is another candidate.
std::string make_identity(uint64_t random);

} // namespace config
