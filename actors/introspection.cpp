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

void show(const messages::query& x, pages::page y) {
  x.reply(200, std::move(y.type), std::move(y.body));
}

void fail(const messages::query& x, int status, const std::string& why) {
  x.reply(status, text, why + "\n");
}

/// Returns whether a Service is one of a cluster of this application: its name and eight digits.
bool serves(const messages::lane_report& lane, const messages::application_report& x) {
  return lane.namespace_ == x.namespace_ && lane.service.size() == x.name.size() + 9
      && lane.service.starts_with(x.name + "-");
}

/// The applications of the overview come without their history.
void take_summary(messages::application_report& into, messages::application_report from) {
  from.restarts = into.restarts;
  from.decisions.clear();
  from.outcomes.clear();
  into = std::move(from);
}

} // namespace

introspection_actor::behavior_type introspection(introspection_actor::stateful_pointer<introspection_state> self,
                                                 introspection_setup setup) {
  die_quietly(self);
  return state_of(self).make_behavior(std::move(setup));
}

introspection_actor::behavior_type introspection_state::make_behavior(introspection_setup setup) {
  setup_ = std::move(setup);
  return {[this](const messages::query& x) { on(x); }};
}

void introspection_state::on(const messages::query& x) {
  auto path = path_of(x.path);
  if (path == "/healthz")
    return x.reply(200, text, "ok\n"); // that actors run is what this answer says
  if (path == "/readyz")
    return ready(x);
  if (path == "/metrics")
    return x.reply(200, "text/plain; version=0.0.4; charset=utf-8", setup_.counters->text());
  if (path == "/" || path == "/applications")
    return overview(x);
  if (path.starts_with("/applications/"))
    return one_application(x, path);
  fail(x, 404, "there are /, /applications, /applications/NAMESPACE/NAME, /healthz, /readyz, /metrics");
}

void introspection_state::ready(const messages::query& x) {
  self_->request(setup_.root, defaults::introspection_timeout, messages::describe{})
      .then(
          [x](const messages::operator_report& r) {
            r.synced ? x.reply(200, text, "ok\n") : fail(x, 503, "not every kind has been listed yet");
          },
          [x](const caf::error&) { fail(x, 503, "the root actor does not answer"); });
}

/// Several answers that become one page when the last has come.
struct introspection_state::collection {
  messages::query asked;
  messages::operator_report all;
  std::size_t missing = 1;
};

void introspection_state::overview(const messages::query& x) {
  auto c = std::make_shared<collection>(collection{.asked = x});
  self_->request(setup_.root, defaults::introspection_timeout, messages::describe{})
      .then(
          [this, c](messages::operator_report& r) {
            c->all.synced = r.synced;
            c->all.applications = std::move(r.applications);
            c->all.actors.insert(c->all.actors.begin(), r.actors.begin(), r.actors.end());
            for (std::size_t i = 0; i < c->all.applications.size(); ++i)
              ask_application(c, i);
            one_less(*c);
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
            one_less(*c);
          },
          [this, c, who](const caf::error&) { add_silent(*c, who); });
}

void introspection_state::ask_election(const std::shared_ptr<collection>& c) {
  ++c->missing;
  self_->request(setup_.election, defaults::introspection_timeout, messages::describe{})
      .then(
          [this, c](messages::election_report& r) {
            c->all.actors.push_back(
                {.name = "election", .mailbox = r.mailbox, .state = r.leads ? "leads" : "stands by"});
            c->all.election = std::move(r);
            one_less(*c);
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
            one_less(*c);
          },
          [this, c, i](const caf::error& e) {
            if (auto& y = c->all.applications[i]; e == caf::make_error(caf::sec::request_timeout)) {
              y.step = "does not answer";
              y.trouble = true;
            }
            one_less(*c);
          });
}

void introspection_state::add_silent(collection& c, const char* who) {
  c.all.actors.push_back({.name = who, .state = "does not answer", .silent = true});
  one_less(c);
}

void introspection_state::one_less(collection& c) {
  if (--c.missing == 0)
    show(c.asked, pages::overview(c.all, pages::wanted(c.asked.accept), setup_.wall_clock()));
}

void introspection_state::one_application(const messages::query& x, const std::string& path) {
  std::string_view rest{path};
  rest.remove_prefix(std::string_view{"/applications/"}.size());
  auto slash = rest.find('/');
  if (slash == std::string_view::npos)
    return fail(x, 404, "the path is /applications/NAMESPACE/NAME");
  messages::describe_application ask{std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
  self_->request(setup_.root, defaults::introspection_timeout, ask)
      .then([this, x](const messages::application_report& r) { add_lanes(x, r); },
            [x, ask](const caf::error&) {
              fail(x, 404, "no application " + ask.ns + "/" + ask.name + " is supervised here");
            });
}

void introspection_state::add_lanes(const messages::query& x, messages::application_report r) {
  auto tell = [this, x](const messages::application_report& y) {
    show(x, pages::application(y, pages::wanted(x.accept), setup_.wall_clock()));
  };
  self_->request(setup_.flink, defaults::introspection_timeout, messages::describe{})
      .then(
          [r, tell](messages::actor_report& flink) mutable {
            std::ranges::copy_if(flink.lanes, std::back_inserter(r.lanes), [&](auto& y) { return serves(y, r); });
            tell(r);
          },
          [r, tell](const caf::error&) { tell(r); });
}

} // namespace actors
