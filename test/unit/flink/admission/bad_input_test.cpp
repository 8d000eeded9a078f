#include "flink/admission/decode.hpp"
#include "flink/admission/validate.hpp"
#include "k8s/json/text.hpp"
#include "test/unit/flink/admission/bad_resources.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

namespace {

using testing::HasSubstr;

/// All errors about a resource.
struct verdict {
  flink::application app;
  std::vector<json::field_error> errors;
  std::vector<json::field_error> spec_errors;
};

verdict judge(const std::string& text) {
  verdict x;
  x.app = flink::decode_application(text, x.errors);
  x.spec_errors = flink::deploy_errors(x.app, x.errors);
  return x;
}

/// Returns the errors about a field and the fields below it.
std::string about(const std::vector<json::field_error>& all, const std::string& field) {
  std::string out;
  for (auto& x : all)
    if (x.field.starts_with(field))
      out += json::to_string(x) + '\n';
  return out;
}

std::string everything(const std::vector<json::field_error>& all) {
  return about(all, "");
}

class bad_input : public testing::TestWithParam<bad_resource> {};

class bad_spec : public testing::TestWithParam<bad_resource> {};

class bad_status : public testing::TestWithParam<bad_resource> {};

std::vector<bad_resource> rows(const std::set<std::string>& refused_by) {
  std::vector<bad_resource> out;
  std::ranges::copy_if(bad_resources(), std::back_inserter(out),
                       [&](auto& row) { return refused_by.contains(row.refused_by); });
  return out;
}

std::string test_name(const testing::TestParamInfo<bad_resource>& x) {
  auto name = x.param.name;
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

TEST_P(bad_spec, is_refused_with_field_value_and_remedy) {
  auto& row = GetParam();
  auto x = judge(row.text);
  auto said = about(x.spec_errors, row.field);
  ASSERT_FALSE(said.empty()) << "nothing about " << row.field << " in:\n" << everything(x.spec_errors);
  for (auto& word : row.words)
    EXPECT_THAT(said, HasSubstr(word));
}

TEST_P(bad_input, gives_short_messages_without_control_characters) {
  auto x = judge(GetParam().text);
  for (auto& all : {x.errors, x.spec_errors})
    for (auto& error : all) {
      EXPECT_LT(error.problem.size(), 400U) << error.field;
      EXPECT_TRUE(std::ranges::none_of(error.problem, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
          << error.problem;
    }
}

TEST_P(bad_input, still_has_a_name) {
  auto x = judge(GetParam().text);
  EXPECT_FALSE(x.app.metadata.name.empty());
  EXPECT_EQ(x.app.metadata.namespace_, "default");
}

TEST_P(bad_status, is_served_without_the_bad_values_of_its_status) {
  auto& row = GetParam();
  auto x = judge(row.text);
  EXPECT_TRUE(x.spec_errors.empty()) << everything(x.spec_errors);
  auto said = about(x.errors, row.field);
  for (auto& word : row.words)
    EXPECT_THAT(said, HasSubstr(word));
  std::vector<json::field_error> again;
  flink::decode_status(flink::encode_status(x.app.status), again);
  EXPECT_TRUE(again.empty()) << everything(again);
}

INSTANTIATE_TEST_SUITE_P(all, bad_input, testing::ValuesIn(bad_resources()), test_name);
// The rows `strict` are left out: our code does not know their fields.
INSTANTIATE_TEST_SUITE_P(table, bad_spec, testing::ValuesIn(rows({"admission", "condition"})), test_name);
INSTANTIATE_TEST_SUITE_P(table, bad_status, testing::ValuesIn(rows({"nobody"})), test_name);

TEST(bad_resources, differ_from_a_resource_without_fault) {
  auto x = judge(good_resource());
  EXPECT_TRUE(x.errors.empty()) << everything(x.errors);
  EXPECT_TRUE(x.spec_errors.empty()) << everything(x.spec_errors);
}

TEST(bad_resources, are_many) {
  EXPECT_GE(bad_resources().size(), 45U);
}

TEST(bad_text, is_an_error_and_never_crashes) {
  std::string deep(100'000, '[');
  std::string many = R"({"spec":)" + std::string(2000, '{');
  for (std::string text : {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"{"},
                           std::string{"\xff\xfe"}, std::string{R"({"metadata":7,"spec":[],"status":"x"})"}, deep, many,
                           std::string{R"({"spec":{"image":"\ud800"}})"}, std::string("{\"a\":\0}", 7)}) {
    auto x = judge(text);
    EXPECT_FALSE(x.spec_errors.empty()) << text.substr(0, 80);
  }
}

TEST(bad_text, cut_anywhere_never_crashes) {
  auto whole = good_resource();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    auto x = judge(whole.substr(0, n));
    EXPECT_FALSE(x.spec_errors.empty()) << n;
  }
}

TEST(broken_spec, leaves_name_finalizers_and_status_readable) {
  auto x = judge(R"({"metadata":{"name":"a","namespace":"n","uid":"u","finalizers":["job.finalizers.flink.k8s.io"]},
                     "spec":{"image":[],"parallelism":"many"},
                     "status":{"phase":"Running","jobStatus":{"jobID":"0123456789abcdef0123456789abcdef"}}})");
  EXPECT_EQ(x.app.metadata.uid, "u");
  EXPECT_EQ(x.app.metadata.finalizers.size(), 1U);
  EXPECT_EQ(flink::phase_of(x.app.status), flink::phase::Running);
  EXPECT_EQ(x.app.status.job_status->job_id, "0123456789abcdef0123456789abcdef");
}

TEST(deploy_errors, name_once_what_could_not_be_decoded) {
  auto x = judge(R"({"metadata":{"name":"a"},"spec":{"image":"i","jarName":"j","parallelism":"many"}})");
  ASSERT_EQ(x.spec_errors.size(), 1U) << everything(x.spec_errors);
  EXPECT_EQ(x.spec_errors.front().field, "spec.parallelism");
}

TEST(deploy_errors, leave_out_the_status) {
  auto good = json::apply_merge_patch(good_resource(), R"({"status":{"phase":7}})");
  auto x = judge(good);
  EXPECT_FALSE(x.errors.empty());
  EXPECT_TRUE(x.spec_errors.empty()) << everything(x.spec_errors);
}

} // namespace
