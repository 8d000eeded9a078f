#include "flink/admission/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

std::string with(const std::string& spec) {
  return R"({"metadata":{"name":"app","namespace":"ns","uid":"u"},"spec":{"image":"i:1","jarName":"a.jar","parallelism":1)"
       + spec + "}}";
}

TEST(record, a_plain_application_has_no_complaints) {
  EXPECT_TRUE(read_record(with("")).errors.empty());
}

TEST(record, a_status_of_nonsense_does_not_forbid_a_deploy) {
  auto text = with("");
  text.insert(text.size() - 1, R"(,"status":{"phase":7,"conditions":"none"})");
  EXPECT_TRUE(read_record(text).errors.empty());
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
  ASSERT_TRUE(earlier.errors.empty());
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
  EXPECT_FALSE(again(record_text("2", R"(, "parallelism": "many")")).errors.empty());
  earlier.errors.push_back({"spec", "is odd"});
  EXPECT_EQ(again(record_text("2", "")).spec_hash, hash);
}

TEST(application_record, is_read_anew_whatever_part_of_the_wish_was_edited) {
  struct row {
    std::string before;
    std::string after;
  };
  for (auto& [before, after] : std::initializer_list<row>{
           {R"("imagePullSecrets":[{"name":"a"}])", R"("imagePullSecrets":[{"name":"b"}])"},
           {R"("jobManagerConfig":{"envConfig":{"env":[{"name":"A"}]}})",
            R"("jobManagerConfig":{"envConfig":{"env":[{"name":"B"}]}})"},
           {R"("jobManagerConfig":{"ports":[{"name":"a","port":9000}]})",
            R"("jobManagerConfig":{"ports":[{"name":"a","port":9001}]})"},
           {R"("taskManagerConfig":{"taskSlots":1})", R"("taskManagerConfig":{"taskSlots":2})"},
           {R"("savepointInfo":{"savepointLocation":"s3://a"})", R"("savepointInfo":{"savepointLocation":"s3://b"})"},
           {R"("savepointSchedule":{"intervalSeconds":600})", R"("savepointSchedule":{"intervalSeconds":900})"},
           {R"("restoreFrom":{"path":"s3://a","nonce":"1"})", R"("restoreFrom":{"path":"s3://a","nonce":"2"})"},
           {R"("jobFailurePolicy":{"maxRestarts":1})", R"("jobFailurePolicy":{"maxRestarts":2})"},
           {R"("acceptance":{"afterSeconds":10})", R"("acceptance":{"afterSeconds":20})"},
           {R"("timeouts":{"deleteSeconds":600})", R"("timeouts":{"deleteSeconds":900})"},
           {R"("ingress":{"host":"a.example.org"})", R"("ingress":{"host":"b.example.org"})"},
       }) {
    auto earlier = flink::read_record(record_text("1", ", " + before));
    ASSERT_TRUE(earlier.errors.empty()) << before;
    earlier.spec_hash = "taken";
    auto again = [&](const std::string& spec) {
      return flink::read_record(record_text("2", ", " + spec), [&](const k8s::object_key&) { return &earlier; });
    };
    EXPECT_EQ(again(before).spec_hash, "taken") << before;
    EXPECT_NE(again(after).spec_hash, "taken") << after;
  }
}

TEST(application_record, is_known_by_name_uid_and_version) {
  auto record = flink::read_record(record_text("7", ""));
  auto x = identity_of(record);
  EXPECT_EQ(k8s::to_string(x.key), "ns/a");
  EXPECT_EQ(x.uid, "u");
  EXPECT_EQ(x.resource_version, "7");
}

} // namespace flink
