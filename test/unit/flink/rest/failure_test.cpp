#include "config/defaults.hpp"
#include "flink/rest/failure.hpp"
#include "test/unit/flink/rest/recorded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <tuple>

namespace k8s {

void PrintTo(failure_class x, std::ostream* out);

void PrintTo(failure_class x, std::ostream* out) {
  *out << to_string(x);
}

} // namespace k8s

namespace flink {

namespace {

using testing::Combine;
using testing::HasSubstr;
using testing::Not;
using testing::Values;
using testing::ValuesIn;
using enum failure_class;

// -- JobManager, recorded ---------------------------------------------------------------------------

struct refusal {
  const char* recording;
  failure_class kind;
  const char* says;
  friend void PrintTo(const refusal& x, std::ostream* out) { *out << x.recording; }
};

const refusal refusals[] = {
    {"run_missing_jar", rejected, "nothing.jar does not exist"},
    {"plan_missing_jar", rejected, "nothing.jar does not exist"},
    {"run_class_not_found", rejected, "ClassNotFoundException: test.Missing"},
    {"plan_class_not_found", rejected, "ClassNotFoundException: test.Missing"},
    {"run_no_main", rejected, "does not have a main(String[]) method"},
    {"plan_no_main", rejected, "does not have a main(String[]) method"},
    {"run_no_manifest", rejected, "Neither a 'Main-Class'"},
    {"run_main_throws", rejected, "IllegalArgumentException: the topic \"orders\" is not configured"},
    {"plan_main_throws", rejected, "IllegalArgumentException: the topic \"orders\" is not configured"},
    {"run_main_throws_after_execute", rejected, "IllegalStateException: thrown after execute"},
    {"run_main_executes_twice", rejected, "Cannot have more than one execute()"},
    {"run_main_does_nothing", rejected, "RestHandlerException: No jobs included in application."},
    {"plan_main_catches", transient, "aborted pre-maturely"},
    {"plan_main_does_nothing", transient, "aborted pre-maturely"},
    {"run_savepoint_missing", rejected, "FileNotFoundException: Cannot find checkpoint or savepoint"},
    {"run_savepoint_garbage", rejected, "IOException: Unexpected magic number"},
    {"run_savepoint_incompatible", rejected, "IllegalStateException: Failed to rollback to checkpoint/savepoint"},
    {"run_savepoint_bad_scheme", rejected, "Could not find a file system implementation for scheme 's3'"},
    {"run_zero_parallelism", rejected, "Parallelism must be at least one"},
    {"run_bad_job_id", rejected, "NumberFormatException"},
    {"run_not_json", rejected, "JsonParseException"},
    {"run_duplicate", duplicate, "DuplicateJobSubmissionException: Job has already been submitted."},
    {"run_duplicate_of_finished", duplicate, "DuplicateJobSubmissionException"},
    {"run_duplicate_of_expired", duplicate, "DuplicateJobSubmissionException"},
    {"job_unknown", gone, "Could not find Flink job (000000000000000000000000000003e7)"},
    {"checkpoints_unknown", gone, "Could not find Flink job"},
    {"cancel_unknown", gone, "Could not find Flink job"},
    {"cancel_finished", conflict, "already reached another terminal state (FINISHED)"},
    {"savepoint_unknown_trigger", gone, "There is no savepoint operation"},
    {"disposal_unknown", gone, "Operation not found under key"},
    {"savepoint_bad_trigger", rejected, ""},
    {"job_bad_id", rejected, ""},
    {"api_unknown", transient, "Unable to load requested file"},
    {"method_wrong", transient, "Not found: /overview"},
    {"requirements_of_unknown", gone, "Could not find Flink job"},
    {"requirements_of_canceled", gone, "Could not find Flink job"},
    {"requirements_unsupported", transient, "does not support changing the parallelism"},
    {"rescale_unknown", gone, "Could not find Flink job"},
    {"rescale_beyond_maximum", rejected, "exceeds its maximum parallelism 128"},
    {"rescale_empty", rejected, "does not specify resource requirements"},
    {"rescale_partly", rejected, "missing job vertex"},
    {"rescale_unknown_vertex", rejected, "was not found in the JobGraph"},
    {"rescale_bounds_crossed", rejected, "is higher than the upper bound"},
    {"rescale_unsupported", transient, "does not support changing the parallelism"},
    {"rescale_malformed", rejected, "Cannot construct instance"},
};

class recorded_refusal : public testing::TestWithParam<std::tuple<std::string, refusal>> {};

TEST_P(recorded_refusal, is_classified_by_what_it_says) {
  auto& [version, x] = GetParam();
  auto answer = recorded::find(version, x.recording);
  auto f = classify_flink(answer.status, answer.body);
  EXPECT_EQ(f.kind, x.kind);
  EXPECT_EQ(f.status, answer.status);
  EXPECT_THAT(f.message, HasSubstr(x.says));
  EXPECT_THAT(f.message, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(flink, recorded_refusal, Combine(ValuesIn(recorded::versions), ValuesIn(refusals)));

TEST(recorded_refusals, are_all_in_the_table) {
  for (auto& version : recorded::versions)
    for (auto& x : recorded::all(version)) {
      auto listed = [&](const refusal& y) { return x.name == y.recording; };
      auto unreachable_path = x.name == "run_empty_body";
      if (x.status >= 300 && !unreachable_path)
        EXPECT_TRUE(std::any_of(std::begin(refusals), std::end(refusals), listed)) << x.name;
    }
}

// -- JobManager, answers that are hard to provoke -----------------------------------------------------

struct oddity {
  const char* name;
  int status;
  const char* body;
  failure_class kind;
  const char* message;
  friend void PrintTo(const oddity& x, std::ostream* out) { *out << x.name; }
};

const oddity flink_oddities[] = {
    {"a leader election passes", 503,
     R"({"errors":["Service temporarily unavailable due to an ongoing leader election. Please refresh."]})", transient,
     "Service temporarily unavailable due to an ongoing leader election. Please refresh."},
    {"a submit that timed out inside Flink may be sent again", 400,
     R"({"errors":["org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\nCaused by: org.apache.flink.client.program.ProgramInvocationException: The main method caused an error\nCaused by: java.util.concurrent.TimeoutException: Invocation of [submitJob] timed out."]})",
     transient, "TimeoutException: Invocation of [submitJob] timed out."},
    {"a gateway's page is named by its title", 502,
     "<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", transient, "502 Bad Gateway"},
    {"a page without a title says the status", 504, "<html>\n<body>late</body>", transient, "HTTP status 504"},
    {"a proxy's 404 is not a lost job", 404, "404 page not found\n", transient, "404 page not found"},
    {"an ingress's 404 is not a lost job", 404, "<html><head><title>404 Not Found</title></head></html>", transient,
     "404 Not Found"},
    {"a missing pod behind the API server's proxy is not a lost job", 404,
     R"({"kind":"Status","status":"Failure","message":"pods \"a-jm-0\" not found","reason":"NotFound","details":{"name":"a-jm-0","kind":"pods"},"code":404})",
     transient, "pods \"a-jm-0\" not found"},
    {"a pod that does not answer the API server's proxy", 503,
     R"({"kind":"Status","message":"error trying to reach service: dial tcp 10.0.0.1:8081: connect: connection refused","reason":"ServiceUnavailable","code":503})",
     transient, "error trying to reach service: dial tcp 10.0.0.1:8081: connect: connection refused"},
    {"the right to use the proxy is missing", 403,
     R"({"kind":"Status","message":"pods \"a\" is forbidden: User \"u\" cannot create resource \"pods/proxy\"","reason":"Forbidden","code":403})",
     forbidden, "pods \"a\" is forbidden: User \"u\" cannot create resource \"pods/proxy\""},
    {"a log-in page", 302, "", transient, "HTTP status 302"},
    {"credentials asked for", 401, "", forbidden, "HTTP status 401"},
    {"too many requests", 429, "slow down", transient, "slow down"},
    {"nothing at all", 500, "", transient, "HTTP status 500"},
    {"errors of a wrong type", 500, R"({"errors":{"a":1}})", transient, R"({"errors":{"a":1}})"},
    {"a list of errors that are no texts", 500, R"({"errors":[1,null,{"a":[]}]})", transient, "HTTP status 500"},
    {"cut in the middle", 500, R"({"errors":["Internal server er)", transient, R"({"errors":["Internal server er)"},
};

class flink_oddity : public testing::TestWithParam<oddity> {};

TEST_P(flink_oddity, is_understood) {
  auto& x = GetParam();
  EXPECT_EQ(classify_flink(x.status, x.body), (failure{.kind = x.kind, .status = x.status, .message = x.message}));
}

INSTANTIATE_TEST_SUITE_P(flink, flink_oddity, ValuesIn(flink_oddities));

// -- useful_line --------------------------------------------------------------------------------------

struct trace {
  const char* name;
  std::string text;
  std::string line;
  friend void PrintTo(const trace& x, std::ostream* out) { *out << x.name; }
};

const trace traces[] = {
    {"the last cause wins", "a.b.C: x\n\tat d\nCaused by: e.F: y\n\tat g\nCaused by: h.i.J: z\n\t... 3 more\n", "J: z"},
    {"causes of suppressed exceptions do not count",
     "a.B: x\n\tSuppressed: c.D: s\n\tCaused by: e.F: hidden\nCaused by: g.H: shown", "H: shown"},
    {"without a cause the first line", "a.b.C: x\n\tat d", "C: x"},
    {"Flink's wrapping is skipped",
     "Internal server error.\n<Exception on server side:\na.b.C: x\n\tat d\n\nEnd of exception on server side>",
     "C: x"},
    {"inner classes keep their outer one", "Caused by: a.b.C$D: x", "C$D: x"},
    {"an exception without words", "Caused by: java.lang.NullPointerException", "NullPointerException"},
    {"words before the colon are no class", "no such host: a.example.com", "no such host: a.example.com"},
    {"an address is no class", "http://a.b/c: refused", "http://a.b/c: refused"},
    {"a sentence keeps its full stop", "done.", "done."},
    {"Windows line ends", "a.B: x\r\nCaused by: c.D: y\r\n", "D: y"},
    {"control characters become one space", "a\x1b[31m\t\x01 b\x7f", "a [31m b"},
    {"C1 control characters too",
     "a\xc2\x9b"
     "b",
     "a b"},
    {"broken UTF-8 becomes question marks",
     "a\xff\xc3"
     "b\xe2\x82",
     "a??b??"},
    {"good UTF-8 stays", "Größe → 5", "Größe → 5"},
    {"surrogates are no UTF-8", "\xed\xa0\x80", "???"},
    {"longer spellings of a character are no UTF-8", "\xe0\x80\xaf|\xf0\x80\x80\xaf|\xc0\xaf", "???|????|??"},
    {"nor is what lies beyond Unicode", "\xf4\x90\x80\x80|\xf5\x80\x80\x80", "????|????"},
    {"the first and the last of each length is", "\xe0\xa0\x80\xed\x9f\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
     "\xe0\xa0\x80\xed\x9f\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
    {"what is two bytes long and no control character stays", "a\xc2\xa0z", "a\xc2\xa0z"},
    {"nothing", "", ""},
    {"blanks", " \n\t\n", ""},
};

class useful : public testing::TestWithParam<trace> {};

TEST_P(useful, line) {
  EXPECT_EQ(useful_line(GetParam().text), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(traces, useful, ValuesIn(traces));

TEST(useful_line, is_cut_between_characters) {
  std::string umlauts;
  while (umlauts.size() < 3 * config::defaults::max_message)
    umlauts += "ü";
  auto line = useful_line("x" + umlauts);
  EXPECT_EQ(line.size(), config::defaults::max_message - 1);
  EXPECT_EQ(line.substr(line.size() - 2), "ü");
}

TEST(last_words, are_the_line_that_explains_the_end_of_a_process) {
  EXPECT_EQ(last_words("INFO up\njava.io.IOException: a\nCaused by: java.net.ConnectException: refused\n\tat x\n"),
            "ConnectException: refused");
  EXPECT_EQ(last_words("INFO up\njava.lang.OutOfMemoryError: heap\n\tat x\nINFO down\n"),
            "java.lang.OutOfMemoryError: heap");
  EXPECT_EQ(last_words("INFO up\n\nno such directory\n \n"), "no such directory");
  EXPECT_EQ(last_words(""), "");
}

TEST(useful_line, survives_ten_megabytes_without_a_line_end) {
  EXPECT_EQ(useful_line(std::string(10'000'000, 'x')).size(), config::defaults::max_message);
}

} // namespace
} // namespace flink
