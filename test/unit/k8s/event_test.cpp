#include "config/defaults.hpp"
#include "k8s/event.hpp"
#include "k8s/json/text.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

struct event : testing::Test {
  k8s::event_subject subject{{"ns", "app"}, "u", "7"};
  k8s::event_aggregator uut;
  k8s::event_aggregator::clock::time_point now{1h};
  k8s::wall_time wall{std::chrono::seconds{1'700'000'000}};

  std::optional<k8s::event_write> note(std::string reason, std::string message) {
    return uut.note(subject, {k8s::event_type::Warning, reason, message}, wall, now);
  }
};

TEST_F(event, is_created_when_something_happens_first) {
  auto x = note("CreateFailed", "quota \"q\"");
  ASSERT_TRUE(x);
  auto name = k8s::event_name(subject, {k8s::event_type::Warning, "CreateFailed", "quota \"q\""});
  EXPECT_EQ(x->first.method, "POST");
  EXPECT_EQ(x->first.target, "/api/v1/namespaces/ns/events?fieldManager=flink-operator");
  EXPECT_EQ(x->first.body,
            R"({"apiVersion":"v1","kind":"Event","metadata":{"name":")" + name
                + R"(","namespace":"ns"},"involvedObject":{"apiVersion":"flink.k8s.io/v1beta1",)"
                  R"("kind":"FlinkApplication","name":"app","namespace":"ns","uid":"u","resourceVersion":"7"},)"
                  R"("type":"Warning","reason":"CreateFailed","message":"quota \"q\"",)"
                  R"("source":{"component":"flink-operator"},"reportingComponent":"flink-operator",)"
                  R"("firstTimestamp":"2023-11-14T22:13:20Z","lastTimestamp":"2023-11-14T22:13:20Z","count":1})");
  EXPECT_EQ(x->otherwise.method, "PATCH");
}

TEST_F(event, is_counted_when_it_repeats) {
  auto first = note("CreateFailed", "quota");
  now += 9min;
  wall += 9min;
  auto again = note("CreateFailed", "quota");
  ASSERT_TRUE(first && again);
  EXPECT_EQ(again->first.method, "PATCH");
  EXPECT_EQ(again->first.body, R"({"lastTimestamp":"2023-11-14T22:22:20Z","count":2})");
  // The Event may have expired meanwhile.
  EXPECT_EQ(again->otherwise.method, "POST");
  EXPECT_EQ(json::cursor{again->otherwise.body}.find("count")->text(), "2");
}

TEST_F(event, is_news_again_after_a_while) {
  note("CreateFailed", "quota");
  now += 10min + 1s;
  EXPECT_EQ(note("CreateFailed", "quota")->first.method, "POST");
}

TEST_F(event, has_a_name_that_depends_on_all_that_it_says) {
  k8s::occurrence what{k8s::event_type::Normal, "ab", "c"};
  auto name = event_name(subject, what);
  EXPECT_EQ(name, event_name(subject, what));
  EXPECT_TRUE(name.starts_with("app."));
  EXPECT_NE(name, event_name(subject, {k8s::event_type::Normal, "a", "bc"}));
  EXPECT_NE(name, event_name(subject, {k8s::event_type::Warning, "ab", "c"}));
  subject.uid = "other";
  EXPECT_NE(name, event_name(subject, what));
}

TEST_F(event, is_cut_to_what_the_api_server_takes) {
  auto x = note("R", std::string(1020, 'x') + "üüü");
  EXPECT_EQ(json::cursor{x->first.body}.string_at({"message"}), std::string(1020, 'x') + "...");
  subject.key.name = std::string(253, 'n');
  EXPECT_LE(k8s::event_name(subject, {}).size(), 253U);
}

TEST_F(event, of_an_object_without_a_namespace_lives_in_the_default_one) {
  subject.key.ns.clear();
  EXPECT_EQ(note("R", "m")->first.target, "/api/v1/namespaces/default/events?fieldManager=flink-operator");
}

TEST_F(event, is_normal_or_a_warning) {
  auto x = uut.note(subject, {k8s::event_type::Normal, "Started", "m"}, wall, now);
  EXPECT_EQ(json::cursor{x->first.body}.string_at({"type"}), "Normal");
}

TEST_F(event, is_counted_anew_when_an_object_has_said_too_many_different_things) {
  note("R", "first");
  for (std::size_t i = 1; i < config::defaults::event_most_series; ++i)
    note("R", std::to_string(i));
  now += 5min;
  EXPECT_EQ(note("R", "first")->first.method, "PATCH") << "as many as are remembered";
  note("R", "one too many");
  now += 5min;
  EXPECT_EQ(note("R", "first")->first.method, "POST");
}

TEST_F(event, is_dropped_when_an_object_sends_without_end) {
  for (int i = 0; i < 25; ++i)
    EXPECT_TRUE(note("R", std::to_string(i)));
  EXPECT_FALSE(note("R", "one more"));
  EXPECT_EQ(uut.dropped(), 1U);
  now += 301s;
  EXPECT_TRUE(note("R", "one more"));
  EXPECT_FALSE(note("R", "another"));
  subject.uid = "another";
  EXPECT_TRUE(note("R", "0"));
}

} // namespace
