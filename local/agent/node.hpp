// The Node object that stands for this machine, and which pods may go there.
#pragma once

#include "local/agent/instant.hpp"
#include "local/agent/pods/pod.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>

namespace local::agent {

/// Returns the labels that a node called `name` has.
std::map<std::string, std::string> node_labels(const std::string& name);

/// Returns the Node object to create.
boost::json::value node_object(const std::string& name);

/// Returns the merge patch of its status: ready, with its address.
boost::json::value node_status(const std::string& address, instant now);

/// Returns the scheduler's message if the pod does not fit on a node with `labels`; nullopt if it fits.
std::optional<std::string> unschedulable(const pod& x, const std::map<std::string, std::string>& labels);

/// Returns the body of POST pods/NAME/binding.
boost::json::value binding(const pod& x, const std::string& node);

/// Returns the merge patch of a pod's status with the reason why it is not scheduled.
boost::json::value unscheduled_status(const pod& x, const std::string& why, instant now);

} // namespace local::agent
