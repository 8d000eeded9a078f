#include "actors/application.hpp"

#include "actors/random.hpp"
#include "config/defaults.hpp"
#include "config/log/log.hpp"
#include "flink/admission/decode.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/failure.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace actors {

namespace defaults = config::defaults;
namespace log = config::log;
using std::chrono::milliseconds;

namespace {

bool changes_resource(const flink::action& x) {
  return std::holds_alternative<flink::add_finalizer>(x) || std::holds_alternative<flink::remove_finalizer>(x);
}

flink::reply reply_of(const messages::answer& a, std::chrono::steady_clock::time_point at, flink::incarnation asked) {
  flink::reply r{.status = a.response.status, .body = a.response.body, .at = at, .asked = std::move(asked)};
  if (a.response.failure == net::failure::none)
    return r;
  auto kind = net::effect_unknown(a.response.failure) ? flink::failure_class::unknown : flink::failure_class::not_sent;
  r.none = flink::failure{kind, 0, a.response.detail};
  return r;
}

bool clusters_left(const flink::observation& x) {
  auto orphaned = [](auto& y) { return y->head.labels.contains(std::string{flink::labels::orphaned}); };
  for (auto& [name, d] : x.objects.deployments)
    if (!orphaned(d))
      return true;
  for (auto& [name, s] : x.objects.services)
    if (flink::is_versioned(*s) && !orphaned(s))
      return true;
  return !x.objects.pods.empty() && !x.objects.deployments.empty();
}

} // namespace

application_actor::behavior_type application(application_actor::stateful_pointer<application_state> self,
                                             application_setup setup, application_identity identity) {
  exit_on_exception(self);
  return state_of(self).make_behavior(std::move(setup), std::move(identity));
}

application_actor::behavior_type application_state::make_behavior(application_setup setup,
                                                                  application_identity identity) {
  setup_ = std::move(setup);
  identity_ = std::move(identity);
  random_.seed(identity_.seed);
  backoff_ = defaults::restart_first;
  deploy_began_ = self_->clock().now();
  return {
      [this](const messages::application_news& x) { on(x); },
      [this](const messages::object_news& x) { on(x); },
      [this](messages::describe) { return report(); },
      [this](messages::tick x) { on(x); },
  };
}

// -- news ----------------------------------------------------------------------------------------------

void application_state::on(const messages::application_news& x) {
  if (x.removed) {
    orphaned_ = true;
    record_ = x.record;
    return reconcile();
  }
  orphaned_ = false;
  flink::apply_application(seen_, x.record->app);
  shown_version_ = x.record->app.metadata.resource_version;
  if (!own_version_.empty() && shown_version_ != own_version_)
    return; // older than our own write; the timer covers the case that the watch never shows it
  own_version_.clear();
  own_write_.disarm();
  if (record_ && record_->spec_hash != x.record->spec_hash) {
    deploy_began_ = self_->clock().now();
    own_share_ = {};
  }
  record_ = x.record;
  reconcile();
}

void application_state::on(const messages::object_news& x) {
  std::visit([&](auto& object) { flink::apply_object(seen_, object, x.removed); }, x.object);
  reconcile();
}

void application_state::on(messages::tick x) {
  if (requeue_timer_.fired(self_, x))
    reconcile();
  else if (own_write_.fired(self_, x))
    busy_ ? own_write_.arm(self_, own_write_timeout_)
          : read_again("the watch has not shown the last write of the operator");
  else
    requests_.on(self_, x);
}

// -- the walk --------------------------------------------------------------------------------------------

flink::decision application_state::call_decide() {
  setup_.counters->decided();
  flink::situation s{record_->app, record_->errors, record_->spec_hash, seen_, setup_.settings, fresh_identities(),
                     now()};
  return orphaned_ ? flink::decide_without_application(s) : setup_.decide(s);
}

void application_state::reconcile() {
  if (busy_ || !record_)
    return; // every step ends with reconcile()
  if (orphaned_ && !clusters_left(seen_))
    return self_->quit();
  auto began = self_->clock().now();
  auto d = call_decide();
  if (d.waiting != waiting_) {
    waiting_ = d.waiting;
    waiting_since_ = k8s::format_time(setup_.wall_clock());
  }
  requeue_timer_.disarm();
  if (d.next != record_->app.status)
    write_status(std::move(d));
  else
    carry_out(d);
  own_share_ += std::chrono::duration_cast<std::chrono::microseconds>(self_->clock().now() - began);
}

void application_state::write_status(flink::decision d) {
  auto& meta = record_->app.metadata;
  auto diff = json::merge_diff(flink::encode_status(record_->app.status), flink::encode_status(d.next));
  if (diff.empty()) // no field that is written differs
    return carry_out(d);
  busy_ = writing_ = true;
  auto body = R"({"metadata":{"resourceVersion":)" + json::escape(meta.resource_version) + R"(,"uid":)"
            + json::escape(meta.uid) + R"(},"status":)" + diff + "}";
  auto deadline = self_->clock().now() + defaults::kubernetes_timeout;
  requests_.ask(self_, setup_.kube, defaults::kubernetes_timeout + defaults::answer_margin,
                messages::kube_request{subject(),
                                       k8s::patch_status(k8s::flink_applications, k8s::key_of(meta), std::move(body)),
                                       deadline},
                [this, d = std::move(d)](const messages::answer& a) { written(d, a); });
}

void application_state::written(const flink::decision& d, const messages::answer& a) {
  busy_ = writing_ = false;
  own_share_ += a.queued;
  auto& r = a.response;
  if (r.failure != net::failure::none)
    return read_again("no answer to the status write: " + r.detail);
  if (r.status == 409)
    return read_again("the resource changed before the status was written");
  if (r.status == 404)
    return retry_later("the resource no longer exists");
  if (r.status >= 300)
    return retry_later("the API server rejected the status: " + k8s::classify(r.status, r.body).message);
  auto before = record_->app.status;
  if (!accept_record(r.body))
    return read_again("cannot read the answer to the status write");
  if (record_->app.status != d.next)
    log::error("status-not-kept", subject(),
               "the API server dropped fields of the status: install the CRD of this operator version");
  flink::apply_written_status(seen_, before, record_->app.status);
  report_decision(before, d);
  measure(before, record_->app.status);
  backoff_ = defaults::restart_first;
  bool only_events = std::all_of(d.actions.begin(), d.actions.end(),
                                 [](auto& x) { return std::holds_alternative<flink::record_event>(x); });
  act(d.actions);
  if (only_events)
    reconcile(); // the status has changed
}

/// Carries out a decision that does not change the status. The status from the watch may be older than the objects from
/// other watches, for example after a crash or a takeover: acting on it could remove a cluster that serves now. So the
/// resource is read first, unless an answer of the API server has confirmed this version.
void application_state::carry_out(const flink::decision& d) {
  if (d.actions.empty())
    return requeue_after(d.requeue_after);
  bool known = orphaned_ || record_->app.metadata.resource_version == confirmed_version_;
  if (!known && std::ranges::any_of(d.actions, [&](auto& x) { return changes_something(x); }))
    return read_again("the known status may be out of date, and the next action changes something");
  act(d.actions);
}

bool application_state::changes_something(const flink::action& x) const {
  if (std::holds_alternative<flink::record_event>(x))
    return false;
  auto call = flink::request_for(x, record_->app, seen_, setup_.settings.render);
  if (auto* y = std::get_if<flink::api_server_request>(&call))
    return y->request.method != "GET";
  auto* y = std::get_if<flink::job_manager_request>(&call);
  return y && y->request.method != "GET";
}

void application_state::act(const std::vector<flink::action>& actions) {
  pending_ = 1; // held by this function until all actions are sent
  busy_ = true;
  for (auto& x : actions)
    if (auto* event = std::get_if<flink::record_event>(&x))
      record(*event);
    else
      perform(x);
  if (pending_ > 1)
    return action_finished();
  // Nothing was sent, and the next decision may be the same. A pause prevents an endless loop.
  busy_ = false;
  requeue_after(defaults::retry_first);
}

void application_state::perform(const flink::action& x) {
  auto call = flink::request_for(x, record_->app, seen_, setup_.settings.render);
  if (auto* y = std::get_if<flink::api_server_request>(&call))
    return send(x, *y);
  if (auto* y = std::get_if<flink::job_manager_request>(&call))
    return send(x, *y);
  flink::reply none{.none = flink::failure{flink::failure_class::not_sent, 0, std::get<flink::unsendable>(call).why},
                    .at = self_->clock().now()};
  flink::apply_reply(seen_, record_->app, x, none);
}

void application_state::send(const flink::action& x, const flink::api_server_request& call) {
  ++pending_;
  in_flight_.push_back(x);
  auto timeout = flink::timeout_for(x, record_->app);
  requests_.ask(self_, setup_.kube, timeout + defaults::answer_margin,
                messages::kube_request{subject(), call.request, self_->clock().now() + timeout},
                [this, x](const messages::answer& a) { performed(x, {}, a); });
}

void application_state::send(const flink::action& x, const flink::job_manager_request& call) {
  auto c = flink::look_at_cluster(seen_, call.cluster_id);
  if (!c.leader) {
    flink::apply_reply(seen_, record_->app, x,
                       {.none = flink::failure{flink::failure_class::not_sent, 0,
                                               "cluster " + c.id + " has no running JobManager pod"},
                        .at = self_->clock().now()});
    return;
  }
  auto asked = flink::incarnation_of(*c.leader);
  if (!runs_main(x))
    ++pending_;
  else if (std::exchange(seen_.under_way[x], asked) == asked)
    return;
  in_flight_.push_back(x);
  auto timeout = flink::timeout_for(x, record_->app);
  auto& spec = record_->app.spec;
  messages::job_manager_address to{.ns = identity_.key.ns,
                                   .service = c.versioned_service ? c.versioned_service->head.key.name : std::string{},
                                   .pod = c.leader->head.key.name,
                                   .pod_ip = c.leader->ip,
                                   .pod_uid = c.leader->head.uid,
                                   .port = spec.ui_port.value_or(defaults::ui_port)};
  requests_.ask(self_, setup_.flink, timeout + defaults::answer_margin,
                messages::flink_request{std::move(to), call.request, self_->clock().now() + timeout},
                [this, x, asked](const messages::answer& a) { performed(x, asked, a); });
}

void application_state::performed(const flink::action& x, flink::incarnation asked, const messages::answer& a) {
  own_share_ += a.queued;
  std::erase(in_flight_, x);
  if (runs_main(x))
    return main_has_run(x, std::move(asked), a);
  flink::apply_reply(seen_, record_->app, x, reply_of(a, self_->clock().now(), std::move(asked)));
  if (changes_resource(x) && a.response.status >= 200 && a.response.status < 300)
    accept_record(a.response.body);
  action_finished();
}

/// Takes the answer to a request that runs main(). Ignores the answer of an earlier JobManager incarnation.
void application_state::main_has_run(const flink::action& x, flink::incarnation asked, const messages::answer& a) {
  auto sent = seen_.under_way.find(x);
  if (sent == seen_.under_way.end() || sent->second != asked)
    return;
  seen_.under_way.erase(sent);
  flink::apply_reply(seen_, record_->app, x, reply_of(a, self_->clock().now(), std::move(asked)));
  reconcile();
}

void application_state::action_finished() {
  if (--pending_ > 0)
    return;
  busy_ = false;
  flink::evict_stale(seen_, record_->app.status, self_->clock().now());
  reconcile();
}

void application_state::requeue_after(milliseconds delay) {
  // Random jitter, so that a fleet does not act in step.
  auto extra = static_cast<double>(delay.count()) * defaults::jitter * draw_unit(random_);
  requeue_timer_.arm(self_, delay + milliseconds{static_cast<int64_t>(extra)});
}

void application_state::retry_later(const std::string& why) {
  log::warn("step-failed", subject(), why, {{"retryIn", std::to_string(backoff_.count()) + "ms"}});
  requeue_timer_.arm(self_, backoff_);
  backoff_ = std::min(backoff_ * 2, defaults::retry_longest);
}

void application_state::read_again(const std::string& why) {
  log::debug("resource-read", subject(), why);
  busy_ = true;
  auto deadline = self_->clock().now() + defaults::kubernetes_timeout;
  requests_.ask(self_, setup_.kube, defaults::kubernetes_timeout + defaults::answer_margin,
                messages::kube_request{subject(), k8s::get(k8s::flink_applications, identity_.key), deadline},
                [this](const messages::answer& a) {
                  busy_ = false;
                  if (a.response.status == 200 && accept_record(a.response.body)) {
                    backoff_ = defaults::restart_first;
                    return reconcile();
                  }
                  retry_later("cannot read the resource: "
                              + (a.response.status ? std::to_string(a.response.status) : a.response.detail));
                  if (!own_version_.empty()) // otherwise every later version from the watch would count as older
                    own_write_.arm(self_, own_write_timeout_);
                });
}

// -- sending ------------------------------------------------------------------------------------------------

bool application_state::accept_record(const std::string& body) {
  auto record = std::make_shared<flink::application_record>(
      flink::read_record(body, [this](const k8s::object_key&) { return record_.get(); }));
  if (record->app.metadata.uid != identity_.uid)
    return false;
  accept_record(std::move(record));
  return true;
}

void application_state::accept_record(std::shared_ptr<const flink::application_record> record) {
  record_ = std::move(record);
  auto& version = record_->app.metadata.resource_version;
  confirmed_version_ = version;
  if (version == shown_version_) {
    own_version_.clear();
    own_write_.disarm();
    return;
  }
  // A broken watch can be silent for long: reading the same version again doubles the pause.
  own_write_timeout_ = version == own_version_ ? std::min(own_write_timeout_ * 2, defaults::retry_longest)
                                               : milliseconds{defaults::own_write_seen};
  own_version_ = version;
  own_write_.arm(self_, own_write_timeout_);
}

void application_state::record(const flink::record_event& x) {
  setup_.counters->event(x.reason);
  auto& meta = record_->app.metadata;
  k8s::event_subject about{k8s::key_of(meta), meta.uid, meta.resource_version};
  k8s::occurrence what{x.warning ? k8s::event_type::Warning : k8s::event_type::Normal, x.reason, x.message};
  auto write = events_.note(about, what, setup_.wall_clock(), self_->clock().now());
  if (!write)
    return;
  auto send = [this](const k8s::request& r, gateway_requests::handler done) {
    auto timeout = defaults::kubernetes_timeout;
    requests_.ask(self_, setup_.kube, timeout + defaults::answer_margin,
                  messages::kube_request{subject(), r, self_->clock().now() + timeout}, std::move(done));
  };
  send(write->first, [send, again = write->otherwise](const messages::answer& a) {
    if (a.response.status == 409 || a.response.status == 404)
      send(again, [](const messages::answer&) {});
  });
}

flink::identities application_state::fresh_identities() {
  return {.cluster_id = flink::cluster_id{hex(8)},
          .job_id = flink::job_id{hex(32)},
          .trigger_id = flink::trigger_id{hex(32)}};
}

std::string application_state::hex(int digits) {
  static constexpr char alphabet[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < digits; ++i)
    out += alphabet[random_() >> 60];
  return out;
}

// -- reporting -----------------------------------------------------------------------------------------------

void application_state::report_decision(const flink::status& before, const flink::decision& d) {
  auto phase = phase_text(phase_of(d.next));
  messages::decision_report entry{
      .time = k8s::format_milliseconds(setup_.wall_clock()), .phase = phase, .reason = d.reason};
  for (auto& x : d.actions)
    entry.actions.push_back(to_string(x));
  std::string actions;
  for (auto& x : entry.actions)
    actions += (actions.empty() ? "" : "; ") + x;
  bool bad = d.waiting.blocked || phase_of(d.next) == flink::phase::DeployFailed;
  // A decision that only updates numbers is logged at debug level: a fleet would log a line per application and minute.
  bool notable = !entry.actions.empty() || before.phase != d.next.phase || before.conditions != d.next.conditions;
  auto level = !notable ? log::level::debug : bad ? log::level::warning : log::level::info;
  log::write(level, "decided", subject(), d.reason, {{"phase", phase.empty() ? "New" : phase}, {"actions", actions}});
  if (!notable)
    return; // otherwise checkpoints would soon fill the history
  decisions_.push_back(std::move(entry));
  if (decisions_.size() > defaults::remembered_decisions)
    decisions_.pop_front();
}

void application_state::measure(const flink::status& before, const flink::status& after) {
  if (phase_of(after) != phase_of(before))
    setup_.counters->entered(phase_text(phase_of(after)));
  if (after.history == before.history || after.history.empty())
    return; // no deploy has ended
  auto total = std::chrono::duration_cast<milliseconds>(self_->clock().now() - deploy_began_);
  auto& ended = after.history.back();
  last_deploy_
      = messages::deploy_report{ended.cluster_id, total.count(), static_cast<double>(own_share_.count()) / 1000.0};
  if (ended.result)
    setup_.counters->deploy(std::string{to_string(*ended.result)}, static_cast<double>(total.count()) / 1000.0,
                            static_cast<double>(own_share_.count()) / 1e6);
  deploy_began_ = self_->clock().now();
  own_share_ = {};
}

messages::application_report application_state::report() const {
  messages::application_report r{.namespace_ = identity_.key.ns,
                                 .name = identity_.key.name,
                                 .uid = identity_.uid,
                                 .phase = record_ ? phase_text(phase_of(record_->app.status)) : std::string{},
                                 .step = writing_           ? "writing status"
                                       : busy_              ? "running actions"
                                       : in_flight_.empty() ? "idle"
                                                            : "main() is running",
                                 .waiting_for = waiting_.reason,
                                 .waiting_message = waiting_.message,
                                 .waiting_since = waiting_since_,
                                 .trouble = waiting_.blocked,
                                 .mailbox = mailbox_size(self_),
                                 .restarts = identity_.restarts,
                                 .last_deploy = last_deploy_,
                                 .own_share_milliseconds
                                 = last_deploy_ ? std::optional{last_deploy_->own_share_milliseconds} : std::nullopt,
                                 .decisions = {decisions_.begin(), decisions_.end()}};
  for (auto& x : in_flight_)
    r.step += ": " + to_string(x);
  for (auto& [what, o] : seen_.outcomes)
    r.outcomes.push_back({.action = to_string(what),
                          .failure = o.failed ? std::optional{std::string{to_string(o.failed->kind)}} : std::nullopt,
                          .message = o.failed ? std::optional{o.failed->message} : std::nullopt,
                          .attempts = o.attempts});
  return r;
}

} // namespace actors
