#include "actors/flink_gateway.hpp"
#include "actors/introspection.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "actors/operator.hpp"
#include "config/defaults.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace actors::test {
namespace {

/// Names of the applications that were decided, in order; "bad" crashes its supervisor.
std::vector<std::string> decided;
/// Pods that the last decision saw.
std::size_t pods_seen = 0;
/// Deployments that it saw.
std::size_t deployments_seen = 0;

flink::decision note(const flink::situation& x) {
  decided.push_back(x.app.metadata.name);
  pods_seen = x.seen.objects.pods.size();
  deployments_seen = x.seen.objects.deployments.size();
  if (x.app.metadata.name == "bad")
    throw std::runtime_error{"a mistake in decide"};
  return {.next = x.app.status,
          .requeue_after = 1h,
          .waiting = {.reason = "Resting", .message = std::to_string(x.seen.objects.pods.size()) + " pods"}};
}

class operator_test : public actor_test {
protected:
  operator_test() { decided.clear(); }

  operator_setup setup() {
    return {
        .application
        = {.kube = kube, .flink = flink, .decide = note, .wall_clock = [this] { return wall(); }, .counters = counters},
        .kinds = {"flinkapplications", "pods"},
        .seed = 1};
  }

  void show(const std::string& name, bool removed = false) {
    auto record = std::make_shared<flink::application_record>(flink::read_record(application_text(name, "1")));
    caf::anon_send(root, messages::application_news{record, removed});
    run();
  }

  void show_pod(const std::string& name, const std::string& uid, bool removed = false) {
    k8s::pod x{.head = {.key = {"ns", name}, .uid = name, .resource_version = "1"}};
    if (!uid.empty())
      x.head.labels = {{"flink-app", "a"}, {"flink.k8s.io/application-uid", uid}};
    caf::anon_send(root, messages::object_news{std::make_shared<const k8s::pod>(std::move(x)), removed});
    run();
  }

  void show_unlabelled_pod(const std::string& name, const std::string& app, bool removed = false) {
    k8s::pod x{.head
               = {.key = {"ns", name}, .uid = name, .labels = {{"flink-app", app}}, .owner_uids = {"a ReplicaSet"}}};
    caf::anon_send(root, messages::object_news{std::make_shared<const k8s::pod>(std::move(x)), removed});
    run();
  }

  void show_deployment(const std::string& name, const std::string& app, const std::string& owner,
                       const std::string& uid = {}) {
    k8s::deployment x{.head = {.key = {"ns", name}, .uid = name, .labels = {{"flink-app", app}}}};
    if (!owner.empty())
      x.head.owner_uids = {owner};
    if (!uid.empty())
      x.head.labels["flink.k8s.io/application-uid"] = uid;
    caf::anon_send(root, messages::object_news{std::make_shared<const k8s::deployment>(std::move(x)), false});
    run();
  }

  void sync() {
    for (auto* kind : {"flinkapplications", "pods"})
      caf::anon_send(root, messages::kind_synced{kind});
    run();
  }

  messages::operator_report report() {
    return ask<messages::operator_report>(root, messages::describe{})->value.value();
  }

  std::string waiting(const std::string& name) {
    auto a = ask<messages::application_report>(root, messages::describe_application{"ns", name});
    return a->value ? a->value->waiting_message : "not managed";
  }

  std::ptrdiff_t times(const std::string& name) { return std::count(decided.begin(), decided.end(), name); }

  /// Returns status and body of a page.
  std::pair<int, std::string> page(const std::string& path, const std::string& accept = "*/*") {
    auto out = std::make_shared<std::pair<int, std::string>>(0, "");
    caf::anon_send(pages, messages::page_request{path, accept, [out](int status, std::string, std::string body) {
                                                   *out = {status, body};
                                                 }});
    run();
    advance(3s);
    return *out;
  }

  kube_actor kube = spawn(kubernetes_gateway, &net, std::string{"http://api"}, counters, may_act);
  flink_actor flink = spawn(flink_gateway, &net, job_manager_access{}, counters, may_act);
  operator_actor root = spawn(operator_root, setup());
  introspection_actor pages = spawn(introspection, introspection_setup{root, kube, flink, {}, {}, counters});
};

TEST_F(operator_test, decides_nothing_before_every_kind_has_been_seen) {
  show("a");
  caf::anon_send(root, messages::kind_synced{"flinkapplications"});
  run();
  EXPECT_TRUE(decided.empty());
  EXPECT_FALSE(report().synced);
  caf::anon_send(root, messages::kind_synced{"pods"});
  run();
  EXPECT_THAT(decided, testing::ElementsAre("a"));
}

TEST_F(operator_test, gives_each_application_the_objects_that_carry_its_uid) {
  show_pod("p1", "uid-a");
  show_pod("p2", "uid-a");
  show_pod("p3", "uid-b");
  show_pod("stranger", "");
  show("a");
  show("b");
  sync();
  EXPECT_EQ(waiting("a"), "2 pods");
  EXPECT_EQ(waiting("b"), "1 pods");
  show_pod("p2", "uid-a", true);
  EXPECT_EQ(waiting("a"), "1 pods");
  EXPECT_EQ(waiting("b"), "1 pods");
}

TEST_F(operator_test, gives_each_application_what_the_go_operator_made_for_it) {
  show_unlabelled_pod("p1", "a");
  show_unlabelled_pod("p2", "b");
  show_deployment("mine", "a", "uid-a");
  show_deployment("of-an-earlier-life", "a", "uid-0");
  show("a");
  sync();
  EXPECT_EQ(waiting("a"), "1 pods");
  EXPECT_EQ(deployments_seen, 1U) << "the owner reference names the application";
  show_unlabelled_pod("p3", "a");
  EXPECT_EQ(waiting("a"), "2 pods");
  show_unlabelled_pod("p1", "a", true);
  EXPECT_EQ(waiting("a"), "1 pods");
}

TEST_F(operator_test, an_object_whose_owner_is_taken_off_by_others_is_nobodys_any_more) {
  show_deployment("d", "a", "uid-a");
  show("a");
  sync();
  EXPECT_EQ(deployments_seen, 1U);
  show_deployment("d", "a", "");
  EXPECT_EQ(deployments_seen, 0U);
}

TEST_F(operator_test, an_object_that_was_taken_over_goes_on_as_ours) {
  show_deployment("d", "a", "uid-a");
  show("a");
  sync();
  show_deployment("d", "a", "", "uid-a");
  EXPECT_EQ(deployments_seen, 1U);
}

TEST_F(operator_test, objects_without_application_and_uid_are_never_swept) {
  show_deployment("d", "a", "uid-a");
  sync();
  EXPECT_TRUE(decided.empty()) << "their owner, or whoever made them, looks after them";
  EXPECT_TRUE(report().applications.empty());
}

TEST_F(operator_test, starts_a_crashed_supervisor_again_with_growing_pauses) {
  sync();
  show("bad");
  EXPECT_EQ(times("bad"), 1);
  advance(config::defaults::restart_first);
  EXPECT_EQ(times("bad"), 2);
  advance(config::defaults::restart_first);
  EXPECT_EQ(times("bad"), 2);
  advance(config::defaults::restart_first);
  EXPECT_EQ(times("bad"), 3);
  auto r = report();
  ASSERT_EQ(r.applications.size(), 1U);
  EXPECT_EQ(r.applications[0].restarts, 3);
  EXPECT_THAT(r.applications[0].step, testing::HasSubstr("a mistake in decide"));
  advance(1h);
  EXPECT_LT(times("bad"), 30);
  EXPECT_GT(times("bad"), 15); // at the longest pause it goes on for ever
}

TEST_F(operator_test, serves_the_neighbour_of_one_that_crashes) {
  sync();
  show("bad");
  show("good");
  show_pod("p", "uid-good");
  advance(1min);
  EXPECT_EQ(waiting("good"), "1 pods");
}

TEST_F(operator_test, tells_a_restarted_supervisor_all_that_is_known) {
  sync();
  show("bad");
  show_pod("p", "uid-bad"); // comes in the pause
  EXPECT_EQ(pods_seen, 0U);
  advance(config::defaults::restart_first);
  EXPECT_EQ(times("bad"), 2);
  EXPECT_EQ(pods_seen, 1U);
}

TEST_F(operator_test, forgets_an_application_that_is_gone_with_its_objects) {
  sync();
  show("a");
  show_pod("p", "uid-a");
  show_pod("p", "uid-a", true);
  show("a", true);
  EXPECT_TRUE(report().applications.empty());
}

TEST_F(operator_test, forgets_a_crashed_application_that_is_removed_in_the_pause) {
  sync();
  show("bad");
  show("bad", true);
  advance(10min);
  EXPECT_TRUE(report().applications.empty());
  EXPECT_EQ(times("bad"), 1);
}

TEST_F(operator_test, ends_when_its_supervisors_have_ended) {
  sync();
  show("a");
  std::size_t decided_until_then = 0;
  root->attach_functor([&] { decided_until_then = decided.size(); });
  auto record = std::make_shared<flink::application_record>(flink::read_record(application_text("a", "2")));
  caf::anon_send(root, messages::application_news{record, false}); // still to be decided when the end is asked for
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(decided.size(), 2U);
  EXPECT_EQ(decided_until_then, 2U);
}

// -- introspection -----------------------------------------------------------------------------------------

TEST_F(operator_test, is_ready_when_every_kind_has_been_seen) {
  EXPECT_EQ(page("/healthz").first, 200);
  EXPECT_EQ(page("/readyz").first, 503);
  sync();
  EXPECT_EQ(page("/readyz").first, 200);
}

TEST_F(operator_test, is_not_ready_without_its_root) {
  sync();
  caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(page("/readyz").first, 503);
  EXPECT_EQ(page("/").first, 200); // lists the actors that answer
}

TEST_F(operator_test, lists_actors_and_applications_on_its_first_page) {
  sync();
  show("a");
  auto [status, body] = page("/");
  EXPECT_EQ(status, 200);
  for (auto* part : {"\"synced\":true", "kubernetes-gateway", "flink-gateway", "\"operator\"", "\"uid\":\"uid-a\""})
    EXPECT_THAT(body, testing::HasSubstr(part));
}

TEST_F(operator_test, tells_on_its_first_page_what_each_application_waits_for) {
  sync();
  show("a");
  EXPECT_THAT(page("/").second, testing::HasSubstr(R"("waitingFor":"Resting")"));
  EXPECT_THAT(page("/").second, testing::Not(testing::HasSubstr("decisions")));
}

TEST_F(operator_test, marks_the_application_of_a_crashed_supervisor) {
  sync();
  show("bad");
  EXPECT_TRUE(report().applications.at(0).trouble);
  EXPECT_THAT(page("/", "text/html").second, testing::HasSubstr("1 application, 1 blocked or failed"));
}

TEST_F(operator_test, shows_pages_to_browsers) {
  sync();
  show("a");
  for (auto* path : {"/", "/applications/ns/a"}) {
    EXPECT_THAT(page(path, "text/html,application/xhtml+xml;q=0.9").second, testing::StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(page(path, "").second, testing::StartsWith("{"));
  }
}

TEST_F(operator_test, shows_each_application_the_lanes_of_its_own_clusters) {
  sync();
  show("a");
  for (auto* service : {"a-0123abcd", "a-b-0123abcd"})
    ask<messages::answer>(flink, messages::flink_request{{"ns", service, std::string{"jm-"} + service, "127.0.0.1",
                                                          "u-" + std::string{service}, 8081},
                                                         flink::rest::get_jobs(),
                                                         system.now() + 60s});
  auto [status, body] = page("/applications/ns/a");
  EXPECT_THAT(body, testing::HasSubstr(R"("pod":"jm-a-0123abcd","service":"a-0123abcd","inFlight":1)"));
  EXPECT_THAT(body, testing::Not(testing::HasSubstr("jm-a-b-")));
  EXPECT_THAT(page("/").second, testing::HasSubstr("jm-a-b-"));
}

TEST_F(operator_test, tells_what_one_application_waits_for) {
  sync();
  show("a");
  auto [status, body] = page("/applications/ns/a?x=1");
  EXPECT_EQ(status, 200);
  EXPECT_THAT(body, testing::HasSubstr("\"waitingFor\":\"Resting\""));
}

TEST_F(operator_test, answers_what_it_does_not_have_with_404) {
  sync();
  for (auto* path : {"/nothing", "/applications/ns/none", "/applications/a", "", "/applications/"})
    EXPECT_EQ(page(path).first, 404) << path;
}

TEST_F(operator_test, shows_metrics) {
  EXPECT_THAT(page("/metrics").second, testing::HasSubstr("flink_operator_applications"));
}

} // namespace
} // namespace actors::test
