// Names and addresses on one machine without a cluster DNS: which service name means which pod.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace local::agent {

/// A Service as the node agent needs it.
struct service {
  /// metadata.namespace
  std::string ns;
  /// metadata.name
  std::string name;
  /// spec.selector
  std::map<std::string, std::string> selector;
  /// spec.clusterIP is "None".
  bool headless = false;
  /// spec.publishNotReadyAddresses
  bool publish_not_ready = false;
};

/// Returns the service that `x` describes.
service read_service(const boost::json::value& x);

/// A pod as a Service sees it.
struct endpoint {
  /// metadata.namespace
  std::string ns;
  /// metadata.name
  std::string name;
  /// Its address.
  std::string ip;
  /// metadata.labels
  std::map<std::string, std::string> labels;
  /// Condition Ready is True.
  bool ready = false;
  /// It is being deleted.
  bool deleting = false;
  /// Order of creation; the newest pod answers.
  uint64_t sequence = 0;
};

/// Returns whether `x` selects a pod with `labels` in `ns`.
bool selects(const service& x, const std::string& ns, const std::map<std::string, std::string>& labels);

/// Gives each pod an address of its own in a /16 network. A service that publishes unready pods has an
/// address before its first pod: it is kept for that pod, so that the name always resolves, as a cluster IP does.
class address_book {
public:
  /// `network` holds the first two numbers, e.g. "127.10".
  explicit address_book(std::string network);

  /// Returns the address of the node.
  std::string node() const { return network_ + ".0.1"; }

  /// Returns an address for a new pod. `wanted` is taken if it is free: the address of the pod's earlier life.
  std::string take(const std::string& ns, const std::map<std::string, std::string>& labels,
                   const std::vector<service>& services, const std::string& wanted = {});

  /// The pod with this address is gone.
  void give_back(const std::string& address);

  /// Returns the address kept for the pods of `x`, if it is of the kind that always resolves.
  std::optional<std::string> kept_for(const service& x);

  /// The service resolves to a pod that came before it: its successors shall have the same address.
  void keep(const service& x, const std::string& address);

  /// The service is gone.
  void forget(const service& x);

private:
  std::string fresh();

  std::string network_;
  uint32_t next_ = 0;
  std::set<std::string> used_;
  std::map<std::string, std::string> kept_; // by namespace/name of the service
};

/// Returns the address that the name of `x` stands for now, if it stands for any.
std::optional<std::string> resolve(const service& x, const std::vector<endpoint>& endpoints, address_book& addresses);

/// Returns the text of a hosts file for a pod in `ns`: all service names that resolve now, the pod's own name,
/// localhost and the machine's host name for the pod's own address.
std::string hosts_text(const endpoint& self, const std::vector<service>& services,
                       const std::vector<endpoint>& endpoints, address_book& addresses,
                       const std::string& machine_name);

} // namespace local::agent
