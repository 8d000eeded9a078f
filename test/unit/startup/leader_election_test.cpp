#include "startup/leader_election.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace startup {
namespace {

using namespace std::chrono_literals;

TEST(leader_election, is_on_in_a_pod_and_elsewhere_only_on_request) {
  api_server pod{.in_cluster = true, .pod_namespace = "ops"}, elsewhere;
  EXPECT_TRUE(leader_election_enabled({}, pod));
  EXPECT_FALSE(leader_election_enabled({.elect = false}, pod));
  EXPECT_FALSE(leader_election_enabled({}, elsewhere));
  EXPECT_TRUE(leader_election_enabled({.elect = true}, elsewhere));
}

TEST(leader_election, uses_the_pods_namespace_unless_an_option_names_another) {
  std::string problem;
  api_server pod{.in_cluster = true, .pod_namespace = "ops"};
  auto x = election_rules_of({.lease_duration = 20s}, pod, "me", problem);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->identity, "me");
  EXPECT_EQ(x->lease, (k8s::object_key{"ops", "flink-operator"}));
  EXPECT_EQ(x->lease_duration, 20s);
  EXPECT_EQ(election_rules_of({.ns = "named"}, pod, "me", problem)->lease.ns, "named");
}

TEST(leader_election, needs_a_namespace_outside_a_pod) {
  std::string problem;
  EXPECT_FALSE(election_rules_of({.elect = true}, {}, "me", problem));
  EXPECT_EQ(problem, "--leader-election-namespace is required when --leader-elect is used outside a pod");
}

TEST(leader_election, identifies_a_process_by_its_host_and_a_random_number) {
  EXPECT_NE(make_identity(1), make_identity(2));
  EXPECT_THAT(make_identity(0xabc), testing::EndsWith("_0000000000000abc"));
}

} // namespace
} // namespace startup
