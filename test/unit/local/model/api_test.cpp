#include "test/unit/local/world.hpp"

#include <gmock/gmock.h>

namespace local::test {
namespace {

using testing::HasSubstr;

const std::string config_map_a = std::string{config_maps} + "/a";

TEST(api, gives_a_new_object_identity_version_and_time) {
  world x;
  auto made = x.post(config_maps, config_map("a"));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("metadata.uid").size(), 36u);
  EXPECT_EQ(made.text("metadata.creationTimestamp"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(made.text("metadata.namespace"), "default");
  EXPECT_EQ(x.get(config_map_a).body, made.body);
}

TEST(api, refuses_a_second_object_of_the_same_name) {
  world x;
  x.post(config_maps, config_map("a"));
  auto again = x.post(config_maps, config_map("a"));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.text("reason"), "AlreadyExists");
  EXPECT_EQ(again.text("message"), R"(configmaps "a" already exists)");
}

TEST(api, completes_generated_names) {
  world x;
  auto made = x.post(config_maps, R"({"metadata":{"generateName":"a-"}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("metadata.name").size(), 7u);
}

TEST(api, answers_not_found_with_the_name_in_question) {
  world x;
  auto answer = x.get(config_map_a);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.text("message"), R"(configmaps "a" not found)");
  EXPECT_EQ(x.get("/apis/none/v1/things").text("message"), "the server could not find the requested resource");
  EXPECT_EQ(x.post("/api/v1/namespaces/nowhere/configmaps", config_map("a")).text("message"),
            R"(namespaces "nowhere" not found)");
}

TEST(api, stores_nothing_in_a_dry_run) {
  world x;
  EXPECT_EQ(x.post(std::string{config_maps} + "?dryRun=All", config_map("a")).status, 201);
  EXPECT_EQ(x.get(config_map_a).status, 404);
  x.post(config_maps, config_map("a"));
  EXPECT_EQ(x.ask("PATCH", config_map_a + "?dryRun=All", R"({"data":{"a":"2"}})", "application/merge-patch+json")
                .text("data.a"),
            "2");
  EXPECT_EQ(x.remove(config_map_a + "?dryRun=All").status, 200);
  EXPECT_EQ(x.get(config_map_a).text("data.a"), "1");
}

TEST(api, lets_only_one_of_two_writers_win) {
  world x;
  auto seen = x.post(config_maps, config_map("a")).body;
  auto mine = seen, theirs = seen;
  model::make_object(mine, "data")["a"] = "mine";
  EXPECT_EQ(x.put(config_map_a, mine).status, 200);
  model::make_object(theirs, "data")["a"] = "theirs";
  auto late = x.put(config_map_a, theirs);
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(late.text("reason"), "Conflict");
  EXPECT_THAT(late.text("message"), HasSubstr("the object has been modified"));
}

TEST(api, writes_nothing_if_nothing_changes) {
  world x;
  auto made = x.post(config_maps, config_map("a"));
  EXPECT_EQ(x.merge(config_map_a, R"({"data":{"a":"1"}})").text("metadata.resourceVersion"),
            made.text("metadata.resourceVersion"));
}

TEST(api, counts_generations_of_the_wish_only) {
  sea x;
  x.post(ships, ship("s", R"({"port":"rio"})"));
  auto path = std::string{ships} + "/s";
  EXPECT_EQ(x.merge(path, R"({"metadata":{"labels":{"a":"b"}}})").integer("metadata.generation"), 1);
  EXPECT_EQ(x.merge(path + "/status", R"({"status":{"masts":1}})").integer("metadata.generation"), 1);
  EXPECT_EQ(x.merge(path, R"({"spec":{"masts":2}})").integer("metadata.generation"), 2);
}

TEST(api, keeps_spec_and_status_apart) {
  sea x;
  auto made = x.post(
      ships,
      R"({"apiVersion":"sea.example/v1","kind":"Ship","metadata":{"name":"s"},"spec":{"port":"rio"},"status":{"masts":9}})");
  EXPECT_EQ(model::find(made.body, "status"), nullptr);
  auto path = std::string{ships} + "/s";
  auto told = x.merge(path + "/status", R"({"spec":{"port":"oslo"},"status":{"masts":3}})");
  EXPECT_EQ(told.text("spec.port"), "rio");
  EXPECT_EQ(told.integer("status.masts"), 3);
  auto moved = x.merge(path, R"({"spec":{"port":"oslo"},"status":{"masts":4}})");
  EXPECT_EQ(moved.text("spec.port"), "oslo");
  EXPECT_EQ(moved.integer("status.masts"), 3);
}

TEST(api, demands_the_version_in_an_update_of_a_custom_resource) {
  sea x;
  auto made = x.post(ships, ship("s", R"({"port":"rio"})")).body;
  model::erase(made, "metadata.resourceVersion");
  EXPECT_THAT(x.put(std::string{ships} + "/s", made).text("message"), HasSubstr("must be specified for an update"));
}

TEST(api, holds_an_object_until_its_last_finalizer_is_gone) {
  world x;
  x.post(config_maps, config_map("a", R"("finalizers":["x.y/z"])"));
  auto going = x.remove(config_map_a);
  EXPECT_EQ(going.text("metadata.deletionTimestamp"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(x.get(config_map_a).status, 200);
  EXPECT_EQ(x.merge(config_map_a, R"({"metadata":{"finalizers":["x.y/z","more/one"]}})").status, 422);
  x.merge(config_map_a, R"({"metadata":{"finalizers":null}})");
  EXPECT_EQ(x.get(config_map_a).status, 404);
}

TEST(api, deletes_only_the_object_that_was_meant) {
  world x;
  auto made = x.post(config_maps, config_map("a"));
  auto wrong = x.remove(config_map_a, R"({"preconditions":{"uid":"other"}})");
  EXPECT_EQ(wrong.status, 409);
  EXPECT_THAT(wrong.text("message"), HasSubstr("Precondition failed: UID"));
  auto right = x.remove(config_map_a, R"({"preconditions":{"uid":")" + made.text("metadata.uid") + R"("}})");
  EXPECT_EQ(right.text("status"), "Success");
}

TEST(api, lets_a_running_pod_end_in_its_own_time) {
  world x;
  x.post(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  auto path = std::string{pods} + "/p";
  EXPECT_EQ(x.post(path + "/binding", R"({"target":{"name":"node"}})").status, 201);
  auto going = x.remove(path);
  EXPECT_EQ(going.integer("metadata.deletionGracePeriodSeconds"), 30);
  EXPECT_EQ(going.text("metadata.deletionTimestamp"), "2026-01-01T00:00:30Z");
  EXPECT_EQ(x.remove(path, R"({"gracePeriodSeconds":5})").integer("metadata.deletionGracePeriodSeconds"), 5);
  x.remove(path, R"({"gracePeriodSeconds":0})");
  EXPECT_EQ(x.get(path).status, 404);
}

TEST(api, removes_a_pod_without_a_node_at_once) {
  world x;
  x.post(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  x.remove(std::string{pods} + "/p");
  EXPECT_EQ(x.get(std::string{pods} + "/p").status, 404);
}

TEST(api, binds_a_pod_once) {
  world x;
  x.post(pods, R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  auto path = std::string{pods} + "/p";
  x.post(path + "/binding", R"({"target":{"name":"one"}})");
  EXPECT_EQ(x.get(path).text("spec.nodeName"), "one");
  EXPECT_THAT(x.post(path + "/binding", R"({"target":{"name":"two"}})").text("message"),
              HasSubstr(R"(pod p is already assigned to node "one")"));
}

TEST(api, pages_through_a_list_as_it_was_at_its_start) {
  world x;
  for (auto* name : {"a", "b", "c"})
    x.post(config_maps, config_map(name));
  auto first = x.get(std::string{config_maps} + "?limit=2");
  EXPECT_EQ(first.items(), 2u);
  EXPECT_EQ(first.integer("metadata.remainingItemCount"), 1);
  x.remove(std::string{config_maps} + "/c");
  auto rest = x.get(std::string{config_maps} + "?limit=2&continue=" + first.text("metadata.continue"));
  EXPECT_EQ(rest.items(), 1u);
  EXPECT_EQ(rest.text("metadata.resourceVersion"), first.text("metadata.resourceVersion"));
  EXPECT_EQ(x.get(std::string{config_maps} + "?continue=999-2").status, 410);
}

struct selection {
  const char* query;
  std::size_t count;
};

class list : public testing::TestWithParam<selection> {};

TEST_P(list, holds_what_the_selector_means) {
  world x;
  x.post(config_maps, config_map("one", R"("labels":{"tier":"a","size":"3"})"));
  x.post(config_maps, config_map("two", R"("labels":{"tier":"b"})"));
  x.post(config_maps, config_map("three"));
  auto answer = x.get(std::string{config_maps} + "?" + GetParam().query);
  ASSERT_EQ(answer.status, 200) << answer.text("message");
  EXPECT_EQ(answer.items(), GetParam().count);
}

INSTANTIATE_TEST_SUITE_P(
    rows, list,
    testing::Values(selection{"labelSelector=tier%3Da", 1}, selection{"labelSelector=tier==a", 1},
                    selection{"labelSelector=tier!=a", 2}, selection{"labelSelector=tier", 2},
                    selection{"labelSelector=!tier", 1}, selection{"labelSelector=tier+in+(a,b)", 2},
                    selection{"labelSelector=tier%20notin%20(a)", 2}, selection{"labelSelector=tier=a,size>2", 1},
                    selection{"labelSelector=size<3", 0}, selection{"labelSelector=", 3},
                    selection{"fieldSelector=metadata.name=two", 1}, selection{"fieldSelector=metadata.name!=two", 2},
                    selection{"fieldSelector=metadata.namespace=other", 0}));

TEST(api, refuses_selectors_that_it_does_not_understand) {
  world x;
  EXPECT_EQ(x.get(std::string{config_maps} + "?labelSelector=a+b").status, 400);
  EXPECT_EQ(x.get(std::string{config_maps} + "?fieldSelector=data.a%3D1").text("message"),
            "field label not supported: data.a");
}

TEST(api, scales_what_can_be_scaled) {
  sea x;
  x.post(ships, ship("s", R"({"port":"rio"})"));
  auto path = std::string{ships} + "/s";
  x.merge(path + "/status", R"({"status":{"masts":1,"selector":"a=b"}})");
  auto before = x.get(path + "/scale");
  EXPECT_EQ(before.text("kind"), "Scale");
  EXPECT_EQ(before.integer("spec.replicas"), 1);
  EXPECT_EQ(before.text("status.selector"), "a=b");
  EXPECT_EQ(x.merge(path + "/scale", R"({"spec":{"replicas":3}})").integer("spec.replicas"), 3);
  EXPECT_EQ(x.get(path).integer("spec.masts"), 3);
  EXPECT_EQ(x.merge(path + "/scale", R"({"spec":{"replicas":9}})").status, 422);
}

TEST(api, shows_tables_with_the_columns_of_the_definition) {
  sea x;
  x.post(ships, ship("s", R"({"port":"rio"})"));
  x.merge(std::string{ships} + "/s/status",
          R"({"status":{"crew":[{"count":7}],"conditions":[{"type":"Ready","status":"True"}]}})");
  auto table = x.ask("GET", ships, "", "", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
  EXPECT_EQ(table.text("kind"), "Table");
  EXPECT_EQ(model::json::serialize(table.body.at("rows").at(0).at("cells")), R"(["s","rio",7,"True"])");
  EXPECT_EQ(model::text_at(table.body.at("columnDefinitions").at(1), "name"), "Port");
}

TEST(api, stops_serving_what_is_no_longer_defined) {
  sea x;
  EXPECT_EQ(x.problem, "");
  EXPECT_EQ(x.get("/apis/sea.example/v1").status, 200);
  x.remove("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ships.sea.example");
  EXPECT_EQ(x.get(ships).status, 404);
}

TEST(api, sends_a_proxied_request_to_the_pod_behind_the_service) {
  world x;
  x.post(services,
         R"({"metadata":{"name":"s"},"spec":{"selector":{"app":"w"},"ports":[{"port":80,"targetPort":"ui"}]}})");
  auto path = std::string{services} + "/s:80/proxy/jobs/overview?a=b%20c";
  EXPECT_EQ(x.get(path).status, 503);
  x.post(
      pods,
      R"({"metadata":{"name":"p","labels":{"app":"w"}},"spec":{"containers":[{"name":"c","image":"i","ports":[{"name":"ui","containerPort":8081}]}]}})");
  x.merge(std::string{pods} + "/p/status",
          R"({"status":{"podIP":"127.10.0.1","conditions":[{"type":"Ready","status":"True"}]}})");
  auto forward = x.cluster.handle({.method = "GET", .target = path}, x.now).forward;
  ASSERT_TRUE(forward);
  EXPECT_EQ(forward->host, "127.10.0.1");
  EXPECT_EQ(forward->port, 8081);
  EXPECT_EQ(forward->target, "/jobs/overview?a=b%20c");
  auto direct = x.cluster.handle({.method = "POST", .target = std::string{pods} + "/p:9000/proxy/x"}, x.now).forward;
  ASSERT_TRUE(direct);
  EXPECT_EQ(direct->port, 9000);
}

TEST(api, says_clearly_what_it_cannot_read) {
  world x;
  x.post(config_maps, config_map("a"));
  EXPECT_EQ(x.ask("POST", config_maps, "x", "application/vnd.kubernetes.protobuf").status, 415);
  EXPECT_EQ(x.ask("PATCH", config_map_a, "{}", "text/plain").status, 415);
  EXPECT_EQ(x.ask("PATCH", config_map_a, "[]", "application/merge-patch+json").status, 400);
  EXPECT_EQ(
      x.ask("PATCH", config_map_a, R"([{"op":"test","path":"/data/a","value":"2"}])", "application/json-patch+json")
          .status,
      422);
  EXPECT_EQ(x.ask("PUT", config_maps, "{}").status, 405);
}

} // namespace
} // namespace local::test
