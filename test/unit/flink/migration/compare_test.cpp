// Which differences prove that the spec asks for something other than the cluster of the Go operator.
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using testing::HasSubstr;

/// Both Deployments, and the spec that the Go operator made them from.
struct pair {
  adopted world{"Running"};
  std::string jm = world.texts.at("orders-0a1b2c3d-jm");
  std::string tm = world.texts.at("orders-0a1b2c3d-tm");

  /// Changes the spec by a merge patch.
  void edit(const std::string& patch) {
    std::vector<json::field_error> errors;
    auto text = yaml::load("test/unit/flink/adopted/application.yaml");
    world.app = decode_application(json::apply_merge_patch(text, R"({"spec":)" + patch + "}"), errors);
  }

  comparison compared(std::optional<int32_t> rescaled_to = {}) const {
    return compare_with_spec(world.app.spec, jm, tm, rescaled_to);
  }
};

TEST(legacy_comparison, a_cluster_is_equal_to_the_spec_it_was_made_from) {
  auto x = pair{}.compared();
  EXPECT_EQ(x.how, likeness::equal) << x.why;
}

TEST(legacy_comparison, defaults_are_those_of_the_go_operator) {
  pair p;
  p.world.app.spec.job_manager_config->resources.reset();
  p.jm = json::apply_merge_patch(p.jm, R"({"spec":{"template":{"spec":{"containers":null}}}})");
  auto x = pair{}.compared();
  EXPECT_EQ(x.how, likeness::equal) << "the TaskManager's resources are not in the spec";
  EXPECT_EQ(p.compared().how, likeness::undecidable) << "there is no container to compare";
}

struct edit {
  const char* name;
  /// Applied to the spec, as a merge patch.
  const char* patch;
  const char* words;
  friend void PrintTo(const edit& x, std::ostream* out) { *out << x.name; }
};

const edit edits[] = {
    {"image", R"({"image":"registry/orders:2"})", "image"},
    {"jar", R"({"jarName":"other.jar"})", "jarName"},
    {"parallelism", R"({"parallelism":4})", "parallelism"},
    {"entry_class", R"({"entryClass":"com.shop.Other"})", "entryClass"},
    {"no_entry_class", R"({"entryClass":null})", "entryClass"},
    {"arguments", R"({"programArgs":"--rate 6"})", "programArgs"},
    {"nonce", R"({"restartNonce":"1"})", "restartNonce"},
    {"config_value", R"({"flinkConfig":{"akka.client.timeout":"24 s"}})", "akka.client.timeout"},
    {"config_number", R"({"flinkConfig":{"taskmanager.memory.network.fraction":0.2}})", "network.fraction"},
    {"config_flag", R"({"flinkConfig":{"web.cancel.enable":true}})", "web.cancel.enable"},
    {"config_added", R"({"flinkConfig":{"restart-strategy":"fixed-delay"}})", "restart-strategy"},
    {"slots", R"({"taskManagerConfig":{"taskSlots":3}})", "numberOfTaskSlots"},
    {"rpc_port", R"({"rpcPort":7000})", "jobmanager.rpc.port"},
    {"cpu", R"({"jobManagerConfig":{"resources":{"requests":{"cpu":"1"}}}})", "cpu"},
    {"memory_of_the_default", R"({"taskManagerConfig":{"resources":{"requests":{"memory":"2Gi"}}}})", "memory"},
    {"variable", R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"LOG_LEVEL","value":"debug"}]}}})", "LOG_LEVEL"},
    {"variable_added", R"({"taskManagerConfig":{"envConfig":{"env":[{"name":"ZONE","value":"a"}]}}})", "ZONE"},
    {"secret_of_a_variable",
     R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"shop","key":"other"}}}]}}})",
     "PASSWORD"},
    {"replicas", R"({"jobManagerConfig":{"replicas":2}})", "replicas"},
    {"pod_template", R"({"taskManagerConfig":{"podTemplate":{"spec":{}}}})", "podTemplate"},
};

class legacy_edit : public testing::TestWithParam<edit> {};

TEST_P(legacy_edit, makes_an_update_due) {
  pair p;
  p.edit(GetParam().patch);
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::different) << x.why;
  EXPECT_THAT(x.why, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(edits, legacy_edit, testing::ValuesIn(edits), [](auto& x) { return x.param.name; });

TEST(legacy_comparison, other_notations_are_no_edit) {
  pair p;
  auto& spec = p.world.app.spec;
  spec.job_manager_config->resources = json::raw{R"({"requests":{"cpu":"500m","memory":"536870912"}})"};
  spec.flink_config["taskmanager.memory.network.fraction"] = 0.10;
  spec.flink_config["web.cancel.enable"] = std::string{"false"};
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::equal) << x.why;
}

TEST(legacy_comparison, what_the_operator_owns_is_not_taken_from_the_spec) {
  pair p;
  p.world.app.spec.flink_config["jobmanager.rpc.address"] = std::string{"elsewhere"};
  p.world.app.spec.flink_config["taskmanager.numberOfTaskSlots"] = 7.0;
  EXPECT_EQ(p.compared().how, likeness::equal);
}

TEST(legacy_comparison, options_that_the_operator_owns_are_no_difference_though_the_go_operator_passed_them_on) {
  pair p;
  for (auto key :
       {"rest.port", "rest.bind-port", "web.port", "query.proxy.ports", "queryable-state.proxy.ports",
        "jobmanager.rpc.bind-port", "high-availability.zookeeper.path.namespace", "recovery.zookeeper.path.namespace"})
    p.world.app.spec.flink_config[key] = std::string{"1"};
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::equal) << x.why;
}

TEST(legacy_comparison, only_what_is_proved_is_a_difference) {
  pair p;
  p.world.app.spec.flink_config.erase("akka.client.timeout");
  EXPECT_EQ(p.compared().how, likeness::undecidable) << "an earlier release may have set it";
  pair q;
  q.world.app.spec.service_account_name = "flink";
  EXPECT_EQ(q.compared().how, likeness::undecidable);
  pair r;
  r.world.app.spec.flink_config["a"] = std::string{"two\nlines"};
  EXPECT_EQ(r.compared().how, likeness::undecidable);
}

struct placement {
  const char* name;
  /// A merge patch for the spec, and one for the pod of the JobManager.
  const char* spec;
  const char* pod;
  likeness how;
  friend void PrintTo(const placement& x, std::ostream* out) { *out << x.name; }
};

const placement placements[] = {
    {"a selector that the pod lacks", R"({"jobManagerConfig":{"nodeSelector":{"disk":"ssd"}}})", "{}",
     likeness::undecidable},
    {"a selector to which a webhook added", R"({"jobManagerConfig":{"nodeSelector":{"disk":"ssd"}}})",
     R"({"nodeSelector":{"disk":"ssd","zone":"a"}})", likeness::equal},
    {"a selector of another value", R"({"jobManagerConfig":{"nodeSelector":{"disk":"ssd"}}})",
     R"({"nodeSelector":{"disk":"hdd"}})", likeness::undecidable},
    {"an affinity with the same terms, and defaults",
     R"({"jobManagerConfig":{"affinity":{"terms":[{"a":1},{"b":2}]}}})",
     R"({"affinity":{"terms":[{"a":1,"weight":1},{"b":2}]}})", likeness::equal},
    {"an affinity with a term more", R"({"jobManagerConfig":{"affinity":{"terms":[{"a":1},{"b":2}]}}})",
     R"({"affinity":{"terms":[{"a":1}]}})", likeness::undecidable},
    {"an affinity with a term less", R"({"jobManagerConfig":{"affinity":{"terms":[{"a":1}]}}})",
     R"({"affinity":{"terms":[{"a":1},{"b":2}]}})", likeness::undecidable},
    {"an affinity with another term", R"({"jobManagerConfig":{"affinity":{"terms":[{"a":1}]}}})",
     R"({"affinity":{"terms":[{"a":3}]}})", likeness::undecidable},
    {"a list where there is none", R"({"jobManagerConfig":{"affinity":{"terms":[]}}})", R"({"affinity":{"terms":{}}})",
     likeness::undecidable},
    {"an affinity that is set to nothing", R"({"jobManagerConfig":{"affinity":{}}})", "{}", likeness::undecidable},
    {"a security context that the pod lacks", R"({"securityContext":{"runAsUser":7}})", "{}", likeness::undecidable},
    {"a service account that the pod has", R"({"serviceAccountName":"flink"})", R"({"serviceAccountName":"flink"})",
     likeness::equal},
    {"arguments as a list", R"({"programArgs":null,"programArgsList":["--rate","5"]})", "{}", likeness::undecidable},
};

class placed : public testing::TestWithParam<placement> {};

TEST_P(placed, is_an_edit_only_if_that_is_proved) {
  pair p;
  p.edit(GetParam().spec);
  for (auto* deployment : {&p.jm, &p.tm})
    *deployment
        = json::apply_merge_patch(*deployment, std::string{R"({"spec":{"template":{"spec":)"} + GetParam().pod + "}}}");
  auto x = p.compared();
  EXPECT_EQ(x.how, GetParam().how) << x.why;
}

INSTANTIATE_TEST_SUITE_P(placements, placed, testing::ValuesIn(placements));

TEST(legacy_comparison, an_option_of_the_operator_that_is_missing_proves_nothing) {
  pair p;
  p.jm = replaced(p.jm, "query.server.port: ", "query.another.port: ");
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::undecidable);
  EXPECT_THAT(x.why, HasSubstr("query.server.port"));
}

TEST(legacy_comparison, a_cluster_that_is_scaled_away_is_no_edit_of_its_replicas) {
  pair p;
  p.jm = json::apply_merge_patch(p.jm, R"({"spec":{"replicas":0}})");
  EXPECT_EQ(p.compared().how, likeness::equal);
}

TEST(legacy_comparison, a_difference_outweighs_what_cannot_be_told) {
  pair p;
  p.world.app.spec.service_account_name = "flink";
  p.world.app.spec.image = "registry/orders:2";
  EXPECT_EQ(p.compared().how, likeness::different);
}

TEST(legacy_comparison, a_sidecar_that_was_injected_is_not_flink) {
  pair p;
  p.jm = replaced(p.jm, R"("containers":[)", R"("containers":[{"name":"proxy","image":"mesh:1"},)");
  EXPECT_EQ(p.compared().how, likeness::equal);
}

TEST(legacy_comparison, of_variables_with_one_name_the_last_one_counts) {
  pair p;
  auto& env = p.world.app.spec.job_manager_config->env_config->env;
  env.insert(env.begin(), json::raw{R"({"name":"LOG_LEVEL","value":"debug"})"});
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::equal) << x.why;
}

TEST(legacy_comparison, a_configuration_that_the_user_put_in_its_place_proves_nothing) {
  pair p;
  auto own = R"({"name":"FLINK_PROPERTIES","value":"a: b"})";
  p.world.app.spec.task_manager_config->env_config = env_config{.env = {json::raw{own}}};
  p.tm = replaced(p.tm, R"({"name":"FLINK_DEPLOYMENT_TYPE")", std::string{own} + R"(,{"name":"FLINK_DEPLOYMENT_TYPE")");
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::undecidable) << x.why;
}

TEST(legacy_comparison, a_rescale_in_place_is_not_in_the_annotations) {
  pair p;
  p.world.app.spec.parallelism = 4;
  EXPECT_EQ(p.compared().how, likeness::different);
  EXPECT_EQ(p.compared(4).how, likeness::equal);
}

TEST(legacy_comparison, a_cluster_without_rendered_configuration_is_undecidable) {
  pair p;
  p.tm = replaced(p.tm, "FLINK_PROPERTIES", "SOMETHING");
  auto x = p.compared();
  EXPECT_EQ(x.how, likeness::undecidable);
  EXPECT_THAT(x.why, HasSubstr("FLINK_PROPERTIES"));
}

TEST(job_properties, say_what_a_job_was_submitted_with) {
  auto job = job_properties_of(pair{}.jm);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->jar_name, "orders.jar");
  EXPECT_EQ(job->parallelism, 3);
  EXPECT_EQ(job->entry_class, "com.shop.Orders");
  EXPECT_EQ(job->program_args, R"(--rate 5 --name "late orders")");
  EXPECT_FALSE(job_properties_of(R"({"metadata":{"annotations":{"flink-job-properties":"jarName: a"}}})"));
  EXPECT_FALSE(job_properties_of("no JSON"));
  auto reads = [](const std::string& text) {
    return job_properties_of(json::apply_merge_patch("{}", R"({"metadata":{"annotations":{"flink-job-properties":)"
                                                               + json::escape(text) + "}}}"));
  };
  for (auto text : {"", "jarName: a\nparallelism: 3", "jarName: a\nparallelism: many\nentryClass:\nprogramArgs:\"\"",
                    "jarName: a\nparallelism: 3\nentryClass:\nprogramArgs:\"--a"})
    EXPECT_FALSE(reads(text)) << text;
  auto least = reads("jarName: a\nparallelism: 3\nentryClass:\nprogramArgs:\"\"");
  ASSERT_TRUE(least);
  EXPECT_FALSE(least->entry_class);
  EXPECT_FALSE(least->program_args);
}

TEST(take_over, is_a_patch_that_meets_this_object_and_this_owner_only) {
  application app;
  app.metadata.uid = "u";
  k8s::object_head x{.uid = "o", .owner_uids = {"other", "u"}};
  EXPECT_EQ(take_over_patch(app, x, false),
            R"([{"op":"test","path":"/metadata/uid","value":"o"},)"
            R"({"op":"test","path":"/metadata/ownerReferences/1/uid","value":"u"},)"
            R"({"op":"remove","path":"/metadata/ownerReferences/1"},)"
            R"({"op":"add","path":"/metadata/labels/flink.k8s.io~1application-uid","value":"u"}])");
  EXPECT_THAT(take_over_patch(app, x, true), testing::Not(HasSubstr("ownerReferences")));
}

// -- on the wire ----------------------------------------------------------------------------------------------

k8s::request request_for(const adopted& s, const action& x) {
  return std::get<api_server_request>(request_for(x, s.app, s.seen, s.settings.render)).request;
}

TEST(take_over, addresses_each_object_by_its_kind) {
  adopted s{"Running"};
  auto jm = request_for(s, take_over_object{object_role::job_manager, "orders-0a1b2c3d-jm"});
  EXPECT_THAT(jm.target, testing::StartsWith("/apis/apps/v1/namespaces/shop/deployments/orders-0a1b2c3d-jm"));
  EXPECT_THAT(jm.body, HasSubstr("/metadata/ownerReferences/0"));
  auto service = request_for(s, take_over_object{object_role::generic_service, "orders"});
  EXPECT_THAT(service.target, testing::StartsWith("/api/v1/namespaces/shop/services/orders"));
  EXPECT_THAT(service.body, testing::Not(HasSubstr("ownerReferences"))) << "what is shared goes with the application";
  auto gone = request_for(take_over_object{object_role::ingress, "orders"}, s.app, s.seen, s.settings.render);
  EXPECT_TRUE(std::holds_alternative<unsendable>(gone));
}

TEST(take_over, shows_what_the_api_server_made_of_it) {
  adopted s{"Running"};
  action take = take_over_object{object_role::job_manager, "orders-0a1b2c3d-jm"};
  auto body = json::apply_merge_patch(
      s.texts.at("orders-0a1b2c3d-jm"),
      R"({"metadata":{"ownerReferences":null,"labels":{"flink.k8s.io/application-uid":"u"}}})");
  apply_reply(s.seen, s.app, take, {.status = 200, .body = body, .at = s.now.steady});
  EXPECT_TRUE(s.seen.objects.deployments.at("orders-0a1b2c3d-jm")->head.owner_uids.empty());
}

TEST(inspection, is_kept_until_the_cluster_is_ours) {
  adopted s{"Running"};
  action look = inspect_deployment{"orders-0a1b2c3d-jm"};
  EXPECT_THAT(request_for(s, look).target,
              testing::StartsWith("/apis/apps/v1/namespaces/shop/deployments/orders-0a1b2c3d-jm"));
  apply_reply(s.seen, s.app, look, {.status = 200, .body = "text", .at = s.now.steady});
  EXPECT_EQ(s.seen.inspected.at("orders-0a1b2c3d-jm"), "text");
  evict_stale(s.seen, s.app.status, s.now.steady);
  EXPECT_FALSE(s.seen.inspected.empty());
  s.app.status.cluster = serving_cluster{old_cluster, s.hash, {}};
  evict_stale(s.seen, s.app.status, s.now.steady);
  EXPECT_TRUE(s.seen.inspected.empty());
}

TEST(inspection, that_failed_tells_nothing) {
  adopted s{"Running"};
  apply_reply(s.seen, s.app, inspect_deployment{"orders-0a1b2c3d-jm"},
              {.status = 500, .body = "no", .at = s.now.steady});
  EXPECT_TRUE(s.seen.inspected.empty());
}

TEST(generic_service, is_switched_back_to_an_adopted_cluster_by_its_own_selector) {
  adopted s{"Running"};
  EXPECT_THAT(request_for(s, switch_service{old_cluster}).body, HasSubstr(R"("pod-deployment-selector":"jm0a1b2c3d")"));
}

} // namespace
} // namespace flink
