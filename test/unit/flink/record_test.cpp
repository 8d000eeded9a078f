#include "flink/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

std::string with(const std::string& spec) {
  return R"({"metadata":{"name":"app","namespace":"ns","uid":"u"},"spec":{"image":"i:1","jarName":"a.jar","parallelism":1)"
       + spec + "}}";
}

TEST(record, a_plain_application_has_no_complaints) {
  EXPECT_TRUE(read_record(with("")).complaints.empty());
}

TEST(record, a_status_of_nonsense_does_not_forbid_a_deploy) {
  auto text = with("");
  text.insert(text.size() - 1, R"(,"status":{"phase":7,"conditions":"none"})");
  EXPECT_TRUE(read_record(text).complaints.empty());
}

class not_carried_out : public testing::TestWithParam<const char*> {};

TEST_P(not_carried_out, is_refused_instead_of_ignored) {
  auto x = read_record(with(GetParam()));
  ASSERT_EQ(x.complaints.size(), 1u);
  EXPECT_THAT(x.complaints.front().problem, testing::HasSubstr("not carried out by this version"));
}

INSTANTIATE_TEST_SUITE_P(record, not_carried_out,
                         testing::Values(R"(,"deploymentMode":"BlueGreen")", R"(,"deploymentMode":"Single")",
                                         R"(,"suspend":true)", R"(,"savepointNonce":"1")",
                                         R"(,"savepointSchedule":{"intervalSeconds":60,"keep":2})",
                                         R"(,"restoreFrom":{"path":"file:/sp","nonce":"1"})"));

} // namespace
} // namespace flink
