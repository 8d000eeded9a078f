// What a first version starts from, and what it is given.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A first version, on its cluster, about to be submitted.
std::string first_starts_from(void (*edit)(scene&)) {
  scene s;
  s.finalized();
  edit(s);
  s.decide();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  return s.target().restore_path.value_or("nothing");
}

TEST(decide_first, a_first_version_starts_from_what_the_user_names_in_a_new_or_an_old_field) {
  EXPECT_EQ(first_starts_from([](scene&) {}), "nothing");
  EXPECT_EQ(first_starts_from([](scene& s) { s.app.spec.savepoint_path = ""; }), "nothing");
  EXPECT_EQ(first_starts_from([](scene& s) { s.app.spec.savepoint_info.emplace(); }), "nothing");
  EXPECT_EQ(first_starts_from([](scene& s) { s.app.spec.savepoint_info.emplace().savepoint_location = ""; }),
            "nothing");
  EXPECT_EQ(first_starts_from([](scene& s) { s.app.spec.savepoint_info.emplace().savepoint_location = "file:/old"; }),
            "file:/old");
  EXPECT_EQ(first_starts_from([](scene& s) {
              s.app.spec.savepoint_info.emplace().savepoint_location = "file:/old";
              s.app.spec.savepoint_path = "file:/new";
            }),
            "file:/new");
  EXPECT_EQ(first_starts_from([](scene& s) {
              s.app.status.savepoint_path = "";
              s.app.spec.savepoint_path = "file:/new";
            }),
            "file:/new");
}

TEST(decide_first, arguments_go_to_the_job_as_they_are_or_as_a_shell_would_split_them) {
  auto arguments = [](void (*edit)(spec&)) {
    scene s;
    s.finalized();
    edit(s.app.spec);
    return s.decide().target().job->program_args_list;
  };
  EXPECT_THAT(arguments([](spec&) {}), IsEmpty());
  EXPECT_THAT(arguments([](spec& x) { x.program_args = "--a 'b c'"; }), ElementsAre("--a", "b c"));
  EXPECT_THAT(arguments([](spec& x) { x.program_args_list = {"--a", "'b c'"}; }), ElementsAre("--a", "'b c'"));
}

TEST(decide_first, an_ingress_is_made_where_the_operator_or_the_user_names_a_host) {
  auto creates = [](void (*edit)(scene&)) {
    scene s;
    s.finalized();
    edit(s);
    return s.decide().decide().acts();
  };
  EXPECT_THAT(creates([](scene&) {}), Not(Contains(StartsWith("create Ingress"))));
  EXPECT_THAT(creates([](scene& s) { s.app.spec.ingress.emplace(); }), Not(Contains(StartsWith("create Ingress"))));
  EXPECT_THAT(creates([](scene& s) { s.app.spec.ingress.emplace().host = "jobs.example.org"; }),
              Contains(StartsWith("create Ingress")));
  EXPECT_THAT(creates([](scene& s) { s.settings.render.ingress_url_format = "{{$jobCluster}}.example.org"; }),
              Contains(StartsWith("create Ingress")));
}

} // namespace
} // namespace flink
