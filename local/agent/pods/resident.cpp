#include "local/agent/pods/resident.hpp"

#include "config/log/log.hpp"
#include "local/agent/process/launch.hpp"
#include "local/agent/process/process.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace local::agent {

namespace {

namespace fs = std::filesystem;
namespace log = config::log;

constexpr std::chrono::seconds write_deadline{10};
/// Pause after a write that the API server did not take.
constexpr std::chrono::seconds write_again{1};

std::vector<bool> pullable(const image_map& images, const pod& x) {
  std::vector<bool> out;
  for (auto& container : x.containers)
    out.push_back(images.find(container.image) != nullptr);
  return out;
}

/// A name becomes one step of a path, whatever it holds.
std::string one_step(std::string_view x) {
  std::string out{x};
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

int port_of(const container_spec& x, const std::string& port) {
  int number = 0;
  std::from_chars(port.data(), port.data() + port.size(), number);
  if (number > 0)
    return number;
  auto i = x.ports.find(port);
  return i == x.ports.end() ? 0 : i->second;
}

const probe_spec* probe_of(const container_spec& x, probe_kind kind) {
  auto& out = kind == probe_kind::startup ? x.startup : kind == probe_kind::readiness ? x.readiness : x.liveness;
  return out ? &*out : nullptr;
}

} // namespace

instant present() {
  return {net::clock::now(), std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

std::string pod_folder(const std::string& base, std::string_view ns, std::string_view name) {
  return base + "/pods/" + one_step(ns) + "_" + one_step(name);
}

std::string log_file(const std::string& pod_folder, std::string_view container, int life) {
  return pod_folder + "/" + one_step(container) + "." + std::to_string(life) + ".log";
}

resident::resident(std::shared_ptr<household> house, pod spec, pod_addresses addresses, uint64_t sequence)
    : house_{std::move(house)},
      machine_{spec, std::move(addresses), pullable(house_->options.images, spec), house_->options.waits, present()},
      sequence_{sequence}, processes_(spec.containers.size()) {
  std::error_code ignored;
  // What an earlier pod of this name has left.
  if (machine_.spec().history.empty())
    fs::remove_all(folder(), ignored);
  fs::create_directories(folder(), ignored);
}

void resident::end() {
  for (auto& x : processes_)
    x.work.reset();
}

std::string resident::folder() const {
  return pod_folder(house_->options.folder, machine_.spec().ns, machine_.spec().name);
}

std::string resident::hosts_file() const {
  return folder() + "/hosts";
}

void resident::clean_up() {
  std::error_code ignored;
  for (auto& x : machine_.spec().containers)
    fs::remove_all(folder() + "/" + one_step(x.name), ignored);
  fs::remove(hosts_file(), ignored);
}

void resident::update(pod spec) {
  machine_.update(std::move(spec), present());
}

void resident::vanish() {
  vanished_ = true;
  machine_.stop(std::chrono::seconds{0}, present());
}

endpoint resident::as_endpoint() const {
  auto& x = machine_.spec();
  return {x.ns, x.name, machine_.addresses().pod, x.labels, machine_.ready(), x.deleting, sequence_};
}

void resident::write_hosts(const std::string& text) {
  if (text == hosts_)
    return;
  if (auto problem = replace_file(hosts_file(), text); !problem.empty())
    log::warn("hosts-not-written", machine_.spec().ns + "/" + machine_.spec().name, problem);
  hosts_ = text;
}

void resident::tick() {
  reap();
  for (auto& order : machine_.step(present()))
    carry_out(order);
  if (machine_.over() && !vanished_)
    remove();
  else if (!vanished_)
    report();
}

void resident::reap() {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    auto& x = processes_[i];
    auto end = x.work ? x.work->look() : process_end{};
    if (!end.ended)
      continue;
    x.work.reset();
    machine_.at(i).on_exit(end.code, present());
    log::info("container-ended", machine_.spec().ns + "/" + machine_.spec().name,
              machine_.spec().containers[i].name + " ended", {{"code", std::to_string(end.code)}});
  }
}

void resident::carry_out(const pod_order& x) {
  auto& work = processes_[x.container].work;
  switch (x.order.deed) {
  case container_deed::start:
    return start(x.container);
  case container_deed::terminate:
    return work ? work->terminate() : void();
  case container_deed::kill:
    return work ? work->kill() : void();
  case container_deed::ask:
    return ask(x.container, *x.order.probe);
  }
}

void resident::start(std::size_t i) {
  auto& spec = machine_.spec().containers[i];
  auto* image = house_->options.images.find(spec.image);
  auto resolved = resolve_environment(machine_.spec(), spec, machine_.addresses().pod, machine_.addresses().host);
  if (!resolved.problem.empty() || image == nullptr)
    return machine_.at(i).on_impossible(resolved.problem);
  ++processes_[i].life;
  auto started = image->pause ? started_workload{make_pause(), {}} : make(i, *image, std::move(resolved.variables));
  if (!started.running)
    return machine_.at(i).on_not_started(started.problem, present());
  log::info("container-started", machine_.spec().ns + "/" + machine_.spec().name, spec.name + " runs",
            {{"what", started.running->name()}, {"address", machine_.addresses().pod}});
  processes_[i].work = std::move(started.running);
  machine_.at(i).on_started(present());
}

started_workload resident::make(std::size_t i, const image_content& image, environment variables) {
  auto& pod = machine_.spec();
  auto& spec = pod.containers[i];
  auto role = role_of(spec.arguments);
  if (!role) {
    auto what = spec.arguments.empty() ? std::string{"nothing"} : "\"" + spec.arguments[0] + "\"";
    return {nullptr, what + " is not what this node can run: jobmanager or taskmanager"};
  }
  variables["HOSTNAME"] = pod.name;
  return house_->flink->start({.role = *role,
                               .image = image,
                               .variables = variables,
                               .ns = pod.ns,
                               .pod = pod.name,
                               .address = machine_.addresses().pod,
                               .folder = folder() + "/" + one_step(spec.name),
                               .hosts_file = hosts_file(),
                               .log = log_file(folder(), spec.name, machine_.at(i).restarts())});
}

void resident::ask(std::size_t i, probe_kind kind) {
  auto& spec = machine_.spec().containers[i];
  auto* what = probe_of(spec, kind);
  auto port = what == nullptr ? 0 : port_of(spec, what->port);
  auto answer = [self = shared_from_this(), i, kind, life = processes_[i].life](const net::response& x) {
    bool good = x.failure == net::failure::none && x.status >= 200 && x.status < 400;
    if (self->processes_[i].life == life)
      self->machine_.at(i).on_answer(kind, good, present());
  };
  bool silent = processes_[i].work && !processes_[i].work->can_be_asked();
  if (port == 0 || silent) {
    net::response made_up;
    made_up.status = silent ? 200 : 0;
    return answer(made_up);
  }
  net::request probe{"http://" + machine_.addresses().pod + ":" + std::to_string(port),
                     "GET",
                     what->path,
                     {{"User-Agent", "kube-probe"}, {"Connection", "close"}},
                     {}};
  house_->api.transport.send(std::move(probe), net::clock::now() + what->timeout, answer);
}

void resident::report() {
  auto now = present();
  if (writing_ || removing_ || now.steady < next_write_)
    return;
  // A fleet of pods that rest is looked at many times a second.
  auto picture = machine_.shown();
  if (picture == reported_picture_)
    return;
  reported_picture_ = std::move(picture);
  boost::json::value patch = {{"metadata", {{"uid", uid()}}}, {"status", machine_.status(now)}};
  auto text = boost::json::serialize(patch);
  if (text == reported_)
    return;
  reported_ = text;
  writing_ = true;
  auto request = k8s::patch_status(k8s::pods, {machine_.spec().ns, machine_.spec().name}, std::move(text));
  house_->api.transport.send(to_wire(house_->api, std::move(request)), net::clock::now() + write_deadline,
                             [self = shared_from_this()](const net::response& x) {
                               self->writing_ = false;
                               self->on_written(x, "status");
                             });
}

void resident::remove() {
  if (removing_ || present().steady < next_write_)
    return;
  removing_ = true;
  auto request = k8s::remove(k8s::pods, {machine_.spec().ns, machine_.spec().name},
                             {.uid = uid(), .propagation = k8s::propagation::Background, .grace_period_seconds = 0});
  house_->api.transport.send(to_wire(house_->api, std::move(request)), net::clock::now() + write_deadline,
                             [self = shared_from_this()](const net::response& x) {
                               self->removing_ = false;
                               self->on_written(x, "removal");
                             });
}

void resident::on_written(const net::response& x, const char* what) {
  constexpr int not_found = 404, conflict = 409;
  // Gone or replaced by another pod of this name: the watch will report it.
  if (x.failure == net::failure::none && (x.status < 300 || x.status == not_found || x.status == conflict)) {
    if (x.status >= 300)
      next_write_ = net::clock::now() + write_again;
    return;
  }
  reported_.clear();
  reported_picture_.clear();
  next_write_ = net::clock::now() + write_again;
  log::warn("pod-write-refused", machine_.spec().ns + "/" + machine_.spec().name, what,
            {{"status", std::to_string(x.status)}, {"detail", x.failure == net::failure::none ? x.body : x.detail}});
}

} // namespace local::agent
