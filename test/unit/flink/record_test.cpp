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

} // namespace
std::string record_text(const std::string& version, const std::string& spec, const std::string& labels = "{}") {
  return R"({"metadata": {"name": "a", "namespace": "ns", "uid": "u", "resourceVersion": ")" + version
       + R"(", "labels": )" + labels + R"(}, "spec": {"image": "i", "jarName": "j.jar", "parallelism": 1)" + spec
       + R"(}, "status": {"phase": "Running"}})";
}

TEST(application_record, takes_over_what_an_earlier_reading_of_the_same_wish_found) {
  auto earlier = flink::read_record(record_text("1", ""));
  auto hash = earlier.spec_hash;
  ASSERT_TRUE(earlier.complaints.empty());
  earlier.spec_hash = "taken";
  auto again = [&](const std::string& text) {
    return flink::read_record(text, [&](const k8s::object_key& key) {
      EXPECT_EQ(k8s::to_string(key), "ns/a");
      return &earlier;
    });
  };
  EXPECT_EQ(again(record_text("2", "")).spec_hash, "taken");
  EXPECT_EQ(again(record_text("2", "")).app.metadata.resource_version, "2");
  EXPECT_NE(again(record_text("2", R"(, "entryClass": "C")")).spec_hash, "taken");
  EXPECT_EQ(again(record_text("2", "", R"({"team": "x"})")).spec_hash,
            flink::read_record(record_text("2", "", R"({"team": "x"})")).spec_hash);
  EXPECT_FALSE(again(record_text("2", R"(, "parallelism": "many")")).complaints.empty());
  earlier.complaints.push_back({"spec", "is odd"});
  EXPECT_EQ(again(record_text("2", "")).spec_hash, hash);
}

} // namespace flink
