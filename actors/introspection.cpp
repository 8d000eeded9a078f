#include "actors/introspection.hpp"

#include "actors/pages.hpp"
#include "config/defaults.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace actors {

namespace defaults = config::defaults;

namespace {

constexpr auto text = "text/plain; charset=utf-8";

std::string path_of(const std::string& target) {
  return target.substr(0, target.find('?'));
}

void show(const messages::page_request& x, pages::page y) {
  x.reply(200, std::move(y.type), std::move(y.body));
}

void fail(const messages::page_request& x, int status, const std::string& why) {
  x.reply(status, text, why + "\n");
}

/// Returns true if a lane belongs to a cluster of this application. Its Service has the application's name, a hyphen
/// and eight digits.
bool serves(const messages::lane_report& lane, const messages::application_report& x) {
  return lane.namespace_ == x.namespace_ && lane.service.size() == x.name.size() + 9
      && lane.service.starts_with(x.name + "-");
}

/// Takes a report into the overview, without decisions and outcomes.
void take_summary(messages::application_report& into, messages::application_report from) {
  from.restarts = into.restarts;
  from.decisions.clear();
  from.outcomes.clear();
  into = std::move(from);
}

} // namespace

introspection_actor::behavior_type introspection(introspection_actor::stateful_pointer<introspection_state> self,
                                                 introspection_setup setup) {
  exit_on_exception(self);
  return state_of(self).make_behavior(std::move(setup));
}

introspection_actor::behavior_type introspection_state::make_behavior(introspection_setup setup) {
  setup_ = std::move(setup);
  return {[this](const messages::page_request& x) { on(x); }};
}

void introspection_state::on(const messages::page_request& x) {
  auto path = path_of(x.path);
  if (path == "/healthz")
    return x.reply(200, text, "ok\n"); // an answer proves that actors run
  if (path == "/readyz")
    return ready(x);
  if (path == "/metrics")
    return x.reply(200, "text/plain; version=0.0.4; charset=utf-8", setup_.counters->text());
  if (path == "/" || path == "/applications")
    return overview(x);
  if (path.starts_with("/applications/"))
    return one_application(x, path);
  fail(x, 404, "not found; use /, /applications, /applications/NAMESPACE/NAME, /healthz, /readyz or /metrics");
}

void introspection_state::ready(const messages::page_request& x) {
  self_->request(setup_.root, defaults::introspection_timeout, messages::describe{})
      .then(
          [x](const messages::operator_report& r) {
            r.synced ? x.reply(200, text, "ok\n") : fail(x, 503, "waiting for the first list of every watched kind");
          },
          [x](const caf::error&) { fail(x, 503, "no answer from the operator actor"); });
}

/// Answers for one page, which is sent when the last one has arrived.
struct introspection_state::collection {
  messages::page_request asked;
  messages::operator_report all;
  std::size_t missing = 1;
};

void introspection_state::overview(const messages::page_request& x) {
  auto c = std::make_shared<collection>(collection{.asked = x});
  self_->request(setup_.root, defaults::introspection_timeout, messages::describe{})
      .then(
          [this, c](messages::operator_report& r) {
            c->all.synced = r.synced;
            c->all.applications = std::move(r.applications);
            c->all.actors.insert(c->all.actors.begin(), r.actors.begin(), r.actors.end());
            for (std::size_t i = 0; i < c->all.applications.size(); ++i)
              ask_application(c, i);
            answer_arrived(*c);
          },
          [this, c](const caf::error&) { add_silent(*c, "operator"); });
  if (setup_.election)
    ask_election(c);
  ask_actor(c, setup_.kube, "kubernetes-gateway");
  ask_actor(c, setup_.flink, "flink-gateway");
  for (auto& watch : setup_.watches)
    ask_actor(c, watch, "watch");
}

template <class Handle>
void introspection_state::ask_actor(const std::shared_ptr<collection>& c, const Handle& whom, const char* who) {
  ++c->missing;
  self_->request(whom, defaults::introspection_timeout, messages::describe{})
      .then(
          [this, c](messages::actor_report& r) {
            c->all.actors.push_back(std::move(r));
            answer_arrived(*c);
          },
          [this, c, who](const caf::error&) { add_silent(*c, who); });
}

void introspection_state::ask_election(const std::shared_ptr<collection>& c) {
  ++c->missing;
  self_->request(setup_.election, defaults::introspection_timeout, messages::describe{})
      .then(
          [this, c](messages::election_report& r) {
            c->all.actors.push_back(
                {.name = "election", .mailbox = r.mailbox, .state = r.leads ? "leader" : "standby"});
            c->all.election = std::move(r);
            answer_arrived(*c);
          },
          [this, c](const caf::error&) { add_silent(*c, "election"); });
}

void introspection_state::ask_application(const std::shared_ptr<collection>& c, std::size_t i) {
  ++c->missing;
  auto& x = c->all.applications[i];
  self_->request(setup_.root, defaults::introspection_timeout, messages::describe_application{x.namespace_, x.name})
      .then(
          [this, c, i](messages::application_report& r) {
            take_summary(c->all.applications[i], std::move(r));
            answer_arrived(*c);
          },
          [this, c, i](const caf::error& e) {
            if (auto& y = c->all.applications[i]; e == caf::make_error(caf::sec::request_timeout)) {
              y.step = "no answer";
              y.trouble = true;
            }
            answer_arrived(*c);
          });
}

void introspection_state::add_silent(collection& c, const char* who) {
  c.all.actors.push_back({.name = who, .state = "no answer", .silent = true});
  answer_arrived(c);
}

void introspection_state::answer_arrived(collection& c) {
  if (--c.missing == 0)
    show(c.asked, pages::overview(c.all, pages::wanted(c.asked.accept), setup_.wall_clock()));
}

void introspection_state::one_application(const messages::page_request& x, const std::string& path) {
  std::string_view remaining{path};
  remaining.remove_prefix(std::string_view{"/applications/"}.size());
  auto slash = remaining.find('/');
  if (slash == std::string_view::npos)
    return fail(x, 404, "not found; use /applications/NAMESPACE/NAME");
  messages::describe_application ask{std::string{remaining.substr(0, slash)}, std::string{remaining.substr(slash + 1)}};
  self_->request(setup_.root, defaults::introspection_timeout, ask)
      .then([this, x](const messages::application_report& r) { add_lanes(x, r); },
            [x, ask](const caf::error&) {
              fail(x, 404, "no FlinkApplication " + ask.ns + "/" + ask.name + " is managed by this operator");
            });
}

void introspection_state::add_lanes(const messages::page_request& x, messages::application_report r) {
  auto reply = [this, x](const messages::application_report& y) {
    show(x, pages::application(y, pages::wanted(x.accept), setup_.wall_clock()));
  };
  self_->request(setup_.flink, defaults::introspection_timeout, messages::describe{})
      .then(
          [r, reply](messages::actor_report& flink) mutable {
            std::ranges::copy_if(flink.lanes, std::back_inserter(r.lanes), [&](auto& y) { return serves(y, r); });
            reply(r);
          },
          [r, reply](const caf::error&) { reply(r); });
}

} // namespace actors
