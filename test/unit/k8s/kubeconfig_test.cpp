#include "k8s/base64.hpp"
#include "k8s/kubeconfig.hpp"

#include <gmock/gmock.h>

namespace {

const std::string config = R"(
apiVersion: v1
kind: Config
current-context: one
contexts:
- name: one
  context: {cluster: c1, user: u1, namespace: flink}
- name: two
  context: {cluster: c2, user: u2}
- name: anonymous
  context: {cluster: c2}
- name: plugin
  context: {cluster: c2, user: exec}
- name: half
  context: {cluster: c2, user: half}
- name: broken
  context: {cluster: c3, user: u1}
- name: nowhere
  context: {cluster: missing, user: u1}
- name: behind-a-proxy
  context: {cluster: c4, user: u1}
- name: unsure
  context: {cluster: c5, user: u1}
- name: password
  context: {cluster: c2, user: basic}
clusters:
- name: c1
  cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: Q0E=, tls-server-name: kubernetes}
- name: c2
  cluster: {server: "http://127.0.0.1:8080", certificate-authority: pki/ca.crt, insecure-skip-tls-verify: true}
- name: c3
  cluster: {server: "https://x", certificate-authority-data: "***"}
- name: c4
  cluster: {server: "https://x", proxy-url: "http://proxy"}
- name: c5
  cluster: {server: "https://x", insecure-skip-tls-verify: perhaps}
users:
- name: u1
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
- name: u2
  user: {token: secret, tokenFile: /run/token}
- name: exec
  user: {exec: {command: aws}}
- name: half
  user: {client-certificate: a.crt}
- name: basic
  user: {username: me, password: secret}
)";

TEST(kubeconfig, gives_the_current_context) {
  std::string problem;
  auto x = k8s::parse_kubeconfig(config, "", "/home/me/.kube", problem);
  k8s::cluster_access expected;
  expected.context = "one";
  expected.server = "https://127.0.0.1:6443";
  expected.certificate_authority.text = "CA";
  expected.tls_server_name = "kubernetes";
  expected.client_certificate.text = "CERT";
  expected.client_key.text = "KEY";
  expected.namespace_ = "flink";
  EXPECT_EQ(x, expected) << problem;
}

TEST(kubeconfig, gives_a_named_context_and_resolves_files_beside_itself) {
  std::string problem;
  auto x = k8s::parse_kubeconfig(config, "two", "/home/me/.kube", problem);
  k8s::cluster_access expected;
  expected.context = "two";
  expected.server = "http://127.0.0.1:8080";
  expected.certificate_authority.file = "/home/me/.kube/pki/ca.crt";
  expected.insecure_skip_tls_verify = true;
  expected.token.file = "/run/token";
  expected.namespace_ = "default";
  EXPECT_EQ(x, expected) << problem;
}

TEST(kubeconfig, resolves_files_beside_the_root_too) {
  std::string problem;
  EXPECT_EQ(k8s::parse_kubeconfig(config, "two", "/", problem)->certificate_authority.file, "/pki/ca.crt");
}

TEST(kubeconfig, may_name_no_user) {
  std::string problem;
  EXPECT_TRUE(k8s::parse_kubeconfig(config, "anonymous", "", problem)) << problem;
}

TEST(kubeconfig, says_what_is_wrong_and_what_to_do) {
  struct row {
    std::string text;
    std::string context;
    std::string problem;
  };
  for (auto& [text, context, expected] : std::initializer_list<row>{
           {config, "plugin", "user \"exec\" uses exec"},
           {config, "plugin", "kubectl create token"},
           {config, "half", "must be set together"},
           {config, "broken", "certificate-authority-data must be Base64"},
           {config, "nowhere", "clusters has no entry named \"missing\""},
           {config, "behind-a-proxy", "proxy-url is not supported"},
           {config, "unsure", "insecure-skip-tls-verify must be true or false, not \"perhaps\""},
           {config, "password", "user \"basic\" uses a password"},
           {config, "three", "contexts has no entry named \"three\""},
           {"{}", "", "current-context is not set"},
           {"", "", "not a kubeconfig"},
           {"[1]", "", "not a kubeconfig"},
           {"a: b: c", "", "not YAML"},
           {"{", "", "not YAML"},
           {"current-context: [x]", "", "current-context must be a string"},
           {"current-context: x\ncontexts: 7", "", "contexts has no entry"},
           {"current-context: x\ncontexts: [7, {name: x, context: 8}]", "", "clusters has no entry named \"\""},
           {"current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "
            "x}}]",
            "", "server must start with https://"},
       }) {
    std::string problem;
    EXPECT_FALSE(k8s::parse_kubeconfig(text, context, "", problem)) << text;
    EXPECT_THAT(problem, testing::HasSubstr(expected)) << text;
  }
}

TEST(base64, decodes_bytes) {
  struct row {
    std::string_view text;
    std::optional<std::string> bytes;
  };
  for (auto& [text, bytes] : std::initializer_list<row>{
           {"", ""},
           {"Zg==", "f"},
           {"Zm8=", "fo"},
           {"Zm9v", "foo"},
           {"Zm9v\nYmE=\n", "fooba"},
           {"Zg", "f"},
           {"/+8=", "\xff\xef"},
           {"Z", std::nullopt},
           {"Zg==Zg==", std::nullopt},
           {"Z*==", std::nullopt},
       })
    EXPECT_EQ(k8s::decode_base64(text), bytes) << text;
}

} // namespace
