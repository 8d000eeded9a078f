// Bodies put together as Go's encoder does: members of structs that are unset are sent too, empty.
#include "local/model/api/protobuf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace local::test {
namespace {

using testing::HasSubstr;

/// One length-delimited field with a number and a length below 128.
std::string field(int number, const std::string& value) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(value.size())} + value;
}

std::string envelope(const std::string& version, const std::string& kind, const std::string& object) {
  return std::string{"k8s\0", 4} + field(1, field(1, version) + field(2, kind)) + field(2, object) + field(3, "")
       + field(4, "");
}

std::string named(const std::string& name) {
  return field(1, field(1, name) + field(2, "") + field(3, "") + field(4, "") + field(5, "")
                      + std::string{"\x38\x00", 2} + field(8, ""));
}

/// The object, or why there is none.
model::json::value read(const std::string& body) {
  std::string problem;
  auto object = model::read_protobuf(body, problem);
  return object ? *object : model::json::value(model::json::string{problem});
}

TEST(protobuf, is_read_as_the_object_that_it_says) {
  auto body = envelope("v1", "Namespace", named("n") + field(2, "") + field(3, field(1, "")));
  EXPECT_EQ(read(body), model::json::parse(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}})"));
}

TEST(protobuf, keeps_maps_and_bytes) {
  auto body = envelope("v1", "Secret", named("s") + field(2, field(1, "x") + field(2, "hello")) + field(3, "Opaque"));
  EXPECT_EQ(
      read(body),
      model::json::parse(
          R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"x":"aGVsbG8="},"type":"Opaque"})"));
}

TEST(protobuf, leaves_nothing_out_silently) {
  EXPECT_THAT(model::to_text(read(envelope("v1", "Pod", named("p")))), HasSubstr("kind Pod is not known"));
  auto more = envelope("v1", "ServiceAccount", named("a") + field(3, field(1, "pull-secret")));
  EXPECT_THAT(model::to_text(read(more)), HasSubstr("field 3 of ServiceAccount"));
}

TEST(protobuf, survives_bodies_that_are_cut_anywhere) {
  auto body = envelope("v1", "Secret", named("s") + field(2, field(1, "x") + field(2, "hello")));
  for (std::size_t n = 0; n + 4 < body.size(); ++n) {
    std::string problem;
    auto object = model::read_protobuf(body.substr(0, n), problem);
    EXPECT_EQ(object.has_value(), false) << n;
  }
}

} // namespace
} // namespace local::test
