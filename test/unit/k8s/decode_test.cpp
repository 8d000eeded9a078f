#include "k8s/decode.hpp"
#include "k8s/status_error.hpp"
#include "k8s/watch_line.hpp"

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;

TEST(decode, reads_a_deployment) {
  json::field_error problem;
  auto x = k8s::decode_deployment(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a-1-jm",
    "namespace":"ns","uid":"u","resourceVersion":"7","labels":{"flink-app":"a"},"managedFields":[{"x":1}],
    "ownerReferences":[{"apiVersion":"flink.k8s.io/v1beta1","kind":"FlinkApplication","name":"a","uid":"o"}]},
    "spec":{"replicas":2,"selector":{"matchLabels":{"k":"v"}}},
    "status":{"availableReplicas":1,"updatedReplicas":2,"conditions":[
      {"type":"Available","status":"True"},
      {"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota"}]}})",
                                  problem);
  ASSERT_TRUE(x);
  k8s::deployment expected;
  expected.head = {{"ns", "a-1-jm"}, "u", "7", {{"flink-app", "a"}}, false, {"o"}};
  expected.replicas = 2;
  expected.available_replicas = 1;
  expected.updated_replicas = 2;
  expected.replica_failure = "exceeded quota";
  expected.selector = {{"k", "v"}};
  EXPECT_EQ(*x, expected);
}

TEST(decode, reads_a_pod_in_a_crash_loop) {
  json::field_error problem;
  auto x = k8s::decode_pod(R"({"metadata":{"name":"p","namespace":"ns","deletionTimestamp":"2026-01-01T00:00:00Z"},
    "spec":{"nodeName":"n"},"status":{"phase":"Running","podIP":"127.0.0.2","startTime":"2026-01-01T00:00:00Z",
    "conditions":[{"type":"Ready","status":"False"}],
    "containerStatuses":[
      {"name":"a","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}},
       "lastState":{"terminated":{"exitCode":1,"reason":"Error"}}},
      {"name":"b","restartCount":1,"state":{"running":{}},
       "lastState":{"terminated":{"exitCode":2,"reason":"Error"}}}]}})",
                           problem);
  ASSERT_TRUE(x);
  k8s::pod expected;
  expected.head.key = {"ns", "p"};
  expected.head.deleting = true;
  expected.phase = "Running";
  expected.ip = "127.0.0.2";
  expected.node = "n";
  expected.restarts = 3;
  expected.waiting_reason = "CrashLoopBackOff";
  expected.container_restarts = {{"a", 2}, {"b", 1}};
  expected.waiting_message = "container a: back-off";
  expected.last_termination = "container a: Error (exit code 1)";
  expected.started = "2026-01-01T00:00:00Z";
  EXPECT_EQ(*x, expected);
}

TEST(decode, tells_the_container_that_is_in_trouble_rather_than_one_that_only_waits) {
  json::field_error problem;
  auto x = k8s::decode_pod(R"({"metadata":{"name":"p"},"status":{
    "initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"PodInitializing"}}}],
    "containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ErrImagePull","message":"no such image"}}},
                         {"name":"b","state":{"waiting":{"reason":"ContainerCreating"}}}],
    "conditions":[{"type":"Ready","status":"True"},
                  {"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/3 nodes"}]}})",
                           problem);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->waiting_reason, "ErrImagePull");
  EXPECT_EQ(x->waiting_message, "container a: no such image");
  EXPECT_EQ(x->unschedulable, "0/3 nodes");
  EXPECT_TRUE(x->ready);
}

TEST(decode, tells_why_a_container_ended_in_the_words_that_there_are) {
  struct row {
    std::string_view terminated;
    std::string words;
    std::string message = {};
  };
  for (auto& [terminated, words, message] : std::initializer_list<row>{
           {R"({"exitCode":2})", "exit code 2"},
           {R"({"exitCode":137,"reason":"OOMKilled"})", "OOMKilled (exit code 137)"},
           {R"({"exitCode":1,"reason":"Error","message":"no such class"})", "Error (exit code 1)", "no such class"},
           {R"({"exitCode":1,"message":"no such class"})", "exit code 1", "no such class"},
       }) {
    json::field_error problem;
    auto text = R"({"metadata":{"name":"p"},"status":{"containerStatuses":[{"state":{"terminated":)"
              + std::string{terminated} + "}}]}}";
    auto pod = k8s::decode_pod(text, problem);
    EXPECT_EQ(pod->last_termination, words) << terminated;
    EXPECT_EQ(pod->last_message, message) << terminated;
  }
}

TEST(decode, tells_the_trouble_of_the_first_of_two_containers) {
  json::field_error problem;
  auto x = k8s::decode_pod(R"({"metadata":{"name":"p"},"status":{"conditions":[
      {"type":"PodScheduled","status":"False","reason":"Unschedulable"}],
    "containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ErrImagePull","message":"no such image"}}},
                         {"name":"b","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off"}}}]}})",
                           problem);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->waiting_reason, "ErrImagePull");
  EXPECT_EQ(x->waiting_message, "container a: no such image");
  EXPECT_EQ(x->unschedulable, "Unschedulable") << "the reason stands for a message that there is not";
}

TEST(decode, reads_services_ingresses_and_metadata) {
  json::field_error problem;
  auto service = k8s::decode_service(
      R"({"metadata":{"name":"s"},"spec":{"clusterIP":"10.0.0.1","selector":{"a":"b"}}})", problem);
  ASSERT_TRUE(service);
  EXPECT_EQ(service->cluster_ip, "10.0.0.1");
  EXPECT_EQ(service->selector, (std::map<std::string, std::string>{{"a", "b"}}));
  EXPECT_EQ(k8s::decode_ingress(R"({"metadata":{"name":"i"}})", problem)->head.key.name, "i");
  EXPECT_EQ(k8s::decode_meta(R"({"metadata":{"name":"m","generation":4}})", problem)->generation, 4);
}

TEST(decode, reads_what_it_can_of_a_damaged_object) {
  json::field_error problem;
  auto x = k8s::decode_pod(
      R"({"metadata":{"name":"p","labels":[]},"spec":null,"status":{"phase":7,"podIP":"1.2.3.4","conditions":{}}})",
      problem);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->ip, "1.2.3.4");
}

TEST(decode, refuses_what_has_no_name) {
  for (auto text : {"", "[]", "{}", "7", R"({"metadata":{}})", R"({"metadata":{"name":7}})", R"({"metadata":"x"})"}) {
    json::field_error problem;
    EXPECT_FALSE(k8s::decode_deployment(text, problem)) << text;
    EXPECT_FALSE(k8s::decode_service(text, problem)) << text;
    EXPECT_FALSE(k8s::decode_ingress(text, problem)) << text;
    EXPECT_FALSE(k8s::decode_meta(text, problem)) << text;
    EXPECT_FALSE(problem.problem.empty()) << text;
  }
}

TEST(decode, cuts_a_list_so_that_a_bad_object_does_not_hurt_the_others) {
  json::field_error problem;
  auto body = R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":"next"},
                  "items":[{"metadata":{"name":"a"}}, 7, {"metadata":{"name":"b"},"x":1e999}]})";
  auto list = k8s::split_list(body, problem);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->resource_version, "9");
  EXPECT_EQ(list->continue_token, "next");
  EXPECT_THAT(list->items, ElementsAre(R"({"metadata":{"name":"a"}})", "7", R"({"metadata":{"name":"b"},"x":1e999})"));
  EXPECT_FALSE(k8s::decode_pod(list->items[1], problem));
  EXPECT_TRUE(k8s::decode_pod(list->items[2], problem));
}

TEST(decode, takes_null_items_for_an_empty_list_and_nothing_else) {
  json::field_error problem;
  EXPECT_TRUE(k8s::split_list(R"({"kind":"PodList","metadata":{"resourceVersion":"1"},"items":null})", problem));
  for (auto body : {"", "{}", "[]", "<html>", R"({"kind":"Status","metadata":{},"code":410})"})
    EXPECT_FALSE(k8s::split_list(body, problem)) << body;
}

TEST(status_error, is_read_with_its_causes) {
  auto x = k8s::decode_status_error(R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
    "message":"Deployment \"x\" is invalid","reason":"Invalid","details":{"name":"x","group":"apps",
    "causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.image"}],
    "retryAfterSeconds":1},"code":422})");
  k8s::status_error expected{422, "Invalid", "Deployment \"x\" is invalid", 1, {{"spec.image", "Required value"}}};
  EXPECT_EQ(x, expected);
}

TEST(status_error, is_not_made_of_other_bodies) {
  for (auto body : {"", "not found", "<html>", "{}", "[1]", R"({"kind":"Pod"})", R"({"kind":"Status")"})
    EXPECT_EQ(k8s::decode_status_error(body), std::nullopt) << body;
}

TEST(watch_line, tells_what_happened_to_which_object) {
  struct row {
    std::string_view type;
    k8s::watch_type expected;
  };
  for (auto& [type, expected] : std::initializer_list<row>{{"ADDED", k8s::watch_type::added},
                                                           {"MODIFIED", k8s::watch_type::modified},
                                                           {"DELETED", k8s::watch_type::deleted},
                                                           {"BOOKMARK", k8s::watch_type::bookmark}}) {
    json::field_error problem;
    auto line = R"({"type":")" + std::string{type} + R"(","object":{"metadata":{"resourceVersion":"12"}}})";
    auto x = k8s::decode_watch_line(line, problem);
    ASSERT_TRUE(x) << line;
    EXPECT_EQ(x->type, expected);
    EXPECT_EQ(x->resource_version, "12");
    EXPECT_EQ(x->object, R"({"metadata":{"resourceVersion":"12"}})");
    EXPECT_FALSE(x->error);
  }
}

TEST(watch_line, carries_the_error_that_ends_the_watch) {
  json::field_error problem;
  auto x = k8s::decode_watch_line(R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},
    "status":"Failure","message":"too old resource version","reason":"Expired","code":410}})",
                                  problem);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->type, k8s::watch_type::error);
  ASSERT_TRUE(x->error);
  EXPECT_EQ(x->error->code, 410);
  EXPECT_EQ(x->error->reason, "Expired");
}

TEST(watch_line, refuses_what_is_none) {
  for (auto line : {"", "{", "{}", "[]", R"({"type":"ADDED"})", R"({"type":"ADDED","object":7})",
                    R"({"type":"added","object":{}})", R"({"object":{}})"}) {
    json::field_error problem;
    EXPECT_FALSE(k8s::decode_watch_line(line, problem)) << line;
    EXPECT_FALSE(problem.problem.empty()) << line;
  }
}

} // namespace
