// docs/lifecycle.md describes decide(): each decision of any test of this program has a row there, and each row has
// been seen.
#include "test/kit/lifecycle.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"
#include "test/unit/flink/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

namespace flink {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

/// Looks back when all tests have run.
class judgement : public testing::Environment {
  void TearDown() override {
    lifecycle::coverage told{lifecycle::read(yaml::file("docs/lifecycle.md"))};
    for (auto& x : all_decisions())
      told.take(x.before, x.made);
    for (auto& x : told.unknown())
      ADD_FAILURE() << "docs/lifecycle.md lacks what decide() does: " << x;
    auto& program = *testing::UnitTest::GetInstance();
    if (program.test_to_run_count() < program.total_test_count()) {
      std::cout << "Not all tests run: whether each row of docs/lifecycle.md was seen is not checked\n";
      return;
    }
    for (auto& x : told.unseen())
      ADD_FAILURE() << "docs/lifecycle.md contains what no test has seen decide() do: " << x;
  }
};

[[maybe_unused]] auto* const judged = testing::AddGlobalTestEnvironment(new judgement);

TEST(lifecycle_document, draws_what_its_table_tells) {
  EXPECT_THAT(lifecycle::flaws_of_picture(lifecycle::read(yaml::file("docs/lifecycle.md"))), IsEmpty());
}

// -- can the comparison fail? -----------------------------------------------------------------------------------

const std::string small = R"(
```mermaid
stateDiagram-v2
  [*] --> New
  New --> ClusterStarting : words
```

| phase | when | next phase | commands | events and reasons |
| --- | --- | --- | --- | --- |
| `New` | `a new … application` | `ClusterStarting` | `create` | event `CreatingCluster` |
| `Running` | `a savepoint is due (…)` | stays | `take savepoint` | |

| phase | commands | events | waits for |
| --- | --- | --- | --- |
| `ClusterStarting` | `create` | | `CreatingCluster` |
| … | | | `Forbidden` |
)";

std::string with(const std::string& what, const std::string& by) {
  auto text = small;
  return text.replace(text.find(what), what.size(), by);
}

/// What the document says wrong or too much of one small decision.
struct small_story {
  status before;
  decision made;

  small_story() {
    made.next.phase = phase::ClusterStarting;
    made.next.conditions = {{.type = "Ready", .status = "False", .reason = "ClusterStarting"}};
    made.reason = "a new and fine application";
    made.actions
        = {create_object{object_role::ingress, "c1"}, ask_jobs{"c1"}, record_event{false, "CreatingCluster", ""}};
    made.waiting = {.reason = "CreatingCluster", .message = "words"};
  }

  lifecycle::words unknown(const std::string& text = small) const {
    lifecycle::coverage x{lifecycle::read(text)};
    x.take(before, made);
    return x.unknown();
  }
};

TEST(lifecycle_check, is_content_where_the_row_tells_it_all) {
  EXPECT_THAT(small_story{}.unknown(), IsEmpty());
}

TEST(lifecycle_check, finds_a_change_without_a_row) {
  small_story x;
  x.made.reason = "an old application";
  EXPECT_THAT(x.unknown(), ElementsAre("no row: New -> ClusterStarting: an old application"));
  x = {};
  x.before.phase = phase::Running;
  EXPECT_THAT(x.unknown(), ElementsAre(HasSubstr("no row: Running -> ClusterStarting")));
  x = {};
  EXPECT_THAT(x.unknown(with("`ClusterStarting` | `create` | event", "`Running` | `create` | event")),
              ElementsAre(HasSubstr("no row: New -> ClusterStarting")));
}

TEST(lifecycle_check, finds_an_order_an_event_a_condition_and_a_wait_that_are_not_told) {
  small_story x;
  x.made.actions.push_back(stop_job{"c1", "j", "t"});
  x.made.actions.push_back(record_event{true, "Remark", ""});
  x.made.next.conditions[0].reason = "JobRunning";
  x.made.waiting.reason = "CompilingJob";
  EXPECT_THAT(x.unknown(), UnorderedElementsAre("line 10: is not told to order: stop job j of c1 by t",
                                                "line 10: does not tell: Remark", "line 10: does not tell: JobRunning",
                                                "in ClusterStarting nothing tells: waits for CompilingJob"));
}

TEST(lifecycle_check, finds_what_is_done_within_a_phase_and_not_told) {
  small_story x;
  x.before.phase = phase::ClusterStarting;
  x.made.reason = x.made.waiting.message;
  x.made.actions.push_back(cancel_job{"c1", "j"});
  EXPECT_THAT(x.unknown(), UnorderedElementsAre("in ClusterStarting nothing tells: ordered cancel job j of c1",
                                                "in ClusterStarting nothing tells: event CreatingCluster"));
}

TEST(lifecycle_check, finds_two_rows_for_one_change) {
  auto row = std::string{"| `New` | `a new … application` | `ClusterStarting` | `create` | `CreatingCluster` |\n"};
  EXPECT_THAT(small_story{}.unknown(with("| `Running` |", row + "| `Running` |")),
              ElementsAre("line 11: says the same as line 10"));
}

TEST(lifecycle_check, names_every_claim_that_nobody_has_seen) {
  lifecycle::coverage x{lifecycle::read(small)};
  small_story y;
  x.take(y.before, y.made);
  EXPECT_THAT(x.unseen(), UnorderedElementsAre("line 11: phase Running", "line 11: when a savepoint is due (…)",
                                               "line 11: ordered take savepoint", "line 15: ordered create",
                                               "line 16: phase …", "line 16: waits for Forbidden"));
}

TEST(lifecycle_check, compares_the_picture_with_the_table) {
  auto flaws = [](const std::string& text) { return lifecycle::flaws_of_picture(lifecycle::read(text)); };
  EXPECT_THAT(flaws(small), Not(Contains(HasSubstr("New"))));
  EXPECT_THAT(flaws(small), Contains("the picture lacks Deleting"));
  auto turned = flaws(with("New --> ClusterStarting", "ClusterStarting --> New"));
  EXPECT_THAT(turned, Contains("the picture has an arrow that no row tells: ClusterStarting --> New"));
  EXPECT_THAT(turned, Contains("line 10: the picture lacks New --> ClusterStarting"));
}

TEST(lifecycle_check, refuses_a_table_that_it_cannot_read) {
  for (auto& text : {std::string{}, with("`New`", "`Nwe`"), with("`New`", "New"), with("`New`", "`New"),
                     with("`a new … application`", "`…`"), with(" | stays", " | `New`, `Running`"),
                     with("| `take savepoint` | |", "| `take savepoint` |"), with("| `create` | event", "| … | event")})
    EXPECT_THROW(lifecycle::read(text), std::runtime_error) << text;
}

} // namespace
} // namespace flink
