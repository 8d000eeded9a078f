#include "actors/application.hpp"
#include "actors/flink_gateway.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/resource/labels.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <string>

namespace actors::test {
namespace {

/// The decision of the moment; decide() is a plain function, so a test puts its own here.
std::function<flink::decision(const flink::situation&)> script;

flink::decision decide_by_script(const flink::situation& x) {
  return script(x);
}

/// A decision that changes nothing.
flink::decision calm(const flink::situation& x) {
  return {.next = x.app.status, .requeue_after = 10s};
}

/// Takes a status without a phase to ClusterStarting and creates a Service with it; then rests.
flink::decision start_once(const flink::situation& x) {
  auto d = calm(x);
  if (x.app.status.phase)
    return d;
  d.next.phase = flink::phase::ClusterStarting;
  d.actions = {flink::create_object{flink::object_role::versioned_service, "c1"}};
  d.reason = "start";
  return d;
}

/// The requests go through the real gateways: what is tested is what the API server gets to see.
class application_test : public actor_test {
protected:
  application_test() { script = calm; }
  ~application_test() override { script = nullptr; }

  void show(const std::string& version, const std::string& status = "{}", const std::string& image = "image:1") {
    auto record = std::make_shared<flink::application_record>(
        flink::read_record(application_text("a", version, status, image)));
    caf::anon_send(app, messages::application_news{record, false});
    run();
  }

  void show_job_manager(const std::string& cluster) {
    k8s::pod x{.phase = "Running", .ip = "127.0.0.2", .ready = true};
    x.head = {.key = {"ns", "a-" + cluster + "-jm-1"}, .uid = "uid-pod", .resource_version = "1"};
    x.head.labels = {{std::string{flink::labels::application}, "a"},
                     {std::string{flink::labels::cluster_id}, cluster},
                     {std::string{flink::labels::deployment_type}, "jobmanager"}};
    caf::anon_send(app, messages::object_news{std::make_shared<const k8s::pod>(x)});
    run();
  }

  messages::application_report report() {
    return ask<messages::application_report>(app, messages::describe{})->value.value();
  }

  kube_actor kube = spawn(kubernetes_gateway_of, &net, counters);
  flink_actor flink = spawn(flink_gateway_of, &net, counters);
  application_actor app = spawn(application,
                                application_setup{.kube = kube,
                                                  .flink = flink,
                                                  .decide = decide_by_script,
                                                  .wall_clock = [this] { return wall(); },
                                                  .counters = counters},
                                application_identity{.key = {"ns", "a"}, .uid = "uid-a", .seed = 1});

  static constexpr auto status_path = "PATCH /apis/flink.k8s.io/v1beta1/namespaces/ns/flinkapplications/a/status";
  static constexpr auto get_path = "GET /apis/flink.k8s.io/v1beta1/namespaces/ns/flinkapplications/a";
  static constexpr auto create_path = "POST /api/v1/namespaces/ns/services";
  static constexpr auto starting = R"({"phase":"ClusterStarting"})";

private:
  static kube_actor::behavior_type kubernetes_gateway_of(kube_actor::stateful_pointer<kubernetes_gateway_state> self,
                                                         net::transport* net, std::shared_ptr<metrics> counters) {
    return kubernetes_gateway(self, net, "http://api", std::move(counters), permanent_leadership());
  }
  static flink_actor::behavior_type flink_gateway_of(flink_actor::stateful_pointer<flink_gateway_state> self,
                                                     net::transport* net, std::shared_ptr<metrics> counters) {
    return flink_gateway(self, net, {}, std::move(counters), permanent_leadership());
  }
};

TEST_F(application_test, writes_the_status_before_it_acts) {
  script = start_once;
  show("1");
  EXPECT_EQ(net.count("POST"), 0U);
  ASSERT_NE(net.find(status_path), nullptr);
  EXPECT_THAT(net.find(status_path)->what.body, testing::HasSubstr(R"("resourceVersion":"1")"));
  EXPECT_THAT(net.find(status_path)->what.body, testing::HasSubstr("ClusterStarting"));
  answer(status_path, 200, application_text("a", "2", starting));
  EXPECT_NE(net.find(create_path), nullptr);
}

TEST_F(application_test, does_nothing_of_a_decision_whose_status_was_not_taken) {
  script = start_once;
  show("1");
  answer(status_path, 500, R"({"kind":"Status","status":"Failure","message":"no","code":500})");
  advance(500ms);
  EXPECT_EQ(net.count("POST"), 0U);
  advance(1s); // and tries again
  EXPECT_EQ(net.count(status_path), 2U);
}

TEST_F(application_test, changes_nothing_on_a_status_that_may_be_old_before_it_has_read_it) {
  script = [](const flink::situation& x) {
    auto d = calm(x);
    if (x.app.status.phase == flink::phase::ClusterStarting)
      d.actions = {flink::delete_object{flink::object_role::versioned_service, "a-c1", "uid-1"}};
    return d;
  };
  show("1", starting);
  EXPECT_EQ(net.count("DELETE"), 0U);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "5", R"({"phase":"Running"})")));
  advance(5s);
  EXPECT_EQ(net.count("DELETE"), 0U) << "it serves by now";
  show("6", starting);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "6", starting)));
  EXPECT_EQ(net.count("DELETE"), 1U);
}

TEST_F(application_test, reads_again_after_a_conflict_and_decides_on_what_it_reads) {
  script = start_once;
  show("1");
  answer(status_path, 409, R"({"kind":"Status","status":"Failure","reason":"Conflict","code":409})");
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "5")));
  ASSERT_NE(net.find(status_path), nullptr);
  EXPECT_THAT(net.find(status_path)->what.body, testing::HasSubstr(R"("resourceVersion":"5")"));
  EXPECT_EQ(net.count("POST"), 0U);
}

TEST_F(application_test, reads_again_when_the_answer_to_the_status_is_lost) {
  script = start_once;
  show("1");
  fail(status_path, net::failure::timed_out);
  EXPECT_EQ(net.count("POST"), 0U);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "2", starting))); // it had been written
  EXPECT_EQ(net.count(status_path), 1U);
}

TEST_F(application_test, takes_no_resource_of_the_same_name_for_its_own) {
  script = start_once;
  show("1");
  auto successor = application_text("a", "2", starting);
  successor.replace(successor.find("uid-a"), 5, "uid-b");
  answer(status_path, 200, successor);
  EXPECT_EQ(net.count("POST"), 0U);
  EXPECT_NE(net.find(get_path), nullptr);
}

TEST_F(application_test, ignores_news_from_before_its_own_write) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "3", starting));
  answer(create_path, 201);
  show("2"); // without a phase: a second cluster would be started
  EXPECT_EQ(net.count(status_path), 1U);
  EXPECT_EQ(report().phase, "ClusterStarting");
}

TEST_F(application_test, believes_newer_news_again_once_its_own_write_has_shown_up) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "3", starting));
  answer(create_path, 201);
  show("3", starting);
  show("4", R"({"phase":"Running"})");
  EXPECT_EQ(report().phase, "Running");
  advance(5s);
  EXPECT_EQ(net.count(get_path), 0U);
}

TEST_F(application_test, reads_the_resource_if_its_own_write_does_not_show_up) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "3", starting));
  answer(create_path, 201);
  advance(config::defaults::own_write_seen - 1ms);
  EXPECT_EQ(net.count(get_path), 0U);
  advance(1ms);
  EXPECT_EQ(net.count(get_path), 1U);
}

TEST_F(application_test, hears_of_edits_although_a_new_list_has_skipped_its_own_write) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "3", starting));
  answer(create_path, 201);
  show("4", starting, "image:2"); // the watch was cut in between: version 3 is never shown
  advance(config::defaults::own_write_seen);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "4", starting, "image:2")));
  advance(config::defaults::own_write_seen);
  answer(get_path, 200, application_text("a", "4", starting, "image:2"));
  show("5", R"({"phase":"Running"})", "image:3");
  EXPECT_EQ(report().phase, "Running");
}

TEST_F(application_test, hears_of_edits_although_its_own_write_was_read_and_never_shown) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "2", starting));
  answer(create_path, 201);
  advance(2s);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "2", starting))); // the watch is down
  std::string image;
  script = [&](const flink::situation& x) {
    image = x.app.spec.image;
    return calm(x);
  };
  show("3", starting, "image:2");
  advance(10s);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "3", starting, "image:2")));
  EXPECT_EQ(image, "image:2");
  auto reads = net.count(get_path);
  advance(5min);
  EXPECT_EQ(net.count(get_path), reads); // the version that was read had been shown
}

TEST_F(application_test, hears_of_edits_although_the_read_for_its_own_write_failed) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "2", starting));
  answer(create_path, 201);
  show("3", starting, "image:2"); // the watch was cut in between: version 2 is never shown
  advance(2s);
  ASSERT_TRUE(answer(get_path, 500));
  std::string image;
  script = [&](const flink::situation& x) {
    image = x.app.spec.image;
    return calm(x);
  };
  advance(3s);
  ASSERT_TRUE(answer(get_path, 200, application_text("a", "3", starting, "image:2")));
  EXPECT_EQ(image, "image:2");
}

TEST_F(application_test, does_not_read_its_write_again_in_the_middle_of_a_step) {
  script = start_once;
  show("1");
  answer(status_path, 200, application_text("a", "2", starting));
  advance(3s); // no answer to the creation yet
  EXPECT_EQ(net.find(get_path), nullptr);
  answer(create_path, 201);
  advance(3s);
  EXPECT_NE(net.find(get_path), nullptr);
}

TEST_F(application_test, does_not_spin_when_nothing_of_a_decision_can_be_sent) {
  int decisions = 0;
  script = [&](const flink::situation& x) {
    ++decisions;
    auto d = calm(x);
    d.actions = {flink::ask_overview{"no-cluster"}};
    return d;
  };
  show("1");
  advance(10s);
  EXPECT_GT(decisions, 10);
  EXPECT_LT(decisions, 30);
}

TEST_F(application_test, does_not_wait_for_events) {
  int asked = 0;
  script = [&asked](const flink::situation& x) {
    auto d = calm(x);
    if (++asked == 1)
      d.actions = {flink::record_event{false, "Hello", "world"}};
    return d;
  };
  show("1");
  advance(1s);
  EXPECT_EQ(asked, 2); // the event has no answer yet
  EXPECT_NE(net.find("/events"), nullptr);
  EXPECT_EQ(report().step, "idle");
}

TEST_F(application_test, creates_or_counts_an_event_whichever_the_server_has_not_refused) {
  script = [first = true](const flink::situation& x) mutable {
    auto d = calm(x);
    if (std::exchange(first, false))
      d.actions = {flink::record_event{false, "Hello", "world"}};
    return d;
  };
  show("1");
  answer("POST /api/v1/namespaces/ns/events", 409);
  EXPECT_NE(net.find("PATCH /api/v1/namespaces/ns/events/"), nullptr);
}

TEST_F(application_test, decides_again_only_when_all_answers_have_come) {
  int asked = 0;
  script = [&asked](const flink::situation& x) {
    auto d = calm(x);
    if (++asked <= 2) // the second time on a status that has been read
      d.actions = {flink::create_object{flink::object_role::versioned_service, "c1"},
                   flink::create_object{flink::object_role::generic_service, "c1"}};
    return d;
  };
  show("1");
  answer(get_path, 200, application_text("a", "1"));
  answer(create_path, 201);
  show("2");
  EXPECT_EQ(asked, 2);
  answer(create_path, 201);
  EXPECT_EQ(asked, 3);
}

TEST_F(application_test, decides_on_while_a_main_runs_and_does_not_send_it_twice) {
  int asked = 0;
  bool under_way = false;
  auto submit = flink::submit_job{"c1", "j1", {.jar_name = "job.jar", .parallelism = 1}, ""};
  script = [&](const flink::situation& x) {
    ++asked;
    under_way = x.seen.under_way.contains(submit);
    auto d = calm(x);
    if (!x.seen.outcomes.contains(submit))
      d.actions = {submit};
    return d;
  };
  show("1");
  show_job_manager("c1");
  answer(get_path, 200, application_text("a", "1"));
  ASSERT_EQ(net.count("POST /jars/job.jar/run"), 1U);
  auto before = asked;
  show("2");
  EXPECT_GT(asked, before) << "an edit is seen";
  EXPECT_TRUE(under_way);
  answer(get_path, 200, application_text("a", "2"));
  advance(1s);
  EXPECT_EQ(net.count("POST /jars/job.jar/run"), 1U);
  answer("POST /jars/job.jar/run", 200, R"({"jobid":"j1"})");
  EXPECT_FALSE(under_way);
}

TEST_F(application_test, knows_which_identity_it_has_chosen_itself) {
  const flink::job_id job_id{std::string(32, 'a')};
  flink::status chosen;
  chosen.target = flink::deploy_target{.cluster_id = "0123abcd", .spec_hash = "0123abcd", .job_id = job_id};
  std::string own = "never asked";
  script = [&](const flink::situation& x) {
    own = x.seen.own_job_id;
    auto d = calm(x);
    d.next.target = chosen.target;
    return d;
  };
  show("1");
  EXPECT_EQ(own, "");
  fail(status_path, net::failure::timed_out);
  answer(get_path, 200, application_text("a", "2", flink::encode_status(chosen)));
  EXPECT_EQ(own, "") << "whoever has written that";
  show("2", flink::encode_status(chosen));
  show("3");
  answer(status_path, 200, application_text("a", "4", flink::encode_status(chosen)));
  EXPECT_EQ(own, job_id);
}

TEST_F(application_test, looks_again_after_the_time_that_the_decision_names) {
  int asked = 0;
  script = [&asked](const flink::situation& x) {
    ++asked;
    return calm(x);
  };
  show("1");
  advance(9s);
  EXPECT_EQ(asked, 1);
  advance(3s); // ten seconds and a little
  EXPECT_EQ(asked, 2);
}

TEST_F(application_test, ends_when_the_resource_and_all_it_owned_are_gone) {
  show("1");
  auto record = std::make_shared<flink::application_record>(flink::read_record(application_text("a", "2")));
  caf::anon_send(app, messages::application_news{record, true});
  run();
  EXPECT_TRUE(ask<messages::application_report>(app, messages::describe{})->error);
}

} // namespace
} // namespace actors::test
