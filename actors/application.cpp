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
  die_quietly(self);
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
    return reconsider();
  }
  orphaned_ = false;
  flink::apply_application(seen_, x.record->app);
  shown_version_ = x.record->app.metadata.resource_version;
  if (!own_version_.empty() && shown_version_ != own_version_)
    return; // from before our own write, whose answer is newer; or the timer will tell
  own_version_.clear();
  own_write_.disarm();
  if (record_ && record_->spec_hash != x.record->spec_hash) {
    deploy_began_ = self_->clock().now();
    own_share_ = {};
  }
  record_ = x.record;
  reconsider();
}

void application_state::on(const messages::object_news& x) {
  std::visit([&](auto& object) { flink::apply_object(seen_, object, x.removed); }, x.object);
  reconsider();
}

void application_state::on(messages::tick x) {
  if (look_.fired(self_, x))
    reconsider();
  else if (own_write_.fired(self_, x))
    busy_ ? own_write_.arm(self_, own_write_pause_) : read_again("our own write did not show up in the watch");
  else
    questions_.on(self_, x);
}

// -- the walk --------------------------------------------------------------------------------------------

flink::decision application_state::ask_decide() {
  setup_.counters->decided();
  flink::situation s{record_->app, record_->complaints, record_->spec_hash, seen_, setup_.settings, fresh_identities(),
                     now()};
  return orphaned_ ? flink::decide_without_application(s) : setup_.decide(s);
}

void application_state::reconsider() {
  if (busy_ || !record_)
    return; // every step ends by reconsidering
  if (orphaned_ && !clusters_left(seen_))
    return self_->quit();
  auto began = self_->clock().now();
  auto d = ask_decide();
  if (d.waiting != waiting_) {
    waiting_ = d.waiting;
    waiting_since_ = k8s::format_time(setup_.wall_clock());
  }
  look_.disarm();
  if (d.next != record_->app.status)
    write_status(std::move(d));
  else
    carry_out(d);
  own_share_ += std::chrono::duration_cast<std::chrono::microseconds>(self_->clock().now() - began);
}

void application_state::write_status(flink::decision d) {
  auto& meta = record_->app.metadata;
  auto diff = json::merge_diff(flink::encode_status(record_->app.status), flink::encode_status(d.next));
  if (diff.empty()) // differs in nothing that is written
    return carry_out(d);
  busy_ = writing_ = true;
  auto body = R"({"metadata":{"resourceVersion":)" + json::escape(meta.resource_version) + R"(,"uid":)"
            + json::escape(meta.uid) + R"(},"status":)" + diff + "}";
  auto deadline = self_->clock().now() + defaults::kubernetes_request;
  questions_.ask(self_, setup_.kube, defaults::kubernetes_request + defaults::answer_margin,
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
    return read_again("the status write got no answer: " + r.detail);
  if (r.status == 409)
    return read_again("the resource has changed meanwhile");
  if (r.status == 404)
    return stumble("the resource is gone");
  if (r.status >= 300)
    return stumble("the API server refuses the status: " + k8s::classify(r.status, r.body).message);
  auto before = record_->app.status;
  if (!adopt(r.body))
    return read_again("the answer to the status write cannot be read");
  if (record_->app.status != d.next)
    log::error("status-not-kept", subject(),
               "the API server does not keep every field of the status: is the CRD that of this version?");
  flink::apply_written_status(seen_, before, record_->app.status);
  tell_decision(before, d);
  measure(before, record_->app.status);
  backoff_ = defaults::restart_first;
  bool only_events = std::all_of(d.actions.begin(), d.actions.end(),
                                 [](auto& x) { return std::holds_alternative<flink::record_event>(x); });
  act(d.actions);
  if (only_events)
    reconsider(); // the status has changed
}

/// A decision that leaves the status as it is. What the watch shows may be old while other watches are ahead: after a
/// crash, or where a standby takes over, what serves by now would be taken for a leftover. A write of the status tells,
/// and so does a read.
void application_state::carry_out(const flink::decision& d) {
  if (d.actions.empty())
    return rest(d.requeue_after);
  bool known = orphaned_ || record_->app.metadata.resource_version == confirmed_version_;
  if (!known && std::ranges::any_of(d.actions, [&](auto& x) { return changes_something(x); }))
    return read_again("something is to be changed, and the status that we know may be old");
  act(d.actions);
}

bool application_state::changes_something(const flink::action& x) const {
  if (std::holds_alternative<flink::record_event>(x))
    return false;
  return effect_of(x) == flink::action_effect::command
      && !std::holds_alternative<flink::unsendable>(flink::request_for(x, record_->app, seen_, setup_.settings.render));
}

void application_state::act(const std::vector<flink::action>& actions) {
  pending_ = 1; // ourselves, until all are on their way
  busy_ = true;
  for (auto& x : actions)
    if (auto* event = std::get_if<flink::record_event>(&x))
      record(*event);
    else
      perform(x);
  if (pending_ > 1)
    return one_less();
  // Nothing could be sent, and the next decision may be the same: not at once, or this would never end.
  busy_ = false;
  rest(defaults::retry_first);
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
  auto patience = flink::timeout_for(x, record_->app);
  questions_.ask(self_, setup_.kube, patience + defaults::answer_margin,
                 messages::kube_request{subject(), call.request, self_->clock().now() + patience},
                 [this, x](const messages::answer& a) { performed(x, {}, a); });
}

void application_state::send(const flink::action& x, const flink::job_manager_request& call) {
  auto c = flink::look_at_cluster(seen_, call.cluster_id);
  if (!c.leader) {
    flink::apply_reply(
        seen_, record_->app, x,
        {.none = flink::failure{flink::failure_class::not_sent, 0, "no JobManager pod of cluster " + c.id + " runs"},
         .at = self_->clock().now()});
    return;
  }
  auto asked = flink::incarnation_of(*c.leader);
  if (!runs_main(x))
    ++pending_;
  else if (std::exchange(seen_.under_way[x], asked) == asked)
    return;
  in_flight_.push_back(x);
  auto patience = flink::timeout_for(x, record_->app);
  auto& spec = record_->app.spec;
  messages::job_manager_address to{.ns = identity_.key.ns,
                                   .service = c.versioned_service ? c.versioned_service->head.key.name : std::string{},
                                   .pod = c.leader->head.key.name,
                                   .pod_ip = c.leader->ip,
                                   .pod_uid = c.leader->head.uid,
                                   .port = spec.ui_port.value_or(defaults::ui_port)};
  questions_.ask(self_, setup_.flink, patience + defaults::answer_margin,
                 messages::flink_request{std::move(to), call.request, self_->clock().now() + patience},
                 [this, x, asked](const messages::answer& a) { performed(x, asked, a); });
}

void application_state::performed(const flink::action& x, flink::incarnation asked, const messages::answer& a) {
  own_share_ += a.queued;
  std::erase(in_flight_, x);
  if (runs_main(x))
    return main_has_run(x, std::move(asked), a);
  flink::apply_reply(seen_, record_->app, x, reply_of(a, self_->clock().now(), std::move(asked)));
  if (changes_resource(x) && a.response.status >= 200 && a.response.status < 300)
    adopt(a.response.body);
  one_less();
}

/// What an earlier life of the JobManager says meanwhile does not matter any more.
void application_state::main_has_run(const flink::action& x, flink::incarnation asked, const messages::answer& a) {
  auto sent = seen_.under_way.find(x);
  if (sent == seen_.under_way.end() || sent->second != asked)
    return;
  seen_.under_way.erase(sent);
  flink::apply_reply(seen_, record_->app, x, reply_of(a, self_->clock().now(), std::move(asked)));
  reconsider();
}

void application_state::one_less() {
  if (--pending_ > 0)
    return;
  busy_ = false;
  flink::evict_stale(seen_, record_->app.status, self_->clock().now());
  reconsider();
}

void application_state::rest(milliseconds look_again) {
  // A little later than asked for, so that a fleet does not march in step.
  auto extra = static_cast<double>(look_again.count()) * defaults::jitter * draw_unit(random_);
  look_.arm(self_, look_again + milliseconds{static_cast<int64_t>(extra)});
}

void application_state::stumble(const std::string& why) {
  log::warn("step-failed", subject(), why, {{"retryIn", std::to_string(backoff_.count()) + "ms"}});
  look_.arm(self_, backoff_);
  backoff_ = std::min(backoff_ * 2, defaults::retry_longest);
}

void application_state::read_again(const std::string& why) {
  log::debug("resource-read", subject(), why);
  busy_ = true;
  auto deadline = self_->clock().now() + defaults::kubernetes_request;
  questions_.ask(self_, setup_.kube, defaults::kubernetes_request + defaults::answer_margin,
                 messages::kube_request{subject(), k8s::get(k8s::flink_applications, identity_.key), deadline},
                 [this](const messages::answer& a) {
                   busy_ = false;
                   if (a.response.status == 200 && adopt(a.response.body)) {
                     backoff_ = defaults::restart_first;
                     return reconsider();
                   }
                   stumble("the resource cannot be read: "
                           + (a.response.status ? std::to_string(a.response.status) : a.response.detail));
                   if (!own_version_.empty()) // or what the watch shows from now on would be taken for older news
                     own_write_.arm(self_, own_write_pause_);
                 });
}

// -- carrying ----------------------------------------------------------------------------------------------

bool application_state::adopt(const std::string& body) {
  auto record = std::make_shared<flink::application_record>(
      flink::read_record(body, [this](const k8s::object_key&) { return record_.get(); }));
  if (record->app.metadata.uid != identity_.uid)
    return false;
  adopt(std::move(record));
  return true;
}

void application_state::adopt(std::shared_ptr<const flink::application_record> record) {
  record_ = std::move(record);
  auto& version = record_->app.metadata.resource_version;
  confirmed_version_ = version;
  if (version == shown_version_) {
    own_version_.clear();
    own_write_.disarm();
    return;
  }
  // A watch that is down shows nothing for long: the same version read again is read again later.
  own_write_pause_ = version == own_version_ ? std::min(own_write_pause_ * 2, defaults::retry_longest)
                                             : milliseconds{defaults::own_write_seen};
  own_version_ = version;
  own_write_.arm(self_, own_write_pause_);
}

void application_state::record(const flink::record_event& x) {
  setup_.counters->event(x.reason);
  auto& meta = record_->app.metadata;
  k8s::event_subject about{k8s::key_of(meta), meta.uid, meta.resource_version};
  k8s::occurrence what{x.warning ? k8s::event_type::Warning : k8s::event_type::Normal, x.reason, x.message};
  auto write = events_.note(about, what, setup_.wall_clock(), self_->clock().now());
  if (!write)
    return;
  auto send = [this](const k8s::request& r, questions::handler done) {
    auto patience = defaults::kubernetes_request;
    questions_.ask(self_, setup_.kube, patience + defaults::answer_margin,
                   messages::kube_request{subject(), r, self_->clock().now() + patience}, std::move(done));
  };
  send(write->first, [send, again = write->otherwise](const messages::answer& a) {
    if (a.response.status == 409 || a.response.status == 404)
      send(again, [](const messages::answer&) {});
  });
}

flink::identities application_state::fresh_identities() {
  return {.cluster_id = hex(8), .job_id = hex(32), .trigger_id = hex(32)};
}

std::string application_state::hex(int digits) {
  static constexpr char alphabet[] = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < digits; ++i)
    out += alphabet[random_() >> 60];
  return out;
}

// -- telling -------------------------------------------------------------------------------------------------

void application_state::tell_decision(const flink::status& before, const flink::decision& d) {
  auto phase = d.next.phase.value_or("");
  messages::decision_report told{
      .time = k8s::format_milliseconds(setup_.wall_clock()), .phase = phase, .reason = d.reason};
  for (auto& x : d.actions)
    told.actions.push_back(to_string(x));
  std::string actions;
  for (auto& x : told.actions)
    actions += (actions.empty() ? "" : "; ") + x;
  bool bad = d.waiting.blocked || flink::phase_of(d.next) == flink::phase::DeployFailed;
  // What only writes numbers down is no news: a fleet would write a line per application and minute.
  bool news = !told.actions.empty() || before.phase != d.next.phase || before.conditions != d.next.conditions;
  auto level = !news ? log::level::debug : bad ? log::level::warning : log::level::info;
  log::write(level, "decided", subject(), d.reason, {{"phase", phase.empty() ? "New" : phase}, {"actions", actions}});
  if (!news)
    return; // checkpoints would soon be all that is remembered
  decisions_.push_back(std::move(told));
  if (decisions_.size() > defaults::remembered_decisions)
    decisions_.pop_front();
}

void application_state::measure(const flink::status& before, const flink::status& after) {
  auto phase = after.phase.value_or("");
  if (phase != before.phase.value_or(""))
    setup_.counters->entered(phase);
  if (after.history == before.history || after.history.empty())
    return; // no deploy has ended
  auto total = std::chrono::duration_cast<milliseconds>(self_->clock().now() - deploy_began_);
  last_deploy_ = messages::deploy_report{after.history.back().cluster_id, total.count(),
                                         static_cast<double>(own_share_.count()) / 1000.0};
  setup_.counters->deploy(after.history.back().result, static_cast<double>(total.count()) / 1000.0,
                          static_cast<double>(own_share_.count()) / 1e6);
  deploy_began_ = self_->clock().now();
  own_share_ = {};
}

messages::application_report application_state::report() const {
  messages::application_report r{.namespace_ = identity_.key.ns,
                                 .name = identity_.key.name,
                                 .uid = identity_.uid,
                                 .phase = record_ ? record_->app.status.phase.value_or("") : std::string{},
                                 .step = writing_           ? "writing the status"
                                       : busy_              ? "acting"
                                       : in_flight_.empty() ? "idle"
                                                            : "main() runs",
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
  std::ranges::sort(r.outcomes, {}, &messages::outcome_report::action);
  return r;
}

} // namespace actors
