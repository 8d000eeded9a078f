// Outcomes are stored by action. Two actions share one only if they repeat each other.
#include "flink/observation/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

namespace flink {
namespace {

/// Each kind of action, with others that differ in one member of the identity.
std::vector<action> different_actions() {
  using enum object_role;
  job_parameters job{.jar_name = "job.jar"};
  return {add_finalizer{},
          remove_finalizer{},
          create_object{job_manager, "c1"},
          create_object{task_manager, "c1"},
          create_object{job_manager, "c2"},
          dry_run_object{job_manager, "c1", false},
          dry_run_object{job_manager, "c1", true},
          read_object{generic_service, "c1"},
          read_object{versioned_service, "c1"},
          delete_object{ingress, "app", "u1"},
          delete_object{ingress, "app", "u2"},
          delete_object{ingress, "app-blue", "u1"},
          scale_deployment{"app-c1-tm", 0},
          scale_deployment{"app-c1-tm", 1},
          scale_deployment{"app-c1-jm", 0},
          switch_service{"c1"},
          switch_service{"c2"},
          update_ingress{"c1", "0badcafe"},
          update_ingress{"c1", "1badcafe"},
          update_ingress{"c2", "0badcafe"},
          orphan_object{job_manager, "app-c1-jm"},
          orphan_object{job_manager, "app-c2-jm"},
          inspect_deployment{"app-c1-jm"},
          inspect_deployment{"app-c1-tm"},
          take_over_object{job_manager, "app-c1-jm"},
          take_over_object{job_manager, "app-c2-jm"},
          ask_namespace{},
          ask_application{},
          record_event{true, "JobFailed", "no"},
          record_event{true, "DeployFailed", "no"},
          ask_overview{"c1"},
          ask_jobs{"c1"},
          ask_job{"c1", "j1"},
          ask_job{"c1", "j2"},
          ask_checkpoints{"c1", "j1"},
          ask_restarts{"c1", "j1"},
          ask_exceptions{"c1", "j1"},
          ask_savepoint{"c1", "j1", "t1"},
          ask_savepoint{"c1", "j1", "t2"},
          ask_savepoint{"c1", "j2", "t1"},
          ask_features{"c1"},
          ask_features{"c2"},
          ask_requirements{"c1", "j1"},
          ask_requirements{"c1", "j2"},
          compile_job{"c1", job},
          compile_job{"c2", job},
          compile_job{"c1", {.jar_name = "job.jar", .parallelism = 4}},
          submit_job{"c1", "j1", job, ""},
          submit_job{"c1", "j2", job, ""},
          take_savepoint{"c1", "j1", "t1"},
          take_savepoint{"c1", "j1", "t2"},
          dispose_savepoint{"c1", "file:/sp-1"},
          dispose_savepoint{"c1", "file:/sp-2"},
          ask_disposal{"c1", "d1"},
          ask_disposal{"c1", "d2"},
          stop_job{"c1", "j1", "t1"},
          stop_job{"c1", "j1", "t2"},
          cancel_job{"c1", "j1"},
          cancel_job{"c1", "j2"},
          rescale_job{"c1", "j1", 4},
          rescale_job{"c1", "j1", 2},
          rescale_job{"c1", "j2", 4}};
}

TEST(action, has_words_of_its_own) {
  std::set<std::string> words;
  for (auto& x : different_actions())
    EXPECT_TRUE(words.insert(to_string(x)).second) << to_string(x);
}

TEST(action, is_equal_to_itself_and_to_no_other) {
  auto all = different_actions();
  auto again = different_actions();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < all.size(); ++j)
      EXPECT_EQ(all[i] == again[j], i == j) << to_string(all[i]) << ", " << to_string(again[j]);
}

TEST(action, has_an_outcome_of_its_own) {
  auto all = different_actions();
  auto again = different_actions();
  by_action<std::size_t> outcomes;
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_TRUE(outcomes.emplace(all[i], i).second) << to_string(all[i]);
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(outcomes.at(again[i]), i) << to_string(all[i]);
}

TEST(action, is_repeated_by_what_differs_in_details_only) {
  job_parameters job{.jar_name = "job.jar"};
  job_parameters other{.jar_name = "other.jar"};
  std::vector<std::pair<action, action>> repetitions{
      {compile_job{"c1", job}, compile_job{"c1", other}},
      {submit_job{"c1", "j1", job, ""}, submit_job{"c1", "j1", other, "file:/sp"}},
      {rescale_job{"c1", "j1", 4}, rescale_job{"c1", "j1", 4, {{"v", {1, 4}}}}}};
  for (auto& [x, y] : repetitions) {
    EXPECT_FALSE(x == y) << to_string(x);
    by_action<int> outcomes{{x, 1}};
    EXPECT_TRUE(outcomes.contains(y)) << to_string(x);
  }
}

TEST(action, for_a_job_manager_names_its_cluster) {
  for (auto& x : different_actions())
    EXPECT_EQ(!job_manager_of(x).empty(), target_of(x) == action_target::job_manager) << to_string(x);
}

TEST(action, that_is_a_query_has_other_words_than_a_command) {
  for (auto& x : different_actions()) {
    auto words = to_string(x);
    bool reads = words.starts_with("ask ") || words.starts_with("read ") || words.starts_with("inspect ");
    EXPECT_EQ(effect_of(x) == action_effect::query, reads) << words;
  }
}

TEST(action, that_is_refused_judges_the_version_or_is_tried_again) {
  for (auto& x : different_actions())
    EXPECT_EQ(is_verdict(x), target_of(x) == action_target::job_manager || std::holds_alternative<create_object>(x)
                                 || std::holds_alternative<dry_run_object>(x))
        << to_string(x);
}

TEST(action, that_starts_or_compiles_a_job_runs_main) {
  for (auto& x : different_actions())
    EXPECT_EQ(runs_main(x), std::holds_alternative<submit_job>(x) || std::holds_alternative<compile_job>(x))
        << to_string(x);
}

// -- what does not compile -----------------------------------------------------------------------------------------

struct without_target {
  [[maybe_unused]] static constexpr auto effect = action_effect::command;
};
static_assert(!action_type<without_target>);

struct without_effect {
  [[maybe_unused]] static constexpr auto target = action_target::kubernetes;
};
static_assert(!action_type<without_effect>);

struct complete {
  [[maybe_unused]] static constexpr auto target = action_target::kubernetes;
  [[maybe_unused]] static constexpr auto effect = action_effect::command;
};
static_assert(action_type<complete>);

/// Has a JobManager as its target, but neither names the cluster nor makes a request.
struct without_request {
  [[maybe_unused]] static constexpr auto target = action_target::job_manager;
  [[maybe_unused]] static constexpr auto effect = action_effect::command;
};
static_assert(!action_type<without_request>);

/// Whether a variant with these actions compiles.
template <class... A>
concept makes_variant = requires { typename variant_of_actions<A...>; };
static_assert(makes_variant<add_finalizer, complete>);
static_assert(!makes_variant<add_finalizer, without_target>);
static_assert(!makes_variant<add_finalizer, without_effect>);

static_assert(question<ask_jobs>);
static_assert(!question<cancel_job>, "a command");
static_assert(!question<ask_namespace>, "a question to Kubernetes");

/// A question without a slot for its answer.
struct without_slot {
  [[maybe_unused]] static constexpr auto target = action_target::job_manager;
  [[maybe_unused]] static constexpr auto effect = action_effect::query;
  [[maybe_unused]] static constexpr auto decode = rest::decode_overview;
  using answer = rest::overview;
  flink::cluster_id cluster_id;
  rest::request request() const { return rest::get_overview(); }
};
static_assert(action_type<without_slot> && !question<without_slot>);

} // namespace
} // namespace flink
