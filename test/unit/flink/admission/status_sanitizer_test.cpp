// Values that no operator can have written are removed from a status, with an error that names each.
#include "flink/admission/decode.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace flink {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr auto id = "0123456789abcdef0123456789abcdef";
constexpr auto time = "2026-01-01T00:00:00Z";

/// The rows write $I for an id and $T for a time.
std::string filled(std::string text) {
  for (auto [mark, value] : {std::pair{"$I", id}, std::pair{"$T", time}})
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
      text.replace(at, 2, value);
  return text;
}

struct bad_status {
  const char* status;
  /// Field that the error names.
  const char* field;
  /// What is left of the status.
  const char* rest = "{}";
  friend void PrintTo(const bad_status& x, std::ostream* out) { *out << x.status; }
};

const bad_status rows[] = {
    {R"({"phase":"Dreaming"})", "status.phase"},
    {R"({"startedAt":"yesterday"})", "status.startedAt"},
    {R"({"retryCount":-1})", "status.retryCount"},
    {R"({"observedGeneration":-1})", "status.observedGeneration"},
    {R"({"deployHash":"Not_A_Hash"})", "status.deployHash"},
    {R"({"deployHash":"much-too-long-for-one"})", "status.deployHash"},
    {R"({"deploymentMode":"Triple"})", "status.deploymentMode"},
    {R"({"updatingVersion":"red"})", "status.updatingVersion"},
    {R"({"savepointPath":"a\nb"})", "status.savepointPath"},
    {R"({"lastSeenError":{"lastErrorUpdateTime":"x"}})", "status.lastSeenError.lastErrorUpdateTime",
     R"({"lastSeenError":{}})"},
    {R"({"cluster":{"id":"-","specHash":""}})", "status.cluster.id"},
    {R"({"cluster":{"id":"c1","specHash":"h","jobManager":{"podUid":"","restarts":0}}})",
     "status.cluster.jobManager.podUid", R"({"cluster":{"id":"c1","specHash":"h"}})"},
    {R"({"cluster":{"id":"c1","specHash":"h","jobManager":{"podUid":"u","restarts":-1}}})",
     "status.cluster.jobManager.restarts", R"({"cluster":{"id":"c1","specHash":"h"}})"},
    {R"({"target":{"clusterId":"?","specHash":"h"}})", "status.target.clusterId"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":0}})", "status.target.attempt"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"generation":-1}})", "status.target.generation"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"job":{"jarName":"","parallelism":1}}})",
     "status.target.job.jarName"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"job":{"jarName":"j","parallelism":0}}})",
     "status.target.job.parallelism"},
    {R"({"failed":{"id":"?","specHash":"h","failedAt":"$T"}})", "status.failed.id"},
    {R"({"failed":{"id":"c1","specHash":"h","failedAt":"x"}})", "status.failed.failedAt"},
    {R"({"failed":{"id":"c1","specHash":"h","failedAt":"$T","jobId":"x"}})", "status.failed.jobId",
     R"({"failed":{"id":"c1","specHash":"h","failedAt":"$T"}})"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"mode":"Sideways"}})", "status.target.mode",
     R"({"target":{"clusterId":"c1","specHash":"h","attempt":1}})"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"oldReplicas":{"jobManagers":0,"taskManagers":1}}})",
     "status.target.oldReplicas", R"({"target":{"clusterId":"c1","specHash":"h","attempt":1}})"},
    {R"({"target":{"clusterId":"c1","specHash":"h","attempt":1,"oldReplicas":{"jobManagers":1,"taskManagers":-1}}})",
     "status.target.oldReplicas", R"({"target":{"clusterId":"c1","specHash":"h","attempt":1}})"},
    {R"({"teardown":{"clusterId":"?","startedAt":"$T"}})", "status.teardown.clusterId"},
    {R"({"teardown":{"startedAt":"$T"}})", "status.teardown.clusterId"},
    {R"({"teardown":{"clusterId":"c1"}})", "status.teardown.startedAt"},
    {R"({"clusterStatus":{"health":"Blue"}})", "status.clusterStatus.health", R"({"clusterStatus":{}})"},
    {R"({"failed":{"id":"c1","specHash":"h","failedAt":"$T","remedyHash":"?"}})", "status.failed.remedyHash",
     R"({"failed":{"id":"c1","specHash":"h","failedAt":"$T"}})"},
    {R"({"savepoints":[{"path":"s3://a","time":"$T","reason":"Whim"}]})", "status.savepoints[0].reason",
     R"({"savepoints":[{"path":"s3://a","time":"$T"}]})"},
    {R"({"savepoints":[{"path":"s3://a","time":"noon"}]})", "status.savepoints[0].time",
     R"({"savepoints":[{"path":"s3://a"}]})"},
    {R"({"history":[{"clusterId":"c1","started":"$T","result":"Maybe"}]})", "status.history[0].result",
     R"({"history":[{"clusterId":"c1","started":"$T"}]})"},
    {R"({"teardown":{"clusterId":"c1","startedAt":"x"}})", "status.teardown.startedAt"},
    {R"({"deletion":{"startedAt":"x"}})", "status.deletion.startedAt"},
    {R"({"deletion":{"startedAt":"$T","triggerId":"x"}})", "status.deletion.triggerId",
     R"({"deletion":{"startedAt":"$T"}})"},
    {R"({"suspension":{"startedAt":"x"}})", "status.suspension.startedAt"},
    {R"({"jobFailures":{"restarts":-1}})", "status.jobFailures.restarts"},
    {R"({"jobStatus":{"jobID":"x"}})", "status.jobStatus.jobID", R"({"jobStatus":{}})"},
    {R"({"jobStatus":{"stopTriggerId":"x"}})", "status.jobStatus.stopTriggerId", R"({"jobStatus":{}})"},
    {R"({"jobStatus":{"parallelism":0}})", "status.jobStatus.parallelism", R"({"jobStatus":{}})"},
    {R"({"jobStatus":{"totalTasks":-1}})", "status.jobStatus.totalTasks", R"({"jobStatus":{}})"},
    {R"({"jobStatus":{"lastFailingTime":"x"}})", "status.jobStatus.lastFailingTime", R"({"jobStatus":{}})"},
    {R"({"savepointRequest":{"clusterId":"?","jobId":"$I","triggerId":"$I","startedAt":"$T"}})",
     "status.savepointRequest.clusterId"},
    {R"({"savepointRequest":{"clusterId":"c1","jobId":"x","triggerId":"$I","startedAt":"$T"}})",
     "status.savepointRequest.jobId"},
    {R"({"savepointRequest":{"clusterId":"c1","jobId":"$I","triggerId":"x","startedAt":"$T"}})",
     "status.savepointRequest.triggerId"},
    {R"({"savepointRequest":{"clusterId":"c1","jobId":"$I","triggerId":"$I","startedAt":"x"}})",
     "status.savepointRequest.startedAt"},
    {R"({"lastSavepoint":{"finishedAt":"x"}})", "status.lastSavepoint.finishedAt"},
    {R"({"versionStatuses":[{"appVersion":"red"}]})", "status.versionStatuses[0].appVersion",
     R"({"versionStatuses":[{}]})"},
    {R"({"versionStatuses":[{"jobStatus":{"jobID":"x"}}]})", "status.versionStatuses[0].jobStatus.jobID",
     R"({"versionStatuses":[{"jobStatus":{}}]})"},
};

class a_bad_value_of_a_status : public testing::TestWithParam<bad_status> {};

TEST_P(a_bad_value_of_a_status, is_removed_and_named) {
  std::vector<json::field_error> errors, none;
  auto x = decode_status(filled(GetParam().status), errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].field, GetParam().field);
  EXPECT_THAT(errors[0].problem, AllOf(HasSubstr("must be "), HasSubstr(", not ")));
  EXPECT_EQ(encode_status(x), encode_status(decode_status(filled(GetParam().rest), none)));
}

INSTANTIATE_TEST_SUITE_P(status, a_bad_value_of_a_status, testing::ValuesIn(rows));

TEST(status, of_an_operator_is_kept_whole) {
  std::vector<json::field_error> errors;
  auto x
      = decode_status(filled(R"({"phase":"Running","startedAt":"$T","retryCount":0,"observedGeneration":3,)"
                             R"("deployHash":"752c76d3","deploymentMode":"Dual","deployVersion":"blue",)"
                             R"("cluster":{"id":"c1","specHash":"h","jobManager":{"podUid":"u","restarts":2}},)"
                             R"("target":{"clusterId":"c2","specHash":"h","attempt":1,"generation":1,"jobId":"$I",)"
                             R"("mode":"InPlace","oldReplicas":{"jobManagers":1,"taskManagers":0},)"
                             R"("rollback":{"jobId":"$I","reason":"no","jobManager":{"podUid":"u","restarts":0}}},)"
                             R"("failed":{"id":"c0","specHash":"h","failedAt":"$T","jobId":"$I"},)"
                             R"("teardown":{"clusterId":"c1","startedAt":"$T"},)"
                             R"("deletion":{"startedAt":"$T","clusterId":"c1","jobId":"$I"},)"
                             R"("savepointRequest":{"clusterId":"c1","jobId":"$I","triggerId":"$I","startedAt":"$T",)"
                             R"("jobManager":{"podUid":"u","restarts":0}},)"
                             R"("lastSavepoint":{"finishedAt":"$T","path":"s3://b/sp"},)"
                             R"("jobFailures":{"restarts":1,"windowStartedAt":"$T","lastFailedAt":"$T"},)"
                             R"("jobStatus":{"jobID":"$I","parallelism":1,"runningTasks":0}})"),
                      errors);
  EXPECT_TRUE(errors.empty()) << json::to_string(errors[0]);
  EXPECT_TRUE(x.target->rollback->job_manager);
  EXPECT_TRUE(x.savepoint_request->job_manager);
}

TEST(status, keeps_the_spelling_of_its_times) {
  constexpr auto text = R"({"startedAt":"2026-01-01T01:00:00.50+01:00"})";
  std::vector<json::field_error> errors;
  EXPECT_EQ(encode_status(decode_status(text, errors)), text);
  EXPECT_TRUE(errors.empty());
}

TEST(status, is_described_where_it_is_wrong) {
  std::vector<json::field_error> errors;
  decode_status(R"({"jobStatus":{"jobID":"x"},"target":{"clusterId":"c1","attempt":0}})", errors);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(json::to_string(errors[0]),
            R"(status.jobStatus.jobID: must be the id of a job: 32 hexadecimal digits, not "x")");
  EXPECT_EQ(json::to_string(errors[1]), "status.target.attempt: must be at least 1, not 0");
}

TEST(status, of_the_go_operator_may_hold_empty_texts_for_absent_ones) {
  std::vector<json::field_error> errors;
  auto x
      = decode_status(R"({"deployHash":"","savepointTriggerId":"","phase":"","startedAt":"","deploymentMode":"",)"
                      R"("deployVersion":"","clusterStatus":{"health":""},"lastSeenError":{"lastErrorUpdateTime":""},)"
                      R"("savepointPath":"","target":{"clusterId":"c1","attempt":1,"mode":""}})",
                      errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(json::canonical(encode_status(x)),
            json::canonical(encode_status(decode_status(
                R"({"clusterStatus":{},"lastSeenError":{},"target":{"clusterId":"c1","attempt":1}})", errors))));
}

} // namespace
} // namespace flink
