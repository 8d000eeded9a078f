#include "flink/rest/requests.hpp"
#include "test/unit/flink/rest/recorded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <tuple>

namespace flink::rest {
namespace {

using testing::Combine;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ValuesIn;

// -- answers in one line -------------------------------------------------------------------------------

std::string tell(const overview& x) {
  return std::to_string(x.task_managers) + " TaskManagers, " + std::to_string(x.slots_available) + " of "
       + std::to_string(x.slots_total) + " slots free";
}

std::string tell(const std::vector<job_summary>& xs) {
  std::string out = std::to_string(xs.size()) + " jobs";
  for (auto& x : xs)
    out += " " + x.id + "=" + std::string{to_string(x.state)};
  return out;
}

std::string tell(const job& x) {
  return std::string{to_string(x.state)} + " " + std::to_string(x.vertices.size()) + " vertices, "
       + std::to_string(x.tasks_running) + " running and " + std::to_string(x.tasks_finished) + " finished of "
       + std::to_string(x.tasks_total);
}

std::string tell(std::string_view name, const std::optional<checkpoint>& x) {
  if (!x)
    return "";
  auto slash = x->external_path.rfind('/');
  auto last = slash == std::string::npos ? x->external_path : x->external_path.substr(slash + 1);
  if (last.starts_with("savepoint-"))
    last = "savepoint";
  return ", " + std::string{name} + " '" + last + "'" + (x->is_savepoint ? " savepoint" : "")
       + (x->discarded ? " discarded" : "");
}

std::string tell(const checkpoints& x) {
  return std::to_string(x.completed) + " done, " + std::to_string(x.failed) + " failed, " + std::to_string(x.restored)
       + " restored" + tell("completed", x.latest_completed) + tell("savepoint", x.latest_savepoint)
       + tell("restored", x.latest_restored);
}

std::string tell(const std::vector<task_manager>& xs) {
  std::string out = std::to_string(xs.size()) + " TaskManagers";
  for (auto& x : xs)
    out += ", " + std::to_string(x.free_slots) + "/" + std::to_string(x.slots);
  return out;
}

std::string tell(const restarts& x) {
  return x.count ? std::to_string(*x.count) + " restarts" : "not counted yet";
}

std::string tell(const exceptions& x) {
  return x.latest ? *x.latest : "nothing has failed";
}

std::string tell(const savepoint& x) {
  if (x.in_progress)
    return "in progress";
  return x.failure ? "failed: " + *x.failure : "at " + x.location.value_or("nowhere");
}

std::string tell(const disposal& x) {
  return x.in_progress ? "in progress" : x.failure ? "failed: " + *x.failure : "disposed of";
}

std::string tell(const features& x) {
  return x.rescale ? "can rescale" : "cannot rescale";
}

std::string tell(const requirements& x) {
  std::string out = "bounds";
  for (auto& [id, y] : x)
    out += " " + id.substr(0, 4) + "=" + std::to_string(y.lower) + "-" + std::to_string(y.upper);
  return out;
}

std::string tell(const std::string& x) {
  return "id " + x;
}

std::string tell(std::monostate) {
  return "done";
}

std::string tell(const failure& x) {
  return std::string{to_string(x.kind)} + ": " + x.message;
}

template <class T>
std::string tell(const result<T>& x) {
  return std::visit([](auto& y) { return tell(y); }, x);
}

using decoder = std::function<std::string(int, std::string_view)>;

template <class T>
decoder telling(result<T> (*decode)(int, std::string_view)) {
  return [decode](int status, std::string_view body) { return tell(decode(status, body)); };
}

const auto as_overview = telling(decode_overview);
const auto as_jobs = telling(decode_jobs);
const auto as_job = telling(decode_job);
const auto as_checkpoints = telling(decode_checkpoints);
const auto as_task_managers = telling(decode_task_managers);
const auto as_restarts = telling(decode_restarts);
const auto as_exceptions = telling(decode_exceptions);
const auto as_savepoint = telling(decode_savepoint);
const auto as_disposal = telling(decode_disposal);
const auto as_features = telling(decode_features);
const auto as_requirements = telling(decode_requirements);
const auto as_run = telling(decode_run);
const auto as_done = telling(decode_done);
const auto as_trigger = telling(decode_trigger);

// -- recorded -------------------------------------------------------------------------------------------

struct meaning {
  const char* recording;
  decoder decode;
  const char* starts_with;
  friend void PrintTo(const meaning& x, std::ostream* out) { *out << x.recording; }
};

const meaning meanings[] = {
    {"overview_no_task_managers", as_overview, "0 TaskManagers, 0 of 0 slots free"},
    {"overview_idle", as_overview, "1 TaskManagers, 4 of 4 slots free"},
    {"overview_busy", as_overview, "1 TaskManagers, 2 of 4 slots free"},
    {"jobs_none", as_jobs, "0 jobs"},
    {"jobs_several", as_jobs, "4 jobs "},
    {"job_initializing", as_job, "INITIALIZING 0 vertices, 0 running and 0 finished of 0"},
    {"job_no_slots", as_job, "RUNNING 2 vertices, 0 running and 0 finished of 2"},
    {"job_too_parallel", as_job, "RUNNING 2 vertices, 0 running and 0 finished of 40"},
    {"job_adaptive_waiting", as_job, "CREATED 2 vertices, 0 running and 0 finished of 4"},
    {"job_adaptive_running", as_job, "RUNNING 2 vertices, 4 running and 0 finished of 4"},
    {"job_rescaled", as_job, "RUNNING 2 vertices, 8 running and 0 finished of 8"},
    {"features_default", as_features, "cannot rescale"},
    {"features_adaptive", as_features, "can rescale"},
    {"requirements_ok", as_requirements, "bounds 8b88=1-2 e5a7=1-2"},
    {"requirements_raised", as_requirements, "bounds 8b88=1-4 e5a7=1-4"},
    {"requirements_of_unknown", as_requirements, "gone: FlinkJobNotFoundException: "},
    {"requirements_of_canceled", as_requirements, "gone: FlinkJobNotFoundException: "},
    {"requirements_unsupported", as_requirements, "transient: UnsupportedOperationException: "},
    {"rescale_ok", as_done, "done"},
    {"rescale_unknown", as_done, "gone: FlinkJobNotFoundException: "},
    {"rescale_unsupported", as_done, "transient: UnsupportedOperationException: "},
    {"rescale_beyond_maximum", as_done, "rejected: RestHandlerException: The newly requested parallelism 200"},
    {"rescale_bounds_crossed", as_done, "rejected: RestHandlerException: The requested lower bound [3]"},
    {"rescale_partly", as_done, "rejected: RestHandlerException: The request is incomplete"},
    {"rescale_unknown_vertex", as_done, "rejected: RestHandlerException: Job vertex ["},
    {"rescale_empty", as_done, "rejected: RestHandlerException: Request body does not specify"},
    {"rescale_malformed", as_done, "rejected: MismatchedInputException: Cannot construct instance of"},
    {"job_running", as_job, "RUNNING 2 vertices, 2 running and 0 finished of 2"},
    {"job_main_throws_after_execute", as_job, "RUNNING 2 vertices"},
    {"job_finished", as_job, "FINISHED 2 vertices, 0 running and 4 finished of 4"},
    {"job_finished_bounded", as_job, "FINISHED 2 vertices, 0 running and 2 finished of 2"},
    {"job_failed", as_job, "FAILED 2 vertices, 0 running and 0 finished of 2"},
    {"job_after_savepoint_missing", as_job, "FAILED 0 vertices, 0 running and 0 finished of 0"},
    {"job_cancelling", as_job, "CANCELLING 2 vertices, 0 running and 0 finished of 2"},
    {"job_canceled", as_job, "CANCELED 2 vertices, 0 running and 0 finished of 2"},
    {"job_unknown", as_job, "gone: FlinkJobNotFoundException: "},
    {"checkpoints_none", as_checkpoints, "0 done, 1 failed, 0 restored"},
    {"checkpoints_finished", as_checkpoints, "8 done, 1 failed, 0 restored, completed 'chk-"},
    {"checkpoints_restored", as_checkpoints,
     "3 done, 0 failed, 1 restored, completed 'chk-12', restored 'savepoint' savepoint"},
    {"checkpoints_not_addressable", as_checkpoints, ""},
    {"exceptions_restarting", as_exceptions, "IllegalStateException: told to fail at number 200"},
    {"task_managers_none", as_task_managers, "0 TaskManagers"},
    {"task_managers_one", as_task_managers, "1 TaskManagers, 4/4"},
    {"task_managers_heartbeat", as_task_managers, "1 TaskManagers, 3/4"},
    {"savepoint_in_progress", as_savepoint, "in progress"},
    {"savepoint_completed", as_savepoint, "at file:/data/sp/savepoint-"},
    {"stop_completed", as_savepoint, "at file:/data/sp/savepoint-"},
    {"savepoint_failed_directory", as_savepoint, "failed: IOException: Failed to create savepoint directory at file:"},
    {"savepoint_failed_not_running", as_savepoint, "failed: CheckpointException: Checkpoint triggering task Source"},
    {"savepoint_of_restarting_status", as_savepoint, "failed: "},
    {"savepoint_of_unknown_job_status", as_savepoint, "failed: FlinkJobNotFoundException: Could not find Flink job"},
    {"stop_of_finished_status", as_savepoint, "failed: FlinkJobNotFoundException: Could not find Flink job"},
    {"stop_of_unknown_job_status", as_savepoint, "failed: FlinkJobNotFoundException: Could not find Flink job"},
    {"savepoint_unknown_trigger", as_savepoint, "gone: "},
    {"disposal_triggered", as_trigger, "id "},
    {"disposal_in_progress", as_disposal, "in progress"},
    {"disposal_completed", as_disposal, "disposed of"},
    {"disposal_of_missing", as_disposal, "failed: FileNotFoundException: Cannot find checkpoint or savepoint"},
    {"disposal_failed_scheme", as_disposal, "failed: UnsupportedFileSystemSchemeException: Hadoop is not in"},
    {"disposal_unknown", as_disposal, "gone: "},
    {"run_ok", as_run, "id 00000000000000000000000000000001"},
    {"run_main_catches", as_run, "id "},
    {"run_savepoint_empty", as_run, "id "},
    {"run_duplicate", as_run, "duplicate: "},
    {"run_savepoint_missing", as_run, "rejected: FileNotFoundException: "},
    {"plan_ok", as_done, "done"},
    {"plan_savepoint_missing", as_done, "done"},
    {"plan_main_executes_twice", as_done, "done"},
    {"plan_main_catches", as_done, "transient: "},
    {"cancel_ok", as_done, "done"},
    {"savepoint_triggered", as_trigger, "id 00000000000000000000000000000385"},
    {"stop_ok", as_trigger, "id 0000000000000000000000000000038e"},
};

class recorded_answer : public testing::TestWithParam<std::tuple<std::string, meaning>> {};

TEST_P(recorded_answer, is_understood) {
  auto& [version, x] = GetParam();
  auto answer = recorded::find(version, x.recording);
  EXPECT_THAT(x.decode(answer.status, answer.body), StartsWith(x.starts_with));
}

INSTANTIATE_TEST_SUITE_P(flink, recorded_answer, Combine(ValuesIn(recorded::versions), ValuesIn(meanings)));

template <class T>
T understood(result<T> (*decode)(int, std::string_view), const std::string& version, std::string_view name) {
  auto x = recorded::find(version, name);
  return std::get<T>(decode(x.status, x.body));
}

class any_version : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(flink, any_version, ValuesIn(recorded::versions));

TEST_P(any_version, says_its_name) {
  EXPECT_EQ(understood(decode_overview, GetParam(), "overview_idle").flink_version, GetParam());
}

TEST_P(any_version, describes_a_job) {
  auto x = understood(decode_job, GetParam(), "job_running");
  EXPECT_EQ(x.id, "00000000000000000000000000000014");
  EXPECT_EQ(x.name, "recorded");
  EXPECT_GT(x.start_time, 1'600'000'000'000);
  EXPECT_EQ(x.vertices[0].name, "Source: source -> map");
  EXPECT_EQ(x.vertices[0].parallelism, 1);
  EXPECT_TRUE(all_tasks_running(x));
}

TEST_P(any_version, counts_restarts) {
  EXPECT_GT(understood(decode_restarts, GetParam(), "restarts_several").count, 10);
}

TEST_P(any_version, tells_when_a_job_began_to_fail) {
  EXPECT_EQ(understood(decode_job, GetParam(), "job_running").last_failing, 0);
  auto x = understood(decode_job, GetParam(), "job_failed");
  EXPECT_GT(x.last_failing, x.start_time);
  EXPECT_GT(x.now, x.last_failing);
  auto y = understood(decode_job, GetParam(), "job_restarting");
  EXPECT_EQ(y.state, job_state::restarting);
  EXPECT_GT(y.last_failing, y.start_time);
}

TEST_P(any_version, calls_a_job_running_whose_tasks_have_no_slots) {
  auto x = understood(decode_job, GetParam(), "job_no_slots");
  EXPECT_EQ(x.state, job_state::running);
  EXPECT_FALSE(all_tasks_running(x));
}

TEST_P(any_version, tells_the_time_of_a_checkpoint_and_of_a_restore) {
  auto x = understood(decode_checkpoints, GetParam(), "checkpoints_restored");
  EXPECT_GT(x.latest_completed->trigger_timestamp, x.latest_restored->trigger_timestamp);
  EXPECT_GT(x.latest_restored->trigger_timestamp, 1'600'000'000'000);
}

TEST_P(any_version, names_the_newest_checkpoint) {
  auto x = understood(decode_checkpoints, GetParam(), "checkpoints_completed");
  EXPECT_GT(x.completed, 0);
  EXPECT_THAT(x.latest_completed->external_path, StartsWith("file:/data/cp/0000000000000000000000000000000c/chk-"));
  EXPECT_FALSE(x.latest_completed->discarded);
  EXPECT_FALSE(x.latest_savepoint);
  EXPECT_FALSE(x.latest_restored);
}

TEST_P(any_version, names_the_savepoint_by_which_a_job_was_stopped) {
  auto x = understood(decode_checkpoints, GetParam(), "checkpoints_finished");
  EXPECT_EQ(x.latest_savepoint->external_path, understood(decode_savepoint, GetParam(), "stop_completed").location);
  EXPECT_FALSE(x.latest_savepoint->discarded);
  EXPECT_TRUE(x.latest_completed->discarded);
}

TEST_P(any_version, tells_of_checkpoints_that_fail) {
  auto x = understood(decode_checkpoints, GetParam(), "checkpoints_failing");
  ASSERT_TRUE(x.latest_failed);
  EXPECT_GT(x.latest_failed->failure_timestamp, 1'600'000'000'000);
  EXPECT_THAT(x.latest_failed->message, HasSubstr("IO-problem detected"));
  EXPECT_FALSE(understood(decode_checkpoints, GetParam(), "checkpoints_completed").latest_failed);
}

TEST(failed_checkpoint, tells_in_one_line_why_one_has_failed) {
  auto x = decode_checkpoints(200, R"({"counts":{"completed":0,"failed":1,"restored":0},"latest":{"completed":null,)"
                                   R"("savepoint":null,"restored":null,"failed":{"failure_timestamp":7,)"
                                   R"("failure_message":"a.b.C: x\n\tat d\nCaused by: e.F: no space"}}})");
  ASSERT_TRUE(std::holds_alternative<checkpoints>(x));
  EXPECT_EQ(std::get<checkpoints>(x).latest_failed->message, "F: no space");
}

TEST_P(any_version, has_checkpoints_that_no_other_job_can_start_from) {
  auto x = understood(decode_checkpoints, GetParam(), "checkpoints_not_addressable");
  ASSERT_TRUE(x.latest_completed);
  EXPECT_EQ(x.latest_completed->external_path, "");
}

TEST_P(any_version, tells_the_heartbeat_as_a_point_in_time) {
  EXPECT_GT(understood(decode_task_managers, GetParam(), "task_managers_heartbeat")[0].last_heartbeat,
            1'600'000'000'000);
}

// -- malformed ------------------------------------------------------------------------------------------

/// Every decoder with an answer that it understands.
struct good_answer {
  const char* name;
  decoder decode;
  const char* recording;
  friend void PrintTo(const good_answer& x, std::ostream* out) { *out << x.name; }
};

const good_answer good_answers[] = {
    {"overview", as_overview, "overview_busy"},
    {"jobs", as_jobs, "jobs_several"},
    {"job", as_job, "job_running"},
    {"checkpoints", as_checkpoints, "checkpoints_restored"},
    {"exceptions", as_exceptions, "exceptions_restarting"},
    {"task_managers", as_task_managers, "task_managers_one"},
    {"features", as_features, "features_adaptive"},
    {"requirements", as_requirements, "requirements_ok"},
    {"savepoint", as_savepoint, "savepoint_completed"},
    {"failed_savepoint", as_savepoint, "savepoint_failed_directory"},
    {"disposal", as_disposal, "disposal_completed"},
    {"failed_disposal", as_disposal, "disposal_of_missing"},
    {"run", as_run, "run_ok"},
    {"done", as_done, "cancel_ok"},
    {"trigger", as_trigger, "stop_ok"},
};

class malformed_answer : public testing::TestWithParam<good_answer> {};

INSTANTIATE_TEST_SUITE_P(flink, malformed_answer, ValuesIn(good_answers));

TEST_P(malformed_answer, is_told_apart_from_success) {
  std::string deep(5000, '[');
  std::string deep_objects;
  for (auto i = 0; i < 5000; ++i)
    deep_objects += R"({"latest":)";
  for (auto& body : {std::string{}, std::string{" "}, std::string{"null"}, std::string{"[]"}, std::string{"42"},
                     std::string{"\"text\""}, std::string{"<html><body>Welcome</body></html>"}, std::string{"{"},
                     std::string{"{\"a\":1e999}"}, std::string{"{\"a\":\xff}"}, std::string{"{\"a\":\"\xff\"}"},
                     std::string{"{}{}"}, deep, deep_objects, std::string(10'000'000, 'x')})
    EXPECT_THAT(GetParam().decode(200, body), StartsWith("malformed: ")) << body.substr(0, 40);
}

TEST(restarts, are_a_list_of_counts_and_nothing_else) {
  for (auto* body : {"", "{}", "[1", R"([{"id":"numRestarts","value":"many"}])", R"([{"value":"1.5"}])"})
    EXPECT_THAT(as_restarts(200, body), StartsWith("malformed: ")) << body;
  EXPECT_EQ(as_restarts(200, R"([{"id":"numRestarts","value":"0"},{"id":"fullRestarts","value":"0"}])"), "0 restarts");
  for (auto* body : {"[]", R"([{"id":"numRestarts"}])", R"([{"id":"numRestarts","value":""}])", "[7]"})
    EXPECT_EQ(as_restarts(200, body), "not counted yet") << body;
}

TEST(features, are_none_that_a_version_does_not_name) {
  EXPECT_EQ(as_features(200, R"({"features":{"web-submit":true}})"), "cannot rescale");
}

TEST(exceptions, are_none_where_nothing_has_failed) {
  EXPECT_EQ(as_exceptions(200, R"({"root-exception":null,"timestamp":null,"all-exceptions":[],"truncated":false,)"
                               R"("exceptionHistory":{"entries":[],"truncated":false}})"),
            "nothing has failed");
}

TEST(exceptions, are_told_by_versions_without_a_history_too) {
  EXPECT_EQ(as_exceptions(200, R"({"root-exception":"java.io.IOException: full\n\tat x","timestamp":1})"),
            "IOException: full");
  EXPECT_EQ(as_exceptions(200, R"({"exceptionHistory":{"entries":[{"stacktrace":"a.B: c"},{"stacktrace":"d"}]}})"),
            "B: c");
}

TEST_P(malformed_answer, may_be_cut_anywhere) {
  auto body = recorded::find("1.20.5", GetParam().recording).body;
  auto end = body.find_last_of('}');
  for (std::size_t n = 0; n < end; n += 1 + n / 64)
    EXPECT_THAT(GetParam().decode(200, body.substr(0, n)), StartsWith("malformed: ")) << n;
}

TEST_P(malformed_answer, is_no_refusal_whatever_its_members_are) {
  auto body = recorded::find("1.20.5", GetParam().recording).body;
  for (auto value : {"null", "-1", "99999999999999", "18446744073709551615", "1.5", "true", "\"\"", "[]", "{}", "[{}]"})
    for (auto colon = body.find(':'); colon != std::string::npos; colon = body.find(':', colon + 1)) {
      // Swaps only values without nesting: those after a colon that follows the name of a member.
      auto end = body.find_first_of(",}", colon);
      if (body[colon - 1] != '"' || body.find_first_of("{[", colon) < end)
        continue;
      auto told = GetParam().decode(200, body.substr(0, colon + 1) + value + body.substr(end));
      for (auto kind : {"transient: ", "rejected: ", "gone: ", "conflict: ", "duplicate: "})
        EXPECT_FALSE(told.starts_with(kind)) << told;
    }
}

struct wrong {
  const char* name;
  decoder decode;
  const char* body;
  const char* says;
  friend void PrintTo(const wrong& x, std::ostream* out) { *out << x.name; }
};

const wrong wrongs[] = {
    {"a member is missing", as_overview, R"({"taskmanagers":1,"slots-total":4})",
     "an integer in member \"slots-available\""},
    {"a number is a text", as_overview, R"({"taskmanagers":"1"})", "an integer in member \"taskmanagers\""},
    {"a count is negative", as_overview, R"({"taskmanagers":-1})", "a count in member \"taskmanagers\""},
    {"a count is beyond any cluster", as_overview, R"({"taskmanagers":2147483648})",
     "a count in member \"taskmanagers\""},
    {"jobs are no list", as_jobs, R"({"jobs":{}})", "a list in member \"jobs\""},
    {"jobs are no objects", as_jobs, R"({"jobs":["a"]})", "a list of objects in member \"jobs\""},
    {"a job has no state", as_jobs, R"({"jobs":[{"id":"a"}]})", "a text in member \"status\""},
    {"a job has no vertices", as_job, R"({"jid":"a","state":"RUNNING","start-time":1})",
     "a list in member \"vertices\""},
    {"tasks sum up beyond any cluster", as_job,
     R"({"jid":"a","state":"RUNNING","start-time":1,"vertices":[{"id":"v","parallelism":1,"status":"RUNNING","tasks":{"RUNNING":2147483647,"FAILED":1}}]})",
     "a count in member \"FAILED\""},
    {"a parallelism that is a text", as_job,
     R"({"jid":"a","state":"RUNNING","start-time":1,"vertices":[{"id":"v","parallelism":"1","status":"RUNNING","tasks":{}}]})",
     "an integer in member \"parallelism\""},
    {"tasks are no object", as_job,
     R"({"jid":"a","state":"RUNNING","start-time":1,"vertices":[{"id":"v","parallelism":1,"status":"RUNNING","tasks":3}]})",
     "an object in member \"tasks\""},
    {"latest is missing", as_checkpoints, R"({"counts":{"completed":0,"failed":0,"restored":0}})",
     "an object in member \"latest\""},
    {"a checkpoint is a text", as_checkpoints,
     R"({"counts":{"completed":0,"failed":0,"restored":0},"latest":{"completed":"x"}})",
     "an object or null in member \"completed\""},
    {"a checkpoint has no path", as_checkpoints,
     R"({"counts":{"completed":1,"failed":0,"restored":0},"latest":{"completed":{"trigger_timestamp":1,"is_savepoint":false,"discarded":false}}})",
     "a text in member \"external_path\""},
    {"a savepoint in a state of its own", as_savepoint, R"({"status":{"id":"DREAMING"},"operation":null})",
     "IN_PROGRESS or COMPLETED in member \"status\""},
    {"a savepoint done without a place", as_savepoint, R"({"status":{"id":"COMPLETED"},"operation":{}})",
     "a text in member \"location\""},
    {"a savepoint done without an operation", as_savepoint, R"({"status":{"id":"COMPLETED"},"operation":null})",
     "an object in member \"operation\""},
    {"a failure without a cause", as_savepoint, R"({"status":{"id":"COMPLETED"},"operation":{"failure-cause":{}}})",
     "a text in member \"class\""},
    {"an empty job id", as_run, R"({"jobid":""})", "an id in member \"jobid\""},
    {"a trigger that is a number", as_trigger, R"({"request-id":7})", "a text in member \"request-id\""},
};

class wrong_answer : public testing::TestWithParam<wrong> {};

TEST_P(wrong_answer, names_what_is_wrong) {
  EXPECT_THAT(GetParam().decode(200, GetParam().body), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(flink, wrong_answer, ValuesIn(wrongs));

TEST(savepoint_answer, names_the_exception_where_there_is_no_trace) {
  EXPECT_EQ(as_savepoint(200, R"({"status":{"id":"COMPLETED"},"operation":{"failure-cause":{"class":"a.b.C"}}})"),
            "failed: C");
}

TEST(job_answer, counts_the_tasks_to_come_where_none_exist_yet) {
  auto with = [](std::string parallelism) {
    return R"({"jid":"a","state":"CREATED","start-time":1,"vertices":[{"id":"v","parallelism":)" + parallelism
         + R"(,"status":"CREATED","tasks":{"RUNNING":0}}]})";
  };
  EXPECT_EQ(as_job(200, with("4")), "CREATED 1 vertices, 0 running and 0 finished of 4");
  // The batch scheduler decides the parallelism late.
  EXPECT_EQ(as_job(200, with("-1")), "CREATED 1 vertices, 0 running and 0 finished of 0");
}

TEST(answers, are_read_whatever_flavour_of_success_they_have) {
  EXPECT_EQ(as_done(202, "{}"), "done");
  EXPECT_EQ(as_trigger(202, R"({"request-id":"t"})"), "id t");
  EXPECT_EQ(as_job(200, R"({"jid":"a","state":"NEW_IN_FLINK_3","start-time":1,"vertices":[],"more":{}})"),
            "UNKNOWN 0 vertices, 0 running and 0 finished of 0");
}

} // namespace
} // namespace flink::rest
