#include "flink/rest/requests.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace flink::rest {

void PrintTo(const request& x, std::ostream* out);

void PrintTo(const request& x, std::ostream* out) {
  *out << x.method << ' ' << x.path << ' ' << x.body;
}

namespace {

using testing::ValuesIn;

constexpr auto id = "00000000000000000000000000000001";

struct question {
  const char* name;
  request built;
  request expected;
  friend void PrintTo(const question& x, std::ostream* out) { *out << x.name; }
};

const run_options least{.jar_name = "a.jar"};
const run_options most{.jar_name = "a.jar",
                       .job_id = id,
                       .parallelism = 4,
                       .entry_class = "com.example.Main",
                       .program_args_list = {"--topic", "orders and \"more\"", "\\d+\n"},
                       .savepoint_path = "s3://bucket/sp-1",
                       .allow_non_restored_state = true};

const question questions[] = {
    {"overview", get_overview(), {"GET", "/overview", ""}},
    {"jobs", get_jobs(), {"GET", "/jobs", ""}},
    {"job", get_job(id), {"GET", "/jobs/00000000000000000000000000000001", ""}},
    {"checkpoints", get_checkpoints(id), {"GET", "/jobs/00000000000000000000000000000001/checkpoints", ""}},
    {"restarts",
     get_restarts(id),
     {"GET", "/jobs/00000000000000000000000000000001/metrics?get=numRestarts,fullRestarts", ""}},
    {"exceptions",
     get_exceptions(id),
     {"GET", "/jobs/00000000000000000000000000000001/exceptions?maxExceptions=1", ""}},
    {"task managers", get_task_managers(), {"GET", "/taskmanagers", ""}},
    {"savepoint", get_savepoint("j", "t"), {"GET", "/jobs/j/savepoints/t", ""}},
    {"stop", stop_with_savepoint("j", "t"), {"POST", "/jobs/j/stop", R"({"triggerId":"t"})"}},
    {"savepoint order", take_savepoint("j", "t"), {"POST", "/jobs/j/savepoints", R"({"triggerId":"t"})"}},
    {"disposal order",
     dispose_savepoint("file:/s p"),
     {"POST", "/savepoint-disposal", R"({"savepoint-path":"file:/s p"})"}},
    {"disposal", get_disposal("d"), {"GET", "/savepoint-disposal/d", ""}},
    {"features", get_features(), {"GET", "/config", ""}},
    {"requirements", get_requirements("j"), {"GET", "/jobs/j/resource-requirements", ""}},
    {"requirements order",
     put_requirements("j", {{"v", {.lower = 1, .upper = 4}}, {"w", {.lower = 2, .upper = 2}}}),
     {"PUT", "/jobs/j/resource-requirements",
      R"({"v":{"parallelism":{"lowerBound":1,"upperBound":4}},"w":{"parallelism":{"lowerBound":2,"upperBound":2}}})"}},
    {"cancel", cancel("j"), {"PATCH", "/jobs/j?mode=cancel", ""}},
    {"members without a value are left out", run(least), {"POST", "/jars/a.jar/run", R"({"parallelism":1})"}},
    {"everything",
     run(most),
     {"POST", "/jars/a.jar/run",
      R"({"jobId":"00000000000000000000000000000001","entryClass":"com.example.Main",)"
      R"("programArgsList":["--topic","orders and \"more\"","\\d+\n"],"parallelism":4,)"
      R"("savepointPath":"s3://bucket/sp-1","allowNonRestoredState":true})"}},
    {"plan has the body of the later run", plan(most), {"POST", "/jars/a.jar/plan", run(most).body}},
    {"nothing restored, nothing allowed",
     run({.jar_name = "a", .allow_non_restored_state = true}),
     {"POST", "/jars/a/run", R"({"parallelism":1})"}},
    {"Flink decodes a jar's name twice",
     run({.jar_name = "a b+c%.jar"}),
     {"POST", "/jars/a%2520b%252Bc%2525.jar/run", R"({"parallelism":1})"}},
    {"what no path takes amiss stays as it is", get_job("aZ09-._~"), {"GET", "/jobs/aZ09-._~", ""}},
    {"and its neighbours do not", get_job("@[`{/:"), {"GET", "/jobs/%2540%255B%2560%257B%252F%253A", ""}},
    {"a name does not leave its segment",
     get_job("../overview?a=b#c"),
     {"GET", "/jobs/..%252Foverview%253Fa%253Db%2523c", ""}},
};

class question_test : public testing::TestWithParam<question> {};

TEST_P(question_test, goes_on_the_wire) {
  EXPECT_EQ(GetParam().built, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(rest, question_test, ValuesIn(questions));

TEST(job_state, has_the_names_that_Flink_uses) {
  for (auto name : {"INITIALIZING", "CREATED", "RUNNING", "FAILING", "FAILED", "CANCELLING", "CANCELED", "FINISHED",
                    "RESTARTING", "SUSPENDED", "RECONCILING"})
    EXPECT_EQ(to_string(job_state_from(name)), name);
}

TEST(job_state, is_unknown_if_Flink_invents_one) {
  EXPECT_EQ(job_state_from("DREAMING"), job_state::unknown);
  EXPECT_EQ(job_state_from(""), job_state::unknown);
  EXPECT_EQ(job_state_from("running"), job_state::unknown);
}

TEST(job_state, is_terminal_if_the_job_never_comes_back) {
  for (auto x : {job_state::finished, job_state::canceled, job_state::failed})
    EXPECT_TRUE(is_terminal(x)) << to_string(x);
  for (auto x :
       {job_state::initializing, job_state::created, job_state::running, job_state::failing, job_state::cancelling,
        job_state::restarting, job_state::suspended, job_state::reconciling, job_state::unknown})
    EXPECT_FALSE(is_terminal(x)) << to_string(x);
}

TEST(all_tasks_running, needs_a_running_job_with_tasks_none_of_which_waits) {
  auto with = [](job_state state, int32_t running, int32_t finished, int32_t total) {
    return job{.state = state, .tasks_running = running, .tasks_finished = finished, .tasks_total = total};
  };
  EXPECT_TRUE(all_tasks_running(with(job_state::running, 4, 0, 4)));
  EXPECT_TRUE(all_tasks_running(with(job_state::running, 3, 1, 4)));
  EXPECT_FALSE(all_tasks_running(with(job_state::running, 3, 0, 4)));
  EXPECT_FALSE(all_tasks_running(with(job_state::running, 0, 0, 0)));
  EXPECT_FALSE(all_tasks_running(with(job_state::created, 4, 0, 4)));
  EXPECT_FALSE(all_tasks_running(with(job_state::finished, 0, 4, 4)));
}

} // namespace
} // namespace flink::rest
