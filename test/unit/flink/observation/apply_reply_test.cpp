// Answers and watch events update the observation.
#include "config/defaults.hpp"
#include "flink/observation/apply_reply.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class learned_from : public testing::Test {
protected:
  void hear(const action& x, int status, std::string body) {
    apply_reply(s.seen, s.app, x,
                {.status = status, .body = std::move(body), .at = s.now.steady, .asked = {"uid-jm", 0}});
  }

  void hear_nothing(const action& x) {
    apply_reply(s.seen, s.app, x, {.none = failure{failure_class::unknown, 0, "no answer"}, .at = s.now.steady});
  }

  std::string outcome_of(const action& x) const {
    auto i = s.seen.outcomes.find(x);
    if (i == s.seen.outcomes.end())
      return "none";
    return i->second.failed ? std::string{to_string(i->second.failed->kind)} : "done";
  }

  /// Returns an object as the API server sends it.
  std::string object(const std::string& name, const std::string& uid_label, const std::string& cluster) const {
    return R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":"u-)" + name
         + R"(","resourceVersion":"5","labels":{"flink-app":"app","flink-app-hash":")" + cluster + R"(",")"
         + std::string{labels::application_uid} + R"(":")" + uid_label + R"("}},"spec":{"replicas":1}})";
  }

  scene s;
};

TEST_F(learned_from, the_answer_to_a_create_shows_the_object_before_the_watch_does) {
  hear(create_object{object_role::job_manager, "c1"}, 201, object("app-c1-jm", "uid-1", "c1"));
  hear(create_object{object_role::versioned_service, "c1"}, 201, object("app-c1", "uid-1", "c1"));
  hear(create_object{object_role::ingress, "c1"}, 201, object("app", "uid-1", ""));
  EXPECT_TRUE(s.seen.objects.deployments.contains("app-c1-jm"));
  EXPECT_TRUE(s.seen.objects.services.contains("app-c1"));
  EXPECT_TRUE(s.seen.objects.ingresses.contains("app"));
  EXPECT_EQ(outcome_of(create_object{object_role::job_manager, "c1"}), "done");
}

TEST_F(learned_from, an_answer_that_cannot_be_read_shows_nothing) {
  hear(create_object{object_role::job_manager, "c1"}, 201, "<html>");
  EXPECT_TRUE(s.seen.objects.deployments.empty());
}

TEST_F(learned_from, a_refused_create_is_a_failure_that_counts_its_attempts) {
  action create = create_object{object_role::job_manager, "c1"};
  hear(create, 500, "");
  hear(create, 500, "");
  EXPECT_EQ(outcome_of(create), "transient");
  EXPECT_EQ(s.seen.outcomes[create].attempts, 2);
  hear(create, 201, object("app-c1-jm", "uid-1", "c1"));
  EXPECT_EQ(s.seen.outcomes[create].attempts, 0);
}

TEST_F(learned_from, an_object_under_our_name_is_ours_or_a_conflict_or_gone) {
  action create = create_object{object_role::generic_service, "c1"};
  action read = read_object{object_role::generic_service, "c1"};
  hear(read, 200, object("app", "uid-of-somebody", ""));
  EXPECT_THAT(s.seen.name_conflicts[create],
              HasSubstr("generic Service app already exists and does not belong to this application"));

  hear(read, 200, object("app", "uid-1", "c0")); // it serves the live cluster
  EXPECT_TRUE(s.seen.name_conflicts.empty());
  EXPECT_TRUE(s.seen.objects.services.contains("app"));

  hear(create, 409, R"({"reason":"AlreadyExists","details":{"name":"app"}})");
  EXPECT_EQ(outcome_of(create), "duplicate");
  hear(read, 404, R"({"reason":"NotFound","details":{"name":"app"}})");
  EXPECT_EQ(outcome_of(create), "none"); // it may be created again
}

TEST_F(learned_from, an_object_of_another_cluster_of_ours_is_a_conflict) {
  hear(read_object{object_role::job_manager, "c1"}, 200, object("app-c1-jm", "uid-1", "c0"));
  EXPECT_EQ(s.seen.name_conflicts.size(), 1U);
  EXPECT_TRUE(s.seen.objects.deployments.empty());
}

TEST_F(learned_from, an_object_of_ours_that_is_going_is_waited_for) {
  auto going = object("app-c1-jm", "uid-1", "c1");
  going.insert(going.find(R"("name")"), R"("deletionTimestamp":"2026-01-01T00:00:00Z",)");
  hear(read_object{object_role::job_manager, "c1"}, 200, going);
  EXPECT_TRUE(s.seen.name_conflicts.empty());
  EXPECT_TRUE(s.seen.objects.deployments.empty());
}

TEST_F(learned_from, a_read_that_nobody_answers_or_that_is_no_object_tells_nothing) {
  action read = read_object{object_role::job_manager, "c1"};
  hear_nothing(read);
  EXPECT_EQ(outcome_of(read), "unknown");
  hear(read, 200, "[]");
  EXPECT_TRUE(s.seen.name_conflicts.empty());
}

TEST_F(learned_from, what_a_deletion_finds_gone_leaves_the_picture) {
  s.cluster("c1");
  action gone = delete_object{object_role::job_manager, "app-c1-jm", "uid-app-c1-jm"};
  hear(gone, 404, R"({"reason":"NotFound","details":{"name":"app-c1-jm"}})");
  EXPECT_EQ(outcome_of(gone), "done");
  EXPECT_FALSE(s.seen.objects.deployments.contains("app-c1-jm"));

  action successor = delete_object{object_role::task_manager, "app-c1-tm", "uid-of-an-earlier-one"};
  hear(successor, 404, R"({"reason":"NotFound","details":{"name":"app-c1-tm"}})");
  EXPECT_TRUE(s.seen.objects.deployments.contains("app-c1-tm"));
  hear(successor, 409, R"({"reason":"Conflict"})"); // another object by now
  EXPECT_EQ(outcome_of(successor), "done");
  hear(successor, 403, R"({"reason":"Forbidden","message":"User \"u\" cannot delete"})");
  EXPECT_EQ(outcome_of(successor), "forbidden");
}

TEST_F(learned_from, what_is_to_stay_behind_and_is_gone_leaves_the_picture_too) {
  s.objects("c1");
  hear(orphan_object{object_role::versioned_service, "app-c1"}, 404, R"({"reason":"NotFound"})");
  EXPECT_FALSE(s.seen.objects.services.contains("app-c1"));
  hear(orphan_object{object_role::job_manager, "app-c1-jm"}, 404, R"({"reason":"NotFound"})");
  EXPECT_FALSE(s.seen.objects.deployments.contains("app-c1-jm"));
  EXPECT_TRUE(s.seen.objects.deployments.contains("app-c1-tm"));
}

TEST_F(learned_from, the_answers_to_changes_show_what_became_of_the_objects) {
  hear(scale_deployment{"app-c1-tm", 0}, 200, object("app-c1-tm", "uid-1", "c1"));
  hear(switch_service{"c1"}, 200, object("app", "uid-1", "c1"));
  hear(orphan_object{object_role::versioned_service, "app-c1"}, 200, object("app-c1", "uid-1", "c1"));
  EXPECT_TRUE(s.seen.objects.deployments.contains("app-c1-tm"));
  EXPECT_TRUE(s.seen.objects.services.contains("app"));
  EXPECT_TRUE(s.seen.objects.services.contains("app-c1"));
  hear(scale_deployment{"app-c1-tm", 1}, 500, "");
  EXPECT_EQ(outcome_of(scale_deployment{"app-c1-tm", 1}), "transient");
}

TEST_F(learned_from, a_namespace_is_going_if_it_says_so_or_is_gone) {
  hear(ask_namespace{}, 500, "");
  EXPECT_FALSE(s.seen.namespace_terminating);
  hear(ask_namespace{}, 200, "[]");
  EXPECT_FALSE(s.seen.namespace_terminating);
  hear(ask_namespace{}, 200, R"({"metadata":{"name":"ns","uid":"n"}})");
  EXPECT_EQ(s.seen.namespace_terminating, false);
  hear(ask_namespace{}, 200, R"({"metadata":{"name":"ns","uid":"n","deletionTimestamp":"2026-01-01T00:00:00Z"}})");
  EXPECT_EQ(s.seen.namespace_terminating, true);
  s.seen.namespace_terminating.reset();
  hear_nothing(ask_namespace{});
  EXPECT_FALSE(s.seen.namespace_terminating);
  hear(ask_namespace{}, 404, "");
  EXPECT_EQ(s.seen.namespace_terminating, true);
}

TEST_F(learned_from, an_application_is_gone_if_another_one_has_its_name) {
  hear_nothing(ask_application{});
  hear(ask_application{}, 200, "{");
  EXPECT_FALSE(s.seen.application_gone);
  hear(ask_application{}, 200, R"({"metadata":{"name":"app","namespace":"ns","uid":"uid-1"}})");
  EXPECT_EQ(s.seen.application_gone, false);
  hear(ask_application{}, 200, R"({"metadata":{"name":"app","namespace":"ns","uid":"uid-2"}})");
  EXPECT_EQ(s.seen.application_gone, true);
  s.seen.application_gone.reset();
  hear(ask_application{}, 404, "");
  EXPECT_EQ(s.seen.application_gone, true);
}

TEST_F(learned_from, finalizers_and_events_are_only_done_or_not) {
  hear(add_finalizer{}, 200, "{}");
  hear(remove_finalizer{}, 422, R"({"reason":"Invalid"})");
  hear(record_event{}, 200, "{}");
  EXPECT_EQ(outcome_of(add_finalizer{}), "done");
  EXPECT_EQ(outcome_of(remove_finalizer{}), "rejected");
  EXPECT_EQ(outcome_of(record_event{}), "none");
}

TEST_F(learned_from, what_a_job_manager_says_counts_for_its_present_life_only) {
  hear(ask_overview{"c1"}, 200, R"({"taskmanagers":1,"slots-total":2,"slots-available":2})");
  hear(ask_jobs{"c1"}, 200, R"({"jobs":[]})");
  auto& view = s.seen.job_managers["c1"];
  EXPECT_EQ(view.find(ask_overview{"c1"})->value.slots_total, 2);
  EXPECT_TRUE(view.find(ask_jobs{"c1"})->value.empty());
  hear(ask_features{"c1"}, 200, R"({"features":{"web-rescale":true}})");
  EXPECT_TRUE(view.find(ask_features{"c1"})->value.rescale);
  hear(ask_requirements{"c1", "j"}, 200, R"({"v":{"parallelism":{"lowerBound":1,"upperBound":2}}})");
  EXPECT_EQ(view.find(ask_requirements{"c1", "j"})->value->at("v"), (rest::bounds{1, 2}));

  apply_reply(s.seen, s.app, ask_jobs{"c1"}, {.status = 200, .body = R"({"jobs":[]})", .asked = {"uid-jm", 1}});
  EXPECT_FALSE(s.seen.job_managers["c1"].find(ask_overview{"c1"})); // it has restarted
}

TEST_F(learned_from, a_thing_that_does_not_exist_is_an_answer_too) {
  auto nothing = R"({"errors":["org.apache.flink.runtime.rest.NotFoundException: Job j not found"]})";
  hear(ask_job{"c1", "j"}, 404, nothing);
  hear(ask_checkpoints{"c1", "j"}, 404, nothing);
  hear(ask_restarts{"c1", "j"}, 404, nothing);
  hear(ask_exceptions{"c1", "j"}, 404, nothing);
  hear(ask_savepoint{"c1", "j", "t"}, 404, nothing);
  hear(ask_requirements{"c1", "j"}, 500, R"({"errors":["x.FlinkJobNotFoundException: Could not find Flink job"]})");
  auto& view = s.seen.job_managers["c1"];
  EXPECT_FALSE(view.find(ask_job{"c1", "j"})->value);
  EXPECT_FALSE(view.find(ask_checkpoints{"c1", "j"})->value);
  EXPECT_FALSE(view.find(ask_restarts{"c1", "j"})->value);
  EXPECT_FALSE(view.find(ask_exceptions{"c1", "j"})->value);
  EXPECT_FALSE(view.find(ask_savepoint{"c1", "j", "t"})->value);
  EXPECT_FALSE(view.find(ask_requirements{"c1", "j"})->value);
  EXPECT_EQ(outcome_of(ask_job{"c1", "j"}), "done");
}

TEST_F(learned_from, failures_of_questions_leave_what_was_known) {
  hear(ask_jobs{"c1"}, 200, R"({"jobs":[]})");
  hear_nothing(ask_jobs{"c1"});
  hear(ask_job{"c1", "j"}, 503, "");
  EXPECT_TRUE(s.seen.job_managers["c1"].find(ask_jobs{"c1"}));
  EXPECT_EQ(outcome_of(ask_jobs{"c1"}), "unknown");
  EXPECT_EQ(outcome_of(ask_job{"c1", "j"}), "transient");
}

TEST_F(learned_from, orders_are_judged_by_what_the_job_manager_says) {
  job_parameters job{.jar_name = "job.jar"};
  hear(compile_job{"c1", job}, 200, "{}");
  hear(submit_job{"c1", "j", job, ""}, 200, R"({"jobid":"j"})");
  hear(stop_job{"c1", "j", "t"}, 202, R"({"request-id":"t"})");
  hear(cancel_job{"c1", "j"}, 202, "{}");
  hear(rescale_job{"c1", "j", 4}, 200, "{}");
  EXPECT_EQ(outcome_of(rescale_job{"c1", "j", 4}), "done");
  hear(take_savepoint{"c1", "j", "t"}, 202, R"({"request-id":"t"})");
  hear(dry_run_object{object_role::job_manager, "c1"}, 422, R"({"kind":"Status","reason":"Invalid","code":422})");
  EXPECT_EQ(outcome_of(compile_job{"c1", job}), "done");
  EXPECT_EQ(outcome_of(submit_job{"c1", "j", job, ""}), "done");
  EXPECT_EQ(outcome_of(stop_job{"c1", "j", "t"}), "done");
  EXPECT_EQ(outcome_of(cancel_job{"c1", "j"}), "done");
  EXPECT_EQ(outcome_of(take_savepoint{"c1", "j", "t"}), "done");
  EXPECT_EQ(outcome_of(dry_run_object{object_role::job_manager, "c1"}), "rejected");
  hear(submit_job{"c1", "j", job, ""}, 400, R"({"errors":["DuplicateJobSubmissionException"]})");
  EXPECT_EQ(outcome_of(submit_job{"c1", "j", job, ""}), "duplicate");
}

TEST_F(learned_from, a_compiled_job_shows_its_vertices) {
  job_parameters job{.jar_name = "job.jar", .parallelism = 4};
  hear(compile_job{"c1", job}, 200, R"({"plan":{"nodes":[{"id":"v","parallelism":4},{"id":"w","parallelism":1}]}})");
  auto& plans = s.seen.job_managers["c1"].plans;
  EXPECT_EQ(plans[4], (rest::vertex_plan{{"v", 4}, {"w", 1}}));
  for (auto* strange : {"{}", R"({"plan":{}})", R"({"plan":{"nodes":[{"id":"v"}]}})"}) {
    hear(compile_job{"c1", job}, 200, strange);
    EXPECT_EQ(outcome_of(compile_job{"c1", job}), "done");
    EXPECT_TRUE(plans[4].empty()) << strange;
  }
}

TEST_F(learned_from, a_disposal_is_asked_for_under_the_identity_that_flink_has_drawn) {
  hear(dispose_savepoint{"c1", "file:/sp"}, 202, R"({"request-id":"d1"})");
  EXPECT_EQ(outcome_of(dispose_savepoint{"c1", "file:/sp"}), "done");
  auto& view = s.seen.job_managers["c1"];
  EXPECT_EQ(view.disposal_ids["file:/sp"], "d1");
  hear(ask_disposal{"c1", "d1"}, 200, R"({"status":{"id":"COMPLETED"},"operation":{}})");
  ASSERT_TRUE(view.find(ask_disposal{"c1", "d1"})->value);
  EXPECT_FALSE(view.find(ask_disposal{"c1", "d1"})->value->in_progress);
  hear(dispose_savepoint{"c1", "file:/other"}, 500, "");
  EXPECT_FALSE(view.disposal_ids.contains("file:/other"));
}

// -- watches ------------------------------------------------------------------------------------------------------

TEST_F(learned_from, an_object_that_is_removed_leaves_unless_it_has_a_successor) {
  s.cluster("c1");
  auto deployment = s.seen.objects.deployments.at("app-c1-jm");
  auto pod = s.seen.objects.pods.at("app-c1-jobmanager");
  auto service = s.seen.objects.services.at("app-c1");
  apply_object(s.seen, deployment, true);
  apply_object(s.seen, pod, true);
  apply_object(s.seen, service, true);
  apply_object(s.seen, service, true); // reported twice
  EXPECT_FALSE(s.seen.objects.deployments.contains("app-c1-jm"));
  EXPECT_FALSE(s.seen.objects.pods.contains("app-c1-jobmanager"));
  EXPECT_FALSE(s.seen.objects.services.contains("app-c1"));

  auto successor = std::make_shared<k8s::ingress>(k8s::ingress{.head = s.head("app", "", "")});
  apply_object(s.seen, successor, false);
  auto earlier = std::make_shared<k8s::ingress>(*successor);
  earlier->head.uid = "earlier";
  apply_object(s.seen, earlier, true);
  EXPECT_TRUE(s.seen.objects.ingresses.contains("app"));
}

TEST_F(learned_from, an_orphaning_deletion_is_remembered_although_its_finalizer_goes) {
  apply_application(s.seen, s.app);
  s.app.metadata.finalizers = {"orphan"};
  apply_application(s.seen, s.app);
  EXPECT_FALSE(s.seen.being_orphaned); // not deleted
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  apply_application(s.seen, s.app);
  s.app.metadata.finalizers.clear();
  apply_application(s.seen, s.app);
  EXPECT_TRUE(s.seen.being_orphaned);
}

TEST_F(learned_from, what_no_decision_can_ask_for_any_more_is_forgotten) {
  s.cluster("c1");
  for (auto* id : {"c1", "c2", "c3"})
    hear(ask_jobs{id}, 200, R"({"jobs":[]})");
  s.app.status.cluster = serving_cluster{.id = "c2"};
  evict_stale(s.seen, s.app.status, s.now.steady);
  EXPECT_EQ(s.seen.outcomes.size(), 3U);
  EXPECT_TRUE(s.seen.job_managers.contains("c1"));
  EXPECT_TRUE(s.seen.job_managers.contains("c2"));
  EXPECT_FALSE(s.seen.job_managers.contains("c3"));

  s.app.status.cluster.reset();
  evict_stale(s.seen, s.app.status, s.now.steady + config::defaults::outcomes_remembered + 1s);
  EXPECT_TRUE(s.seen.outcomes.empty());
  EXPECT_FALSE(s.seen.job_managers.contains("c2"));
}

// -- the picture --------------------------------------------------------------------------------------------------

TEST(picture, the_leader_is_a_job_manager_that_can_be_talked_to) {
  scene s;
  s.objects("c1");
  EXPECT_FALSE(look_at_cluster(s.seen, "c1").leader);
  auto pod = [&](const std::string& name, k8s::pod x) {
    x.head = s.head(name, "c1", "jobmanager");
    s.seen.objects.pods[name] = std::make_shared<k8s::pod>(std::move(x));
  };
  pod("a", {.phase = "Pending", .ip = "127.0.0.2"});
  pod("b", {.phase = "Running"});
  EXPECT_FALSE(look_at_cluster(s.seen, "c1").leader);
  pod("d", {.phase = "Running", .ip = "127.0.0.2"});
  pod("c", {.phase = "Running", .ip = "127.0.0.2"});
  EXPECT_EQ(look_at_cluster(s.seen, "c1").leader->head.key.name, "c");
  pod("e", {.phase = "Running", .ip = "127.0.0.2", .ready = true});
  EXPECT_EQ(look_at_cluster(s.seen, "c1").leader->head.key.name, "e");
  EXPECT_EQ(look_at_cluster(s.seen, "c1").job_manager_pods.size(), 5U);
}

TEST(picture, clusters_are_found_by_whatever_is_left_of_them) {
  scene s;
  s.cluster("c1").objects("c2").pods("c3");
  s.seen.objects.deployments["stranger"] = std::make_shared<k8s::deployment>();
  EXPECT_THAT(clusters_in(s.seen.objects), ElementsAre("c1", "c2", "c3"));
}

} // namespace
} // namespace flink
