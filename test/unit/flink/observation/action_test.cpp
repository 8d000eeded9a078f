// Outcomes are kept under the words of an action: what is not the same order must not have the same words.
#include "flink/observation/action.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace flink {
namespace {

/// Each kind, and beside it one that differs in each of the members that make it another order.
std::vector<action> different_actions() {
  using enum object_role;
  job_parameters job{.jar_name = "job.jar"};
  return {add_finalizer{},
          remove_finalizer{},
          create_object{job_manager, "c1"},
          create_object{task_manager, "c1"},
          create_object{job_manager, "c2"},
          rehearse_object{job_manager, "c1", false},
          rehearse_object{job_manager, "c1", true},
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

TEST(action, on_kubernetes_asks_no_job_manager) {
  for (auto& x : different_actions()) {
    auto words = to_string(x);
    bool of_flink = words.starts_with("ask ") && words != "ask namespace" && words != "ask application";
    for (auto verb : {"compile ", "submit ", "take savepoint ", "dispose ", "stop ", "cancel ", "rescale "})
      of_flink = of_flink || words.starts_with(verb);
    EXPECT_EQ(!job_manager_of(x).empty(), of_flink) << words;
  }
}

} // namespace
} // namespace flink
