#include "local/agent/agent.hpp"

#include "config/log/log.hpp"
#include "local/agent/node.hpp"
#include "local/agent/pods/resident.hpp"
#include "local/agent/process/network_lease.hpp"

#include <algorithm>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <unistd.h>

namespace local::agent {

namespace {

namespace log = config::log;

/// Interval at which processes, probes and reports are checked.
constexpr std::chrono::milliseconds tick_interval{20};
constexpr std::chrono::seconds write_deadline{10};
/// Pause before a refused binding is tried again.
constexpr std::chrono::seconds bind_again{1};

std::string machine_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

k8s::request bind_request(const pod& x, const std::string& node) {
  return {"POST", k8s::path_of(k8s::pods, x.ns, x.name, "binding"), "application/json",
          boost::json::serialize(binding(x, node))};
}

constexpr k8s::resource_type nodes{"", "v1", "nodes", "Node", false};

} // namespace

class agent::impl : public std::enable_shared_from_this<impl> {
public:
  impl(api_access api, agent_options options)
      : lease_{options.network}, addresses_{lease_.network()},
        house_{std::make_shared<household>(household{std::move(api), std::move(options), nullptr})} {
    house_->flink = make_runtime();
    std::error_code error;
    if (std::filesystem::create_directories(house_->options.folder, error); error)
      throw std::runtime_error("cannot create directory " + house_->options.folder + ": " + error.message());
  }

  std::unique_ptr<runtime> make_runtime() {
    auto& options = house_->options;
    if (!options.simulation)
      return make_process_runtime(options.processes);
    // The agent owns the runtime, so it outlives every call.
    auto resolve = [this](const std::string& ns, const std::string& name) { return resolve_name(ns, name); };
    return make_simulated_runtime(house_->api.io, resolve, *options.simulation);
  }

  void start() {
    auto& api = house_->api;
    auto self = shared_from_this();
    auto on_error = [](const std::string& what) { log::warn("watch-trouble", "", what); };
    pods_ = std::make_shared<watcher<pod>>(api, k8s::pods, house_->options.ns, read_pod,
                                           watcher<pod>::callbacks{[self](const pod& x) { self->on_pod(x); },
                                                                   [self](const pod& x) { self->on_pod_gone(x); },
                                                                   on_error});
    services_watch_ = std::make_shared<watcher<service>>(
        api, k8s::services, house_->options.ns, read_service,
        watcher<service>::callbacks{[self](const service& x) { self->on_service(x); },
                                    [self](const service& x) { self->on_service_gone(x); }, on_error});
    register_node();
    services_watch_->start();
    pods_->start();
    tick();
  }

  void stop() {
    stopped_ = true;
    if (pods_)
      pods_->stop();
    if (services_watch_)
      services_watch_->stop();
    for (auto& [uid, x] : residents_) {
      x->end();
      x->clean_up();
    }
    residents_.clear();
    pods_.reset();
    services_watch_.reset();
  }

  household& house() { return *house_; }
  const std::string& network() const { return lease_.network(); }

private:
  // -- node --------------------------------------------------------------------------------------------

  /// Pods run without a Node object too, so refusals are only logged.
  void register_node() {
    auto& name = house_->options.node;
    k8s::request create{"POST", k8s::path_of(nodes, {}), "application/json", boost::json::serialize(node_object(name))};
    send(std::move(create), [self = shared_from_this()](const net::response& x) {
      constexpr int conflict = 409;
      if (x.status < 300 || x.status == conflict)
        return self->report_node();
      log::warn("node-not-registered", "", x.failure == net::failure::none ? x.body : x.detail);
    });
  }

  void report_node() {
    auto status = boost::json::serialize(node_status(addresses_.node(), present()));
    send(k8s::patch_status(nodes, {"", house_->options.node}, std::move(status)), [](const net::response&) {});
  }

  // -- pods --------------------------------------------------------------------------------------------

  void on_pod(const pod& x) {
    if (stopped_)
      return;
    if (auto i = residents_.find(x.uid); i != residents_.end()) {
      i->second->update(x);
      dirty_ = true;
    } else if (x.node.empty() && !x.deleting) {
      place(x);
    } else if (x.node == house_->options.node) {
      admit(x);
    }
  }

  void place(const pod& x) {
    if (auto why = unschedulable(x, node_labels(house_->options.node))) {
      auto status = boost::json::serialize(unscheduled_status(x, *why, present()));
      if (told_unschedulable_.insert(x.uid).second)
        send(k8s::patch_status(k8s::pods, {x.ns, x.name}, std::move(status)), [](const net::response&) {});
      return;
    }
    if (!binding_.insert(x.uid).second)
      return;
    send(bind_request(x, house_->options.node),
         [self = shared_from_this(), x](const net::response& answer) { self->on_bound(x, answer); });
  }

  void on_bound(pod x, const net::response& answer) {
    binding_.erase(x.uid);
    if (stopped_ || gone_while_binding_.erase(x.uid) > 0)
      return;
    if (answer.failure == net::failure::none && answer.status < 300) {
      // The watch will report the binding later.
      x.node = house_->options.node;
      if (!residents_.contains(x.uid))
        admit(x);
      return;
    }
    constexpr int not_found = 404, conflict = 409;
    if (answer.status == not_found || answer.status == conflict)
      return;
    log::warn("binding-refused", x.ns + "/" + x.name,
              answer.failure == net::failure::none ? answer.body : answer.detail);
    house_->api.io.post_after(bind_again, [self = shared_from_this(), x] { self->on_pod(x); });
  }

  void admit(const pod& x) {
    // A finished pod is not started again, but its deletion needs the agent.
    if ((x.phase == "Succeeded" || x.phase == "Failed") && !x.deleting)
      return;
    auto address = addresses_.take(x.ns, x.labels, services(), x.ip);
    auto made = std::make_shared<resident>(house_, x, pod_addresses{address, addresses_.node()}, ++sequence_);
    residents_.emplace(x.uid, made);
    publish_names();
    made->tick();
  }

  void on_pod_gone(const pod& x) {
    told_unschedulable_.erase(x.uid);
    if (binding_.contains(x.uid))
      gone_while_binding_.insert(x.uid);
    if (auto i = residents_.find(x.uid); i != residents_.end())
      i->second->vanish();
  }

  void tick() {
    if (stopped_)
      return;
    house_->flink->step();
    for (auto i = residents_.begin(); i != residents_.end();) {
      auto x = i->second;
      auto before = x->ready();
      x->tick();
      dirty_ = dirty_ || before != x->ready();
      i = x->gone() ? bury(i) : std::next(i);
    }
    if (dirty_)
      publish_names();
    house_->api.io.post_after(tick_interval, [self = shared_from_this()] { self->tick(); });
  }

  using residents = std::map<std::string, std::shared_ptr<resident>>;

  residents::iterator bury(residents::iterator i) {
    auto x = i->second;
    auto self = x->as_endpoint();
    addresses_.give_back(self.ip);
    auto next = residents_.erase(i);
    bool successor = std::any_of(residents_.begin(), residents_.end(), [&](auto& other) {
      auto its = other.second->as_endpoint();
      return its.ns == self.ns && its.name == self.name;
    });
    if (!successor)
      x->clean_up();
    dirty_ = true;
    return next;
  }

  // -- names -------------------------------------------------------------------------------------------

  void on_service(const service& x) {
    services_.insert_or_assign(x.ns + "/" + x.name, x);
    dirty_ = true;
  }

  void on_service_gone(const service& x) {
    services_.erase(x.ns + "/" + x.name);
    addresses_.forget(x);
    dirty_ = true;
  }

  std::vector<service> services() const {
    std::vector<service> out;
    for (auto& [key, x] : services_)
      out.push_back(x);
    return out;
  }

  std::vector<endpoint> endpoints() const {
    std::vector<endpoint> out;
    for (auto& [uid, x] : residents_)
      out.push_back(x->as_endpoint());
    return out;
  }

  std::optional<std::string> resolve_name(const std::string& ns, const std::string& name) {
    auto i = services_.find(ns + "/" + name);
    return i == services_.end() ? std::nullopt : resolve(i->second, endpoints(), addresses_);
  }

  void publish_names() {
    dirty_ = false;
    if (!house_->flink->reads_hosts_files())
      return;
    auto endpoints = this->endpoints();
    auto names = services();
    for (auto& [uid, x] : residents_)
      x->write_hosts(hosts_text(x->as_endpoint(), names, endpoints, addresses_, machine_name_));
  }

  // ----------------------------------------------------------------------------------------------------

  void send(k8s::request x, net::transport::on_response done) {
    house_->api.transport.send(to_wire(house_->api, std::move(x)), net::clock::now() + write_deadline, std::move(done));
  }

  network_lease lease_;
  address_book addresses_;
  std::shared_ptr<household> house_;
  std::string machine_name_ = machine_name();
  std::shared_ptr<watcher<pod>> pods_;
  std::shared_ptr<watcher<service>> services_watch_;
  residents residents_; // by uid
  std::map<std::string, service> services_;
  std::set<std::string> binding_;
  std::set<std::string> gone_while_binding_;
  std::set<std::string> told_unschedulable_;
  uint64_t sequence_ = 0;
  bool dirty_ = false;
  bool stopped_ = false;
};

agent::agent(api_access api, agent_options options)
    : impl_{std::make_shared<impl>(std::move(api), std::move(options))} {}

agent::~agent() {
  stop();
}

void agent::start() {
  impl_->house().api.io.post([x = impl_] { x->start(); });
}

void agent::stop() {
  std::promise<void> done;
  impl_->house().api.io.post([&] {
    impl_->stop();
    done.set_value();
  });
  done.get_future().wait();
}

const std::string& agent::network() const {
  return impl_->network();
}

} // namespace local::agent
