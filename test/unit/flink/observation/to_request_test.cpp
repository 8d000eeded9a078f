// Every action makes the right request.
#include "config/defaults.hpp"
#include "flink/observation/apply_reply.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class carried : public testing::Test {
protected:
  std::string told(const action& x) const {
    auto call = request_for(x, s.app, s.seen, {.ingress_url_format = "{{$jobCluster}}.example.com"});
    if (auto* y = std::get_if<api_server_request>(&call))
      return y->request.method + " " + y->request.target;
    if (auto* y = std::get_if<job_manager_request>(&call))
      return y->cluster_id + " " + y->request.method + " " + y->request.path;
    return "none: " + std::get<unsendable>(call).why;
  }

  std::string body(const action& x) const {
    return std::get<api_server_request>(request_for(x, s.app, s.seen, {.ingress_url_format = "h"})).request.body;
  }

  scene s;
};

TEST_F(carried, objects_go_to_where_their_kind_lives) {
  for (auto [role, where] : {std::pair{object_role::job_manager, "/apis/apps/v1/namespaces/ns/deployments"},
                             std::pair{object_role::task_manager, "/apis/apps/v1/namespaces/ns/deployments"},
                             std::pair{object_role::versioned_service, "/api/v1/namespaces/ns/services"},
                             std::pair{object_role::generic_service, "/api/v1/namespaces/ns/services"},
                             std::pair{object_role::ingress, "/apis/networking.k8s.io/v1/namespaces/ns/ingresses"}}) {
    EXPECT_THAT(told(create_object{role, "c1"}), StartsWith(std::string{"POST "} + where)) << to_string(role);
    EXPECT_THAT(told(read_object{role, "c1"}), StartsWith(std::string{"GET "} + where + "/app")) << to_string(role);
  }
}

TEST_F(carried, each_role_has_its_own_name) {
  EXPECT_THAT(told(read_object{object_role::job_manager, "c1"}), HasSubstr("/app-c1-jm"));
  EXPECT_THAT(told(read_object{object_role::task_manager, "c1"}), HasSubstr("/app-c1-tm"));
  EXPECT_THAT(told(read_object{object_role::versioned_service, "c1"}), HasSubstr("/app-c1"));
  EXPECT_THAT(body(create_object{object_role::ingress, "c1"}), HasSubstr(R"("kind":"Ingress")"));
}

TEST_F(carried, a_finalizer_is_added_once_and_taken_off_once) {
  EXPECT_THAT(told(add_finalizer{}), StartsWith("PATCH "));
  EXPECT_EQ(told(remove_finalizer{}), "none: the finalizer is gone already");
  s.finalized();
  EXPECT_THAT(told(remove_finalizer{}), StartsWith("PATCH "));
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.app.metadata.finalizers.clear();
  EXPECT_EQ(told(add_finalizer{}), "none: the finalizer cannot be added"); // refused during a deletion
}

TEST_F(carried, changes_name_what_they_change) {
  EXPECT_THAT(told(delete_object{object_role::ingress, "app", "u"}), StartsWith("DELETE /apis/networking.k8s.io"));
  EXPECT_THAT(body(delete_object{object_role::ingress, "app", "u"}), HasSubstr(R"("uid":"u")"));
  EXPECT_EQ(body(scale_deployment{"app-c1-tm", 0}), R"({"spec":{"replicas":0}})");
  EXPECT_THAT(body(switch_service{"c1"}), HasSubstr("c1-jm"));
  EXPECT_THAT(body(orphan_object{object_role::job_manager, "app-c1-jm"}), HasSubstr(std::string{labels::orphaned}));
  EXPECT_EQ(told(ask_namespace{}), "GET /api/v1/namespaces/ns");
  EXPECT_THAT(told(ask_application{}), StartsWith("GET /apis/flink.k8s.io"));
  EXPECT_EQ(told(record_event{}), "none: events are sent separately");
}

TEST_F(carried, questions_and_orders_go_to_the_job_manager_of_their_cluster) {
  job_parameters job{.jar_name = "job.jar"};
  std::vector<std::pair<action, std::string>> all{
      {ask_overview{"c1"}, "c1 GET /overview"},
      {ask_jobs{"c1"}, "c1 GET /jobs"},
      {ask_job{"c1", "j"}, "c1 GET /jobs/j"},
      {ask_checkpoints{"c1", "j"}, "c1 GET /jobs/j/checkpoints"},
      {ask_restarts{"c1", "j"}, "c1 GET /jobs/j/metrics?get=numRestarts,fullRestarts"},
      {ask_exceptions{"c1", "j"}, "c1 GET /jobs/j/exceptions?maxExceptions=1"},
      {ask_savepoint{"c1", "j", "t"}, "c1 GET /jobs/j/savepoints/t"},
      {ask_features{"c1"}, "c1 GET /config"},
      {ask_requirements{"c1", "j"}, "c1 GET /jobs/j/resource-requirements"},
      {compile_job{"c1", job}, "c1 POST /jars/job.jar/plan"},
      {submit_job{"c1", "j", job, ""}, "c1 POST /jars/job.jar/run"},
      {take_savepoint{"c1", "j", "t"}, "c1 POST /jobs/j/savepoints"},
      {dispose_savepoint{"c1", "file:/sp"}, "c1 POST /savepoint-disposal"},
      {ask_disposal{"c1", "d"}, "c1 GET /savepoint-disposal/d"},
      {stop_job{"c1", "j", "t"}, "c1 POST /jobs/j/stop"},
      {cancel_job{"c1", "j"}, "c1 PATCH /jobs/j?mode=cancel"},
      {rescale_job{"c1", "j", 4, {{"v", {1, 4}}}}, "c1 PUT /jobs/j/resource-requirements"}};
  for (auto& [x, expected] : all) {
    EXPECT_EQ(told(x), expected);
    EXPECT_EQ(job_manager_of(x), "c1") << to_string(x);
  }
}

TEST_F(carried, a_rehearsal_shows_an_object_or_its_pod_without_keeping_it) {
  for (auto role : {object_role::job_manager, object_role::task_manager}) {
    EXPECT_THAT(told(dry_run_object{role, "c1", false}),
                AllOf(StartsWith("POST /apis/apps/v1/namespaces/ns/deployments"), HasSubstr("dryRun=All")));
    EXPECT_EQ(body(dry_run_object{role, "c1", false}), body(create_object{role, "c1"}));
    EXPECT_THAT(told(dry_run_object{role, "c1", true}),
                AllOf(StartsWith("POST /api/v1/namespaces/ns/pods"), HasSubstr("dryRun=All")));
  }
  EXPECT_THAT(body(dry_run_object{object_role::job_manager, "c1", true}), HasSubstr("jobmanager"));
  EXPECT_THAT(body(dry_run_object{object_role::task_manager, "c1", true}), HasSubstr("taskmanager"));
}

TEST_F(carried, an_attempt_is_that_of_its_own_cluster) {
  s.app.status.target = deploy_target{.cluster_id = "c1", .spec_hash = "h", .attempt = 3};
  EXPECT_THAT(body(create_object{object_role::job_manager, "c1"}), HasSubstr(R"("flink.k8s.io/attempt":"3")"));
  EXPECT_THAT(body(create_object{object_role::job_manager, "c2"}), HasSubstr(R"("flink.k8s.io/attempt":"1")"));
}

TEST_F(carried, what_runs_main_has_the_users_patience) {
  job_parameters job{.jar_name = "job.jar"};
  EXPECT_EQ(timeout_for(add_finalizer{}, s.app), config::defaults::kubernetes_timeout);
  EXPECT_EQ(timeout_for(ask_jobs{"c1"}, s.app), config::defaults::flink_query_timeout);
  EXPECT_EQ(timeout_for(stop_job{"c1", "j", "t"}, s.app), config::defaults::flink_command_timeout);
  EXPECT_EQ(timeout_for(cancel_job{"c1", "j"}, s.app), config::defaults::flink_command_timeout);
  EXPECT_EQ(timeout_for(rescale_job{"c1", "j", 4}, s.app), config::defaults::flink_command_timeout);
  EXPECT_EQ(timeout_for(take_savepoint{"c1", "j", "t"}, s.app), config::defaults::flink_command_timeout);
  EXPECT_EQ(timeout_for(dispose_savepoint{"c1", "file:/sp"}, s.app), config::defaults::flink_command_timeout);
  EXPECT_EQ(timeout_for(compile_job{"c1", job}, s.app), config::defaults::submit);
  s.app.spec.timeouts.emplace();
  EXPECT_EQ(timeout_for(submit_job{"c1", "j", job, ""}, s.app), config::defaults::submit);
  s.app.spec.timeouts->submit_seconds = 7;
  EXPECT_EQ(timeout_for(submit_job{"c1", "j", job, ""}, s.app), 7s);
}

} // namespace
} // namespace flink
