#include "local/agent/node.hpp"

#include <boost/json.hpp>

namespace local::agent {

namespace json = boost::json;

std::map<std::string, std::string> node_labels(const std::string& name) {
  return {{"kubernetes.io/hostname", name}, {"kubernetes.io/os", "linux"}, {"kubernetes.io/arch", "amd64"}};
}

json::value node_object(const std::string& name) {
  json::object labels;
  for (auto& [key, value] : node_labels(name))
    labels[key] = value;
  return {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", name}, {"labels", std::move(labels)}}}};
}

json::value node_status(const std::string& address, instant now) {
  auto time = model::to_rfc3339(now.wall);
  json::object resources{{"cpu", "64"}, {"memory", "256Gi"}, {"pods", "1000"}};
  return {{"status",
           {{"capacity", resources},
            {"allocatable", resources},
            {"addresses", json::array{json::object{{"type", "InternalIP"}, {"address", address}}}},
            {"conditions", json::array{json::object{{"type", "Ready"},
                                                    {"status", "True"},
                                                    {"reason", "KubeletReady"},
                                                    {"message", "pods run as processes of this machine"},
                                                    {"lastHeartbeatTime", time},
                                                    {"lastTransitionTime", time}}}}}}};
}

std::optional<std::string> unschedulable(const pod& x, const std::map<std::string, std::string>& labels) {
  for (auto& [key, value] : x.node_selector) {
    auto i = labels.find(key);
    if (i == labels.end() || i->second != value)
      return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
  }
  return std::nullopt;
}

json::value binding(const pod& x, const std::string& node) {
  return {{"apiVersion", "v1"},
          {"kind", "Binding"},
          {"metadata", {{"name", x.name}, {"namespace", x.ns}, {"uid", x.uid}}},
          {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}}};
}

json::value unscheduled_status(const pod& x, const std::string& why, instant now) {
  return {{"metadata", {{"uid", x.uid}}},
          {"status",
           {{"phase", "Pending"},
            {"conditions", json::array{json::object{{"type", "PodScheduled"},
                                                    {"status", "False"},
                                                    {"reason", "Unschedulable"},
                                                    {"message", why},
                                                    {"lastTransitionTime", model::to_rfc3339(now.wall)}}}}}}};
}

} // namespace local::agent
