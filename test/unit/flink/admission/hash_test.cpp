#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "k8s/json/text.hpp"
#include "test/unit/flink/admission/bad_resources.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

flink::application decoded(const std::string& text) {
  std::vector<json::field_error> errors;
  auto result = flink::decode_application(text, errors);
  EXPECT_TRUE(errors.empty()) << json::to_string(errors.front());
  return result;
}

/// The good resource, changed by a merge patch.
flink::application changed(std::string_view patch) {
  return decoded(json::apply_merge_patch(good_resource(), patch));
}

std::string hash_of(std::string_view patch) {
  return flink::spec_hash(changed(patch));
}

class counts : public testing::TestWithParam<const char*> {};

TEST_P(counts, in_the_hash) {
  EXPECT_NE(hash_of(GetParam()), hash_of("{}"));
}

INSTANTIATE_TEST_SUITE_P(
    table, counts,
    testing::Values(
        R"({"spec":{"image":"flink:1.21"}})", R"({"spec":{"imagePullPolicy":"Always"}})",
        R"({"spec":{"imagePullSecrets":[{"name":"a"}]}})", R"({"spec":{"serviceAccountName":"a"}})",
        R"({"spec":{"securityContext":{"runAsUser":1}}})", R"({"spec":{"flinkConfig":{"a":1}}})",
        R"({"spec":{"flinkVersion":"2.2"}})", R"({"spec":{"jarName":"b.jar"}})", R"({"spec":{"parallelism":3}})",
        R"({"spec":{"entryClass":"a.B"}})", R"({"spec":{"programArgs":"a"}})", R"({"spec":{"programArgsList":["a"]}})",
        R"({"spec":{"rpcPort":1}})", R"({"spec":{"blobPort":1}})", R"({"spec":{"queryPort":1}})",
        R"({"spec":{"uiPort":1}})", R"({"spec":{"metricsQueryPort":1}})", R"({"spec":{"volumes":[{"name":"v"}]}})",
        R"({"spec":{"volumeMounts":[{"name":"v","mountPath":"/v"}]}})", R"({"spec":{"restartNonce":"1"}})",
        R"({"spec":{"restoreFrom":{"path":"s3://a","nonce":"1"}}})", R"({"spec":{"jobManagerConfig":{"replicas":2}}})",
        R"({"spec":{"jobManagerConfig":{"ports":[{"name":"a","port":1}]}}})",
        R"({"spec":{"jobManagerConfig":{"resources":{"requests":{"memory":"1Gi"}}}}})",
        R"({"spec":{"jobManagerConfig":{"resources":{}}}})", R"({"spec":{"taskManagerConfig":{"taskSlots":4}}})",
        R"({"spec":{"taskManagerConfig":{"envConfig":{"env":[{"name":"A","value":"1"}]}}}})",
        R"({"spec":{"taskManagerConfig":{"envConfig":{"envFrom":[{"secretRef":{"name":"a"}}]}}}})",
        R"({"spec":{"taskManagerConfig":{"systemMemoryFraction":0.3}}})",
        R"({"spec":{"taskManagerConfig":{"offHeapMemoryFraction":0.3}}})",
        R"({"spec":{"taskManagerConfig":{"nodeSelector":{"a":"b"}}}})",
        R"({"spec":{"taskManagerConfig":{"tolerations":[{"key":"a"}]}}})",
        R"({"spec":{"taskManagerConfig":{"affinity":{"nodeAffinity":{"a":1}}}}})",
        R"({"spec":{"taskManagerConfig":{"podTemplate":{"spec":{"priorityClassName":"a"}}}}})",
        R"({"metadata":{"labels":{"team":"a"}}})",
        R"({"metadata":{"annotations":{"sidecar.istio.io/inject":"false"}}})"));

class does_not_count : public testing::TestWithParam<const char*> {};

TEST_P(does_not_count, in_the_hash) {
  EXPECT_EQ(hash_of(GetParam()), hash_of("{}"));
}

INSTANTIATE_TEST_SUITE_P(
    policies, does_not_count,
    testing::Values(R"({"spec":{"deleteMode":"None"}})", R"({"spec":{"scaleMode":"InPlace"}})",
                    R"({"spec":{"savepointDisabled":true}})", R"({"spec":{"savepointPath":"s3://a"}})",
                    R"({"spec":{"savepointInfo":{"savepointLocation":"s3://a"}}})",
                    R"({"spec":{"deploymentMode":"Single"}})", R"({"spec":{"allowNonRestoredState":true}})",
                    R"({"spec":{"forceRollback":true}})", R"({"spec":{"maxCheckpointRestoreAgeSeconds":7}})",
                    R"({"spec":{"tearDownVersionHash":"a"}})", R"({"spec":{"fallbackWithoutState":true}})",
                    R"({"spec":{"suspend":true}})", R"({"spec":{"savepointNonce":"1"}})",
                    R"({"spec":{"savepointSchedule":{"intervalSeconds":60}}})",
                    R"({"spec":{"jobFailurePolicy":{"restart":"Never"}}})",
                    R"({"spec":{"acceptance":{"afterSeconds":1}}})", R"({"spec":{"timeouts":{"submitSeconds":1}}})",
                    R"({"spec":{"onDeleteTimeout":"Force"}})", R"({"spec":{"ingress":{"host":"a.b"}}})",
                    R"({"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{}"}}})",
                    R"({"metadata":{"annotations":{"argocd.argoproj.io/tracking-id":"a"}}})",
                    R"({"metadata":{"annotations":{"meta.helm.sh/release-name":"a"}}})",
                    R"({"metadata":{"annotations":{"flink.k8s.io/paused":"true"}}})",
                    R"({"metadata":{"generation":7,"resourceVersion":"9","uid":"u"}})",
                    R"({"status":{"phase":"Running","deployHash":"0badcafe"}})"));

INSTANTIATE_TEST_SUITE_P(
    defaults_spelled_out, does_not_count,
    testing::Values(R"({"spec":{"imagePullPolicy":"IfNotPresent"}})", R"({"spec":{"imagePullSecrets":[]}})",
                    R"({"spec":{"serviceAccountName":""}})", R"({"spec":{"securityContext":{}}})",
                    R"({"spec":{"entryClass":"","programArgs":"","programArgsList":[],"restartNonce":""}})",
                    R"({"spec":{"rpcPort":6123,"blobPort":6125,"queryPort":6124,"uiPort":8081}})",
                    R"({"spec":{"metricsQueryPort":50101,"volumes":[],"volumeMounts":null}})",
                    R"({"spec":{"jobManagerConfig":{},"taskManagerConfig":{}}})",
                    R"({"spec":{"jobManagerConfig":{"replicas":1,"ports":[]},"taskManagerConfig":{"taskSlots":16}}})",
                    R"({"spec":{"jobManagerConfig":{"systemMemoryFraction":0.2,"tolerations":[],"affinity":{}}}})",
                    R"({"spec":{"jobManagerConfig":{"envConfig":{"env":[],"envFrom":[]},"nodeSelector":{}}}})",
                    R"({"spec":{"jobManagerConfig":{"resources":{"requests":{"cpu":4,"memory":"3Gi"},
                                                                "limits":{"memory":"3072Mi","cpu":"4000m"}}}}})",
                    // Options that the operator replaces anyway.
                    R"({"spec":{"flinkConfig":{"jobmanager.rpc.address":"elsewhere","rest.port":1}}})"));

TEST(spec_hash, has_8_hexadecimal_digits) {
  auto hash = hash_of("{}");
  EXPECT_EQ(hash.size(), 8U);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), hash.npos) << hash;
}

// If a release computes another hash than the one before it, it redeploys every application.
TEST(spec_hash, never_changes_between_releases) {
  EXPECT_EQ(hash_of("{}"), "e56b07ab");
  EXPECT_EQ(hash_of(R"({"metadata":{"labels":{"team":"a"}},"spec":{"programArgs":"--a 'b c'","restartNonce":"7",
      "flinkConfig":{"x":0.5,"y":true,"z":null},"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}],
      "jobManagerConfig":{"ports":[{"name":"p","port":9249}],"replicas":2},
      "taskManagerConfig":{"taskSlots":2,"resources":{"requests":{"cpu":"1500m"}},
        "envConfig":{"env":[{"name":"A","value":"1"}]},"podTemplate":{"metadata":{"labels":{"l":"m"}}}}}})"),
            "e152c8ee");
}

// The default resources have grown since 0.1.0, but the hash must not change.
TEST(spec_hash, takes_the_default_resources_of_the_first_release_for_none) {
  auto old_default = R"({"spec":{"taskManagerConfig":{"resources":{"limits":{"cpu":"2","memory":"1024Mi"},
                                                                   "requests":{"cpu":"2","memory":"1Gi"}}}}})";
  EXPECT_EQ(hash_of(old_default), "e56b07ab");
  EXPECT_EQ(hash_of(R"({"spec":{"jobManagerConfig":{"resources":{"limits":{"cpu":"4","memory":"3072Mi"},
                                                                 "requests":{"cpu":"4","memory":"3072Mi"}}}}})"),
            "e56b07ab");
  EXPECT_EQ(hash_of(R"({"spec":{"jobManagerConfig":{},"taskManagerConfig":{}}})"), "e56b07ab");
  EXPECT_NE(hash_of(R"({"spec":{"taskManagerConfig":{"resources":{"limits":{"cpu":"2","memory":"2048Mi"},
                                                                  "requests":{"cpu":"2","memory":"2048Mi"}}}}})"),
            "e56b07ab");
}

// Release 0.1.0 counted them, although one has no effect and the other is a default of ours today.
TEST(spec_hash, counts_options_that_the_first_release_counted) {
  EXPECT_EQ(hash_of(R"({"spec":{"flinkConfig":{"recovery.zookeeper.path.namespace":"/a"}}})"), "e01c74f8");
  EXPECT_EQ(hash_of(R"({"spec":{"flinkConfig":{"jobmanager.bind-host":"0.0.0.0"}}})"), "6b7e36b1");
}

std::string remedies(std::string_view patch) {
  return flink::remedy_hash(changed(patch).spec);
}

TEST(remedy_hash, does_not_see_defaults_that_are_spelled_out) {
  EXPECT_EQ(remedies(R"({"spec":{"fallbackWithoutState":false,"maxCheckpointRestoreAgeSeconds":3600,"savepointPath":"",
                         "timeouts":{"submitSeconds":300},"acceptance":{"compileFirst":true,"maxRestarts":3}}})"),
            remedies("{}"));
  EXPECT_EQ(remedies(R"({"spec":{"image":"flink:1.21","forceRollback":true,"deleteMode":"None"}})"), remedies("{}"));
}

TEST(spec_hash, does_not_depend_on_the_order_of_members) {
  EXPECT_EQ(hash_of(R"({"spec":{"securityContext":{"runAsUser":1,"fsGroup":2},"flinkConfig":{"a":"1","b":"2"}}})"),
            hash_of(R"({"spec":{"flinkConfig":{"b":"2","a":"1"},"securityContext":{"fsGroup":2,"runAsUser":1}}})"));
}

TEST(spec_hash, depends_on_the_order_of_lists) {
  EXPECT_NE(hash_of(R"({"spec":{"programArgsList":["a","b"]}})"), hash_of(R"({"spec":{"programArgsList":["b","a"]}})"));
}

TEST(spec_hash, knows_an_amount_in_every_notation) {
  auto with = [](std::string cpu) {
    return hash_of(R"({"spec":{"taskManagerConfig":{"resources":{"requests":{"cpu":)" + cpu + R"(}},
                        "podTemplate":{"spec":{"containers":[{"name":"s","resources":{"limits":{"cpu":)"
                   + cpu + "}}}]}}}}}");
  };
  EXPECT_EQ(with(R"("0.5")"), with(R"("500m")"));
  EXPECT_EQ(with(R"("0.5")"), with("0.5"));
  EXPECT_NE(with(R"("0.5")"), with(R"("501m")"));
}

TEST(spec_hash, takes_an_option_as_it_is_rendered) {
  EXPECT_EQ(hash_of(R"({"spec":{"flinkConfig":{"a":1,"b":true}}})"),
            hash_of(R"({"spec":{"flinkConfig":{"a":"1","b":"true"}}})"));
}

TEST(spec_hash, keeps_neighbouring_texts_apart) {
  std::set<std::string> all;
  for (auto patch : {R"({"spec":{"entryClass":"a","programArgs":"b"}})", R"({"spec":{"entryClass":"ab"}})",
                     R"({"spec":{"programArgs":"ab"}})", R"({"spec":{"programArgsList":["a","b"]}})",
                     R"({"spec":{"programArgsList":["a\",\"b"]}})"})
    all.insert(hash_of(patch));
  EXPECT_EQ(all.size(), 5U);
}

TEST(restore, happens_once_per_nonce) {
  EXPECT_EQ(hash_of(R"({"spec":{"restoreFrom":{"path":"s3://a","nonce":"1"}}})"),
            hash_of(R"({"spec":{"restoreFrom":{"path":"s3://b","nonce":"1"}}})"));
}

} // namespace
