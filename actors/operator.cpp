#include "actors/operator.hpp"

#include "config/defaults.hpp"
#include "config/log/log.hpp"
#include "flink/admission/decode.hpp"
#include "flink/resource/labels.hpp"

#include <algorithm>

namespace actors {

namespace defaults = config::defaults;
namespace log = config::log;

namespace {

std::string label(const k8s::object_head& x, std::string_view key) {
  auto i = x.labels.find(std::string{key});
  return i == x.labels.end() ? std::string{} : i->second;
}

/// Returns true if the operator must remove an object after its application was deleted: a Deployment or a versioned
/// Service. Pods go with their Deployment; the garbage collector removes the rest with its owner.
bool is_left_over(const messages::owned_object& x) {
  if (messages::head_of(x).labels.contains(std::string{flink::labels::orphaned}))
    return false;
  auto* service = std::get_if<std::shared_ptr<const k8s::service>>(&x);
  return std::holds_alternative<std::shared_ptr<const k8s::deployment>>(x)
      || (service && flink::is_versioned(**service));
}

/// Returns true if an object without the uid label, made by the Go operator, may belong to the application `uid`. The
/// owner decides. Pods always may, because their owner is a ReplicaSet; decide() assigns them by their cluster.
bool may_belong_to(const messages::owned_object& x, const std::string& uid) {
  if (std::holds_alternative<std::shared_ptr<const k8s::pod>>(x))
    return true;
  auto& owners = messages::head_of(x).owner_uids;
  return std::find(owners.begin(), owners.end(), uid) != owners.end();
}

/// Returns a record with the identity only, for an application whose objects exist without it.
std::shared_ptr<const flink::application_record> placeholder(const k8s::object_key& key, const std::string& uid) {
  auto x = std::make_shared<flink::application_record>();
  x->app.metadata.namespace_ = key.ns;
  x->app.metadata.name = key.name;
  x->app.metadata.uid = uid;
  return x;
}

std::string phase_in(const std::shared_ptr<const flink::application_record>& x) {
  return x ? flink::phase_text(flink::phase_of(x->app.status)) : std::string{};
}

} // namespace

operator_actor::behavior_type operator_root(operator_actor::stateful_pointer<operator_state> self,
                                            operator_setup setup) {
  exit_on_exception(self);
  return state_of(self).make_behavior(std::move(setup));
}

operator_actor::behavior_type operator_state::make_behavior(operator_setup setup) {
  setup_ = std::move(setup);
  missing_kinds_ = {setup_.kinds.begin(), setup_.kinds.end()};
  self_->set_down_handler([this](caf::down_msg& x) { on_down(x); });
  self_->set_exit_handler([this](caf::exit_msg& x) {
    ending_ = x.reason;
    for (auto& [uid, e] : entries_)
      if (e.supervisor)
        self_->send_exit(e.supervisor, caf::exit_reason::user_shutdown);
    end_if_alone();
  });
  return {
      [this](const messages::application_news& x) { on(x); },
      [this](const messages::object_news& x) { on(x); },
      [this](const messages::kind_synced& x) { on(x); },
      [this](const messages::restart& x) { on(x); },
      [this](messages::describe x) { return on(x); },
      [this](const messages::describe_application& x) { return on(x); },
  };
}

void operator_state::on(const messages::application_news& x) {
  auto& meta = x.record->app.metadata;
  auto& e = entries_[meta.uid];
  if (e.record)
    setup_.application.counters->in_phase(phase_in(e.record), -1);
  if (!x.removed)
    setup_.application.counters->in_phase(phase_in(x.record), 1);
  e.key = k8s::key_of(meta);
  if (!x.removed)
    uids_[e.key] = meta.uid;
  else if (auto i = uids_.find(e.key); i != uids_.end() && i->second == meta.uid)
    uids_.erase(i);
  e.record = x.removed ? nullptr : x.record;
  if (e.supervisor)
    self_->send(e.supervisor, x);
  else if (x.removed)
    forget_if_empty(meta.uid);
  else
    supervise(meta.uid, e);
  setup_.application.counters->applications(
      std::count_if(entries_.begin(), entries_.end(), [](auto& y) { return y.second.record != nullptr; }));
}

void operator_state::on(const messages::object_news& x) {
  auto& head = messages::head_of(x.object);
  auto uid = label(head, flink::labels::application_uid);
  k8s::object_key key{head.key.ns, label(head, flink::labels::application)};
  if (key.name.empty())
    return; // belongs to no application
  if (uid.empty())
    return on_unlabelled(x, key);
  auto slot = std::pair{x.object.index(), head.key.name};
  if (auto i = unlabelled_.find(key); i != unlabelled_.end() && i->second.erase(slot) && i->second.empty())
    unlabelled_.erase(i); // has been migrated
  auto& e = entries_[uid];
  if (e.key.name.empty())
    e.key = key;
  if (x.removed)
    e.objects.erase(slot);
  else
    e.objects.insert_or_assign(slot, x.object);
  if (e.supervisor)
    self_->send(e.supervisor, x);
  else if (!e.record && e.objects.empty())
    forget_if_empty(uid);
  else
    supervise(uid, e);
}

void operator_state::on_unlabelled(const messages::object_news& x, const k8s::object_key& key) {
  auto slot = std::pair{x.object.index(), messages::head_of(x.object).key.name};
  auto& known = unlabelled_[key];
  auto before = known.find(slot);
  auto uid = uids_.find(key);
  auto send_to_supervisor = [&](bool gone) {
    if (uid == uids_.end())
      return;
    if (auto& e = entries_[uid->second]; e.supervisor)
      self_->send(e.supervisor, messages::object_news{x.object, gone});
  };
  bool fits = !x.removed && uid != uids_.end() && may_belong_to(x.object, uid->second);
  bool did = before != known.end() && uid != uids_.end() && may_belong_to(before->second, uid->second);
  if (fits || did)
    send_to_supervisor(!fits);
  if (x.removed)
    known.erase(slot);
  else
    known.insert_or_assign(slot, x.object);
  if (known.empty())
    unlabelled_.erase(key);
}

void operator_state::on(const messages::kind_synced& x) {
  if (missing_kinds_.erase(x.kind) == 0 || !missing_kinds_.empty())
    return;
  log::info("synced", "", "listed every watched kind", {{"applications", std::to_string(entries_.size())}});
  if (setup_.election)
    request_leadership();
  else
    start_leading();
}

/// Asks for the Lease only after every kind was listed: an operator that cannot read the cluster leaves the Lease to
/// another one.
void operator_state::request_leadership() {
  self_->request(setup_.election, caf::infinite, messages::acquire_lease{})
      .then([this](messages::lease_acquired) { start_leading(); },
            [](const caf::error&) {
              // ELECTION has ended, so this process is about to end.
            });
}

void operator_state::start_leading() {
  leads_ = true;
  for (auto& [uid, e] : entries_)
    supervise(uid, e);
}

void operator_state::supervise(const std::string& uid, entry& e) {
  if (!leads_ || ending_ || e.supervisor || e.pausing)
    return;
  if (!e.record && std::none_of(e.objects.begin(), e.objects.end(), [](auto& x) { return is_left_over(x.second); }))
    return; // left behind on purpose, or being removed by the garbage collector
  application_identity identity{e.key, uid, setup_.seed + ++spawned_, e.restarts};
  e.supervisor = self_->spawn<caf::monitored>(application, setup_.application, std::move(identity));
  supervisors_[e.supervisor.address()] = uid;
  send_known_state(e);
}

void operator_state::send_known_state(entry& e) {
  for (auto& [slot, object] : e.objects)
    self_->send(e.supervisor, messages::object_news{object, false});
  auto uid = supervisors_[e.supervisor.address()];
  if (auto i = unlabelled_.find(e.key); i != unlabelled_.end() && e.record)
    for (auto& [slot, object] : i->second)
      if (may_belong_to(object, uid))
        self_->send(e.supervisor, messages::object_news{object, false});
  if (e.record)
    self_->send(e.supervisor, messages::application_news{e.record, false});
  else
    self_->send(e.supervisor, messages::application_news{placeholder(e.key, uid), true});
}

void operator_state::on_down(const caf::down_msg& x) {
  auto i = supervisors_.find(x.source);
  if (i == supervisors_.end())
    return;
  auto uid = i->second;
  supervisors_.erase(i);
  auto& e = entries_[uid];
  e.supervisor = nullptr;
  if (ending_)
    return end_if_alone();
  if (!x.reason)
    return forget_if_empty(uid);
  e.last_crash = self_->system().render(x.reason);
  setup_.application.counters->actor_restarted();
  auto pause = std::min(defaults::restart_first * (1 << std::min(e.restarts, 10)), defaults::restart_longest);
  ++e.restarts;
  e.pausing = true;
  log::error("supervisor-crashed", k8s::to_string(e.key), e.last_crash,
             {{"restarts", std::to_string(e.restarts)}, {"restartIn", std::to_string(pause.count()) + "ms"}});
  self_->delayed_send(self_, pause, messages::restart{uid});
}

/// Ends after the last supervisor, so that nothing decides after the end of OPERATOR.
void operator_state::end_if_alone() {
  if (supervisors_.empty())
    self_->quit(*ending_);
}

void operator_state::on(const messages::restart& x) {
  auto i = entries_.find(x.uid);
  if (i == entries_.end())
    return;
  i->second.pausing = false;
  supervise(x.uid, i->second);
}

void operator_state::forget_if_empty(const std::string& uid) {
  auto i = entries_.find(uid);
  if (i != entries_.end() && !i->second.record && i->second.objects.empty() && !i->second.supervisor)
    entries_.erase(i);
}

caf::result<messages::application_report> operator_state::on(const messages::describe_application& x) {
  for (auto& [uid, e] : entries_)
    if (e.key == k8s::object_key{x.ns, x.name} && e.supervisor)
      return self_->delegate(e.supervisor, messages::describe{});
  return caf::make_error(caf::sec::runtime_error, "not managed by this operator");
}

caf::result<messages::operator_report> operator_state::on(messages::describe) {
  messages::operator_report r{.synced = missing_kinds_.empty()};
  r.actors.push_back({.name = name,
                      .mailbox = mailbox_size(self_),
                      .state = std::to_string(entries_.size()) + " applications, " + std::to_string(supervisors_.size())
                             + " supervisors"});
  for (auto& [uid, e] : entries_)
    r.applications.push_back({.namespace_ = e.key.ns,
                              .name = e.key.name,
                              .uid = uid,
                              .phase = phase_in(e.record),
                              .step = e.supervisor ? "supervised"
                                    : e.pausing    ? "restarting after a crash: " + e.last_crash
                                    : leads_       ? "none"
                                                   : "standby",
                              .trouble = e.pausing,
                              .restarts = e.restarts});
  std::sort(r.applications.begin(), r.applications.end(),
            [](auto& x, auto& y) { return std::tie(x.namespace_, x.name) < std::tie(y.namespace_, y.name); });
  return r;
}

} // namespace actors
