#include "test/unit/local/world.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace local::test {
namespace {

using testing::HasSubstr;

/// A world in which somebody runs pods.
class fleet : public world {
public:
  /// Returns the names of pods with this image that are not ending.
  std::vector<std::string> names(const std::string& image) {
    std::vector<std::string> found;
    auto all = get(pods);
    for (auto& pod : all.body.at("items").get_array())
      if (model::text_at(pod.at("spec").at("containers").at(0), "image") == image
          && !model::find(pod, "metadata.deletionTimestamp"))
        found.emplace_back(model::text_at(pod, "metadata.name"));
    return found;
  }

  /// Makes a pod ready.
  void start(const std::string& name) {
    auto path = std::string{pods} + "/" + name;
    post(path + "/binding", R"({"target":{"name":"node"}})");
    merge(path + "/status",
          R"({"status":{"phase":"Running","podIP":"127.10.0.1","conditions":[{"type":"Ready","status":"True"}]}})");
    settle();
  }

  void start_all(const std::string& image) {
    for (auto& name : names(image))
      start(name);
  }

  /// Lets pods that are to end be gone.
  void finish() {
    auto all = get(pods);
    for (auto& pod : all.body.at("items").get_array())
      if (model::find(pod, "metadata.deletionTimestamp"))
        remove(std::string{pods} + "/" + std::string{model::text_at(pod, "metadata.name")},
               R"({"gracePeriodSeconds":0})");
    settle();
  }

  reply look() { return get(std::string{deployments} + "/d"); }

  std::string condition(const reply& x, std::string_view type) {
    auto* list = model::array_at(x.body, "status.conditions");
    for (std::size_t i = 0; list && i < list->size(); ++i)
      if (model::text_at((*list)[i], "type") == type)
        return std::string{model::text_at((*list)[i], "status")} + " "
             + std::string{model::text_at((*list)[i], "reason")};
    return {};
  }
};

TEST(deployment, has_pods_and_counts_the_ready_ones) {
  fleet x;
  x.post(deployments, deployment("d", 2));
  x.settle();
  ASSERT_EQ(x.names("job:1").size(), 2u);
  EXPECT_EQ(x.condition(x.look(), "Available"), "False MinimumReplicasUnavailable");
  EXPECT_EQ(x.look().integer("status.unavailableReplicas"), 2);
  x.start_all("job:1");
  EXPECT_EQ(x.look().integer("status.availableReplicas"), 2);
  EXPECT_EQ(x.look().integer("status.updatedReplicas"), 2);
  EXPECT_EQ(x.look().integer("status.observedGeneration"), 1);
  EXPECT_EQ(x.condition(x.look(), "Available"), "True MinimumReplicasAvailable");
  EXPECT_EQ(x.condition(x.look(), "Progressing"), "True NewReplicaSetAvailable");
}

TEST(deployment, comes_to_rest) {
  fleet x;
  x.post(deployments, deployment("d", 2));
  x.settle();
  x.start_all("job:1");
  auto version = x.cluster.resources().store().version();
  x.pass(1s);
  x.pass(20min);
  EXPECT_EQ(x.cluster.resources().store().version(), version);
}

TEST(deployment, replaces_a_pod_that_was_deleted_or_failed) {
  fleet x;
  x.post(deployments, deployment("d", 1));
  x.settle();
  auto first = x.names("job:1").front();
  x.remove(std::string{pods} + "/" + first);
  x.settle();
  ASSERT_EQ(x.names("job:1").size(), 1u);
  auto second = x.names("job:1").front();
  EXPECT_NE(first, second);
  x.merge(std::string{pods} + "/" + second + "/status", R"({"status":{"phase":"Failed"}})");
  x.settle();
  EXPECT_EQ(x.names("job:1").size(), 2u);
}

TEST(deployment, rolls_without_going_below_its_number) {
  fleet x;
  x.post(deployments, deployment("d", 2));
  x.settle();
  x.start_all("job:1");
  x.merge(std::string{deployments} + "/d",
          R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"job:2"}]}}}})");
  x.settle();
  for (int i = 0; i < 5; ++i) {
    EXPECT_GE(x.look().integer("status.availableReplicas"), 2);
    EXPECT_LE(x.names("job:1").size() + x.names("job:2").size(), 3u);
    x.start_all("job:2");
    x.finish();
  }
  EXPECT_EQ(x.names("job:1").size(), 0u);
  EXPECT_EQ(x.names("job:2").size(), 2u);
}

TEST(deployment, with_recreate_waits_until_the_last_old_pod_is_gone) {
  fleet x;
  x.post(deployments, deployment("d", 1, "job:1", "Recreate"));
  x.settle();
  x.start_all("job:1");
  x.merge(std::string{deployments} + "/d",
          R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"job:2"}]}}}})");
  x.settle();
  EXPECT_EQ(x.names("job:2").size(), 0u);
  x.finish();
  EXPECT_EQ(x.names("job:2").size(), 1u);
}

TEST(deployment, tells_why_its_pods_are_refused_and_tries_again) {
  fleet x;
  auto body = deployment("d", 1);
  body.replace(body.find("\"containers\""), 0, R"("serviceAccountName":"late",)");
  x.post(deployments, body);
  x.settle();
  EXPECT_EQ(x.condition(x.look(), "ReplicaFailure"), "True FailedCreate");
  x.post("/api/v1/namespaces/default/serviceaccounts", R"({"metadata":{"name":"late"}})");
  x.pass(1s);
  EXPECT_EQ(x.names("job:1").size(), 1u);
  EXPECT_EQ(x.condition(x.look(), "ReplicaFailure"), "");
}

TEST(deployment, says_when_its_progress_takes_too_long) {
  fleet x;
  x.post(deployments, deployment("d", 1));
  x.settle();
  EXPECT_EQ(x.condition(x.look(), "Progressing"), "True ReplicaSetUpdated");
  x.pass(601s);
  EXPECT_EQ(x.condition(x.look(), "Progressing"), "False ProgressDeadlineExceeded");
}

TEST(deployment, leaves_its_wish_in_peace_when_scaled_to_zero) {
  fleet x;
  x.post(deployments, deployment("d", 2));
  x.settle();
  x.merge(std::string{deployments} + "/d/scale", R"({"spec":{"replicas":0}})");
  x.settle();
  EXPECT_EQ(x.names("job:1").size(), 0u);
  EXPECT_EQ(x.get(replicasets).items(), 1u);
}

class cascade : public testing::Test {
public:
  fleet x;

  cascade() {
    x.post(deployments, deployment("d", 1));
    x.settle();
    x.start_all("job:1");
  }

  void remove(const std::string& policy) {
    x.remove(std::string{deployments} + "/d", R"({"propagationPolicy":")" + policy + R"("})");
    x.settle();
  }
};

TEST_F(cascade, in_the_background_takes_the_pods_after_the_owner) {
  remove("Background");
  EXPECT_EQ(x.look().status, 404);
  EXPECT_EQ(x.get(replicasets).items(), 0u);
  EXPECT_NE(x.get(pods).body.at("items").at(0).at("metadata").get_object().if_contains("deletionTimestamp"), nullptr);
}

TEST_F(cascade, in_the_foreground_takes_the_pods_before_the_owner) {
  remove("Foreground");
  EXPECT_EQ(x.look().status, 200);
  EXPECT_EQ(x.look().body.at("metadata").at("finalizers").at(0), "foregroundDeletion");
  x.finish();
  EXPECT_EQ(x.look().status, 404);
  EXPECT_EQ(x.get(pods).items(), 0u);
}

TEST_F(cascade, as_orphans_leaves_the_pods_alone) {
  remove("Orphan");
  EXPECT_EQ(x.look().status, 404);
  auto sets = x.get(replicasets);
  ASSERT_EQ(sets.items(), 1u);
  EXPECT_EQ(model::find(sets.body.at("items").at(0), "metadata.ownerReferences"), nullptr);
  EXPECT_EQ(x.names("job:1").size(), 1u);
}

std::string owned(const std::string& name, const std::string& owner, const std::string& uid) {
  return config_map(name, R"("ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":")" + owner
                              + R"(","uid":")" + uid + R"("}])");
}

TEST(garbage, is_what_names_an_owner_that_does_not_exist) {
  world x;
  x.post(config_maps, owned("a", "ghost", "no-such-uid"));
  x.settle();
  EXPECT_EQ(x.get(std::string{config_maps} + "/a").status, 404);
}

TEST(garbage, is_not_what_still_has_another_owner) {
  world x;
  auto uid = x.post(config_maps, config_map("one")).text("metadata.uid");
  x.post(config_maps,
         config_map("a", R"("ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"one","uid":")" + uid
                             + R"("},{"apiVersion":"v1","kind":"ConfigMap","name":"two","uid":"gone"}])"));
  x.settle();
  auto kept = x.get(std::string{config_maps} + "/a");
  EXPECT_EQ(kept.body.at("metadata").at("ownerReferences").get_array().size(), 1u);
  x.remove(std::string{config_maps} + "/one");
  x.settle();
  EXPECT_EQ(x.get(std::string{config_maps} + "/a").status, 404);
}

TEST(garbage, goes_by_uid_and_not_by_name) {
  world x;
  auto uid = x.post(config_maps, config_map("one")).text("metadata.uid");
  x.post(config_maps, owned("a", "one", uid));
  x.settle();
  x.remove(std::string{config_maps} + "/one");
  x.post(config_maps, config_map("one"));
  x.settle();
  EXPECT_EQ(x.get(std::string{config_maps} + "/a").status, 404);
}

TEST(a_namespace, goes_when_its_last_object_has_gone) {
  world x;
  x.post("/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  x.settle();
  EXPECT_EQ(x.get("/api/v1/namespaces/n/serviceaccounts/default").status, 200);
  auto inside = std::string{"/api/v1/namespaces/n/configmaps"};
  x.post(inside, config_map("held", R"("finalizers":["x.y/z"])"));
  x.post(inside, config_map("free"));
  EXPECT_EQ(x.remove("/api/v1/namespaces/n").text("status.phase"), "Terminating");
  x.settle();
  EXPECT_EQ(x.get(inside + "/free").status, 404);
  EXPECT_NE(model::find(x.get(inside + "/held").body, "metadata.deletionTimestamp"), nullptr);
  EXPECT_THAT(x.post(inside, config_map("late")).text("message"), HasSubstr("because it is being terminated"));
  EXPECT_EQ(x.get("/api/v1/namespaces/n").status, 200);
  x.merge(inside + "/held", R"({"metadata":{"finalizers":null}})");
  x.settle();
  EXPECT_EQ(x.get("/api/v1/namespaces/n").status, 404);
}

TEST(a_namespace, that_every_cluster_has_stays) {
  world x;
  EXPECT_THAT(x.remove("/api/v1/namespaces/default").text("message"), HasSubstr("this namespace may not be deleted"));
}

TEST(a_service, keeps_the_address_it_was_given) {
  world x;
  auto made = x.post(services, R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}})");
  EXPECT_THAT(made.text("spec.clusterIP"), HasSubstr("10.96."));
  auto changed = x.merge(std::string{services} + "/s", R"({"spec":{"ports":[{"port":81}]}})");
  EXPECT_EQ(changed.text("spec.clusterIP"), made.text("spec.clusterIP"));
  EXPECT_EQ(x.merge(std::string{services} + "/s", R"({"spec":{"clusterIP":"10.96.9.9"}})").status, 422);
  EXPECT_EQ(x.post(services, R"({"metadata":{"name":"h"},"spec":{"clusterIP":"None"}})").text("spec.clusterIP"),
            "None");
}

TEST(events, are_forgotten_after_an_hour) {
  fleet x;
  x.post(deployments, deployment("d", 1));
  x.settle();
  EXPECT_GT(x.get("/api/v1/events").items(), 0u);
  x.pass(2h);
  EXPECT_EQ(x.get("/api/v1/events").items(), 0u);
}

} // namespace
} // namespace local::test
