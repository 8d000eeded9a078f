#include "local/agent/service.hpp"

#include "local/model/json.hpp"

#include <algorithm>
#include <tuple>

namespace local::agent {

namespace {

/// Addresses of a network that are handed out; .0.x stays with the node.
constexpr uint32_t first_pod = 256;
constexpr uint32_t last_pod = 65'534;

/// Returns the pod that answers for `x`: ready before unready, living before dying, newest first.
const endpoint* answering(const service& x, const std::vector<endpoint>& endpoints) {
  const endpoint* best = nullptr;
  auto rank = [](const endpoint& e) { return std::tuple{!e.deleting, e.ready, e.sequence}; };
  for (auto& e : endpoints) {
    bool offered = x.publish_not_ready || (e.ready && !e.deleting);
    if (offered && !e.ip.empty() && selects(x, e.ns, e.labels) && (best == nullptr || rank(*best) < rank(e)))
      best = &e;
  }
  return best;
}

std::string key_of(const service& x) {
  return x.ns + "/" + x.name;
}

bool always_resolves(const service& x) {
  return !x.headless && x.publish_not_ready && !x.selector.empty();
}

void append_names(std::string& out, const std::string& ip, const service& x, const std::string& ns) {
  auto full = x.name + "." + x.ns;
  out += ip + " " + full + " " + full + ".svc " + full + ".svc.cluster.local";
  if (x.ns == ns)
    out += " " + x.name;
  out += '\n';
}

} // namespace

service read_service(const boost::json::value& x) {
  service out{std::string{model::text_at(x, "metadata.namespace")},
              std::string{model::text_at(x, "metadata.name")},
              {},
              model::text_at(x, "spec.clusterIP") == "None",
              model::true_at(x, "spec.publishNotReadyAddresses")};
  if (auto* selector = model::object_at(x, "spec.selector"))
    for (auto& [key, value] : *selector)
      out.selector.emplace(key, model::to_text(value));
  return out;
}

bool selects(const service& x, const std::string& ns, const std::map<std::string, std::string>& labels) {
  // The agent makes no endpoints for a Service without a selector.
  if (x.ns != ns || x.selector.empty())
    return false;
  return std::all_of(x.selector.begin(), x.selector.end(), [&](auto& wanted) {
    auto i = labels.find(wanted.first);
    return i != labels.end() && i->second == wanted.second;
  });
}

address_book::address_book(std::string network) : network_{std::move(network)} {}

std::string address_book::fresh() {
  for (uint32_t tries = 0; tries <= last_pod - first_pod; ++tries) {
    auto number = first_pod + next_;
    next_ = (next_ + 1) % (last_pod - first_pod + 1);
    auto last = number % 256;
    auto address = network_ + "." + std::to_string(number / 256) + "." + std::to_string(last);
    bool kept = std::any_of(kept_.begin(), kept_.end(), [&](auto& x) { return x.second == address; });
    // .0 and .255 look like network addresses.
    if (last != 0 && last != 255 && !kept && !used_.contains(address))
      return address;
  }
  return {};
}

std::optional<std::string> address_book::kept_for(const service& x) {
  if (!always_resolves(x))
    return std::nullopt;
  auto key = key_of(x);
  auto i = kept_.find(key);
  if (i == kept_.end())
    i = kept_.emplace(key, fresh()).first;
  return i->second;
}

std::string address_book::take(const std::string& ns, const std::map<std::string, std::string>& labels,
                               const std::vector<service>& services, const std::string& wanted) {
  if (wanted.starts_with(network_ + ".") && used_.insert(wanted).second)
    return wanted;
  for (auto& x : services) {
    if (!selects(x, ns, labels))
      continue;
    if (auto kept = kept_for(x); kept && used_.insert(*kept).second)
      return *kept;
  }
  auto address = fresh();
  used_.insert(address);
  return address;
}

void address_book::keep(const service& x, const std::string& address) {
  if (always_resolves(x))
    kept_.try_emplace(key_of(x), address);
}

void address_book::forget(const service& x) {
  kept_.erase(key_of(x));
}

void address_book::give_back(const std::string& address) {
  used_.erase(address);
}

std::optional<std::string> resolve(const service& x, const std::vector<endpoint>& endpoints, address_book& addresses) {
  auto* pod = answering(x, endpoints);
  if (pod == nullptr)
    return addresses.kept_for(x);
  addresses.keep(x, pod->ip);
  return pod->ip;
}

std::string hosts_text(const endpoint& self, const std::vector<service>& services,
                       const std::vector<endpoint>& endpoints, address_book& addresses,
                       const std::string& machine_name) {
  auto out = self.ip + " localhost " + self.name + " " + machine_name + "\n";
  for (auto& x : services)
    if (auto address = resolve(x, endpoints, addresses))
      append_names(out, *address, x, self.ns);
  return out;
}

} // namespace local::agent
