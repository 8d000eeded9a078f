#include "actors/introspection.hpp"

#include "k8s/json.hpp"

#include <algorithm>
#include <memory>

namespace actors {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;
constexpr auto text = "text/plain; charset=utf-8";
constexpr auto as_json = "application/json";

std::string path_of(const std::string& target) {
  return target.substr(0, target.find('?'));
}

void fail(const messages::query& x, int status, const std::string& why) {
  x.reply(status, text, why + "\n");
}

/// An overview that is being put together from several answers.
struct collection {
  messages::operator_report all;
  std::size_t missing = 0;
};

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
  self_->request(setup_.root, patience, messages::describe{})
      .then(
          [x](const messages::operator_report& r) {
            r.synced ? x.reply(200, text, "ok\n") : fail(x, 503, "not every kind has been listed yet");
          },
          [x](const caf::error&) { fail(x, 503, "the root actor does not answer"); });
}

void introspection_state::overview(const messages::query& x) {
  auto c = std::make_shared<collection>();
  auto done = [x, c] {
    if (--c->missing == 0)
      x.reply(200, as_json, json::write(c->all));
  };
  auto add = [c, done](const messages::actor_report& r) {
    c->all.actors.push_back(r);
    done();
  };
  c->missing = 3 + setup_.watches.size();
  self_->request(setup_.root, patience, messages::describe{})
      .then(
          [c, done](messages::operator_report& r) {
            c->all.synced = r.synced;
            c->all.applications = std::move(r.applications);
            c->all.actors.insert(c->all.actors.end(), r.actors.begin(), r.actors.end());
            done();
          },
          [done](const caf::error&) { done(); });
  auto silent = [c, done](const char* who) {
    return [c, done, who](const caf::error&) {
      c->all.actors.push_back({.name = who, .state = "does not answer"});
      done();
    };
  };
  self_->request(setup_.kube, patience, messages::describe{}).then(add, silent("kubernetes-gateway"));
  self_->request(setup_.flink, patience, messages::describe{}).then(add, silent("flink-gateway"));
  for (auto& watch : setup_.watches)
    self_->request(watch, patience, messages::describe{}).then(add, silent("watch"));
}

void introspection_state::one_application(const messages::query& x, const std::string& path) {
  std::string_view rest{path};
  rest.remove_prefix(std::string_view{"/applications/"}.size());
  auto slash = rest.find('/');
  if (slash == std::string_view::npos)
    return fail(x, 404, "the path is /applications/NAMESPACE/NAME");
  messages::describe_application ask{std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
  self_->request(setup_.root, patience, ask)
      .then([x](const messages::application_report& r) { x.reply(200, as_json, json::write(r)); },
            [x, ask](const caf::error&) {
              fail(x, 404, "no application " + ask.ns + "/" + ask.name + " is supervised");
            });
}

} // namespace actors
