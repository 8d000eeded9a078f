#include "k8s/quantity.hpp"
#include "k8s/time.hpp"
#include "k8s/timestamp.hpp"
#include "k8s/token_bucket.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace {

using namespace std::chrono_literals;

TEST(quantity, is_read_exactly) {
  struct row {
    std::string_view text;
    k8s::quantity value;
  };
  for (auto& [text, value] : std::initializer_list<row>{
           {"0", {0, 0}},
           {"1", {1, 0}},
           {"+1.5", {1, 500'000'000}},
           {"500m", {0, 500'000'000}},
           {"1500m", {1, 500'000'000}},
           {"100u", {0, 100'000}},
           {"1n", {0, 1}},
           {"1.5Gi", {1'610'612'736, 0}},
           {"3072Mi", {3'221'225'472, 0}},
           {"0.1Gi", {107'374'182, 400'000'000}},
           {"1k", {1000, 0}},
           {"1e3", {1000, 0}},
           {"1E3", {1000, 0}},
           {"12E-1", {1, 200'000'000}},
           {"1E", {1'000'000'000'000'000'000, 0}},
           {"7Ei", {8'070'450'532'247'928'832, 0}},
           {".5", {0, 500'000'000}},
           {"5.", {5, 0}},
           {"-500m", {-1, 500'000'000}},
           {"-2", {-2, 0}},
           {"0.0000000001", {0, 1}},
           {"0.9999999999", {1, 0}},
           {"000000000000000000000001", {1, 0}},
       }) {
    std::string problem;
    EXPECT_EQ(k8s::parse_quantity(text, problem), value) << text << problem;
  }
}

TEST(quantity, refuses_what_is_none) {
  for (std::string_view text : {"", "m", ".", "-", "1.2.3", "1 Gi", " 1", "1gi", "1KB", "0x10", "1e", "1e99", "1e+-3",
                                "9Ei", "1234567890123456789", "9999999999999999999999", "NaN", "-9e18Ki"}) {
    std::string problem;
    EXPECT_EQ(k8s::parse_quantity(text, problem), std::nullopt) << text;
    EXPECT_THAT(problem, testing::HasSubstr("quantity")) << text;
  }
}

TEST(quantity, may_be_a_json_string_or_number) {
  std::string problem;
  EXPECT_EQ(k8s::parse_quantity(json::cursor{"\"2Gi\""}, problem)->units, 2LL << 30);
  EXPECT_EQ(k8s::parse_quantity(json::cursor{"1.5"}, problem)->nanos, 500'000'000);
  EXPECT_FALSE(k8s::parse_quantity(json::cursor{"[1]"}, problem));
  EXPECT_EQ(problem, "must be a quantity such as 500m, 2 or 1.5Gi, not [1]");
}

TEST(quantity, is_rounded_up_to_what_is_counted) {
  EXPECT_EQ(k8s::whole_units({1, 1}), 2);
  EXPECT_EQ(k8s::whole_units({1, 0}), 1);
  EXPECT_EQ(k8s::milli_units({1, 500'000'000}), 1500);
  EXPECT_EQ(k8s::milli_units({0, 1}), 1);
  EXPECT_EQ(k8s::milli_units({std::numeric_limits<int64_t>::max(), 0}), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(k8s::milli_units({std::numeric_limits<int64_t>::min(), 0}), std::numeric_limits<int64_t>::min());
}

TEST(quantity, is_the_same_in_other_spellings) {
  EXPECT_TRUE(k8s::same_quantity("1", "1000m"));
  EXPECT_TRUE(k8s::same_quantity("1Gi", "1024Mi"));
  EXPECT_FALSE(k8s::same_quantity("1G", "1Gi"));
  EXPECT_TRUE(k8s::same_quantity("x", "x"));
  EXPECT_FALSE(k8s::same_quantity("x", "1"));
  EXPECT_FALSE(k8s::same_quantity("1", "x"));
}

TEST(time, is_written_in_utc) {
  k8s::wall_time x{std::chrono::microseconds{1'700'000'000'000'042}};
  EXPECT_EQ(k8s::format_time(x), "2023-11-14T22:13:20Z");
  EXPECT_EQ(k8s::format_milliseconds(x + 5ms), "2023-11-14T22:13:20.005Z");
  EXPECT_EQ(k8s::format_micro_time(x), "2023-11-14T22:13:20.000042Z");
  EXPECT_EQ(k8s::format_time(k8s::wall_time{-1us}), "1969-12-31T23:59:59Z");
}

TEST(time, is_read_in_all_spellings_of_the_standard) {
  struct row {
    std::string_view text;
    std::string utc;
  };
  for (auto& [text, utc] : std::initializer_list<row>{
           {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000000Z"},
           {"2024-02-29t12:00:00.5z", "2024-02-29T12:00:00.500000Z"},
           {"2024-02-29T12:00:00.123456789Z", "2024-02-29T12:00:00.123456Z"},
           {"2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000000Z"},
           {"2024-02-29T23:30:00-01:30", "2024-03-01T01:00:00.000000Z"},
       }) {
    auto x = k8s::parse_time(text);
    ASSERT_TRUE(x) << text;
    EXPECT_EQ(k8s::format_micro_time(*x), utc);
  }
}

TEST(time, is_refused_when_it_is_none) {
  for (std::string_view text :
       {"", "2024", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:00:00",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z", "20x4-01-01T00:00:00Z",
        "2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00+1", "-024-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "2024-01-01T00:-1:00Z"})
    EXPECT_EQ(k8s::parse_time(text), std::nullopt) << text;
}

TEST(timestamp, keeps_its_text) {
  constexpr auto text = "2024-03-01T00:30:00.50+01:00";
  auto x = k8s::timestamp::parse(text);
  ASSERT_TRUE(x);
  EXPECT_EQ(x->text(), text);
  EXPECT_EQ(k8s::format_micro_time(x->at()), "2024-02-29T23:30:00.500000Z");
  EXPECT_NE(*x, *k8s::timestamp::parse("2024-02-29T23:30:00.5Z")) << "another spelling";
  EXPECT_FALSE(k8s::timestamp::parse("yesterday"));
}

TEST(timestamp, is_as_exact_as_its_text) {
  k8s::wall_time now{std::chrono::microseconds{1'700'000'000'123'456}};
  EXPECT_EQ(k8s::timestamp{now}.text(), "2023-11-14T22:13:20Z");
  EXPECT_EQ(k8s::timestamp{now}.at(), k8s::parse_time("2023-11-14T22:13:20Z"));
  EXPECT_EQ(k8s::timestamp::with_milliseconds(now).text(), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(k8s::timestamp::with_milliseconds(now).at(), k8s::parse_time("2023-11-14T22:13:20.123Z"));
}

TEST(token_bucket, allows_a_burst_and_then_a_steady_rate) {
  k8s::token_bucket uut{2, 3};
  k8s::token_bucket::clock::time_point now{1h};
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(uut.take(now));
  EXPECT_FALSE(uut.take(now));
  EXPECT_EQ(uut.wait(now), 500ms);
  now += 500ms;
  EXPECT_EQ(uut.wait(now), 0ms);
  EXPECT_TRUE(uut.take(now));
  EXPECT_FALSE(uut.take(now));
  now += 1h;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(uut.take(now));
  EXPECT_FALSE(uut.take(now));
}

TEST(token_bucket, gives_nothing_for_time_that_runs_backwards) {
  k8s::token_bucket uut{1, 1};
  k8s::token_bucket::clock::time_point now{1h};
  EXPECT_TRUE(uut.take(now));
  EXPECT_FALSE(uut.take(now - 10s));
  EXPECT_FALSE(uut.take(now));
}

TEST(fair_queue, lets_keys_take_turns) {
  k8s::fair_queue<std::string> uut;
  for (auto x : {"a1", "a2", "a3", "b1", "c1", "c2"})
    uut.push(std::string{x[0]}, x);
  std::vector<std::string> order;
  while (auto x = uut.pop())
    order.push_back(*x);
  EXPECT_THAT(order, testing::ElementsAre("a1", "b1", "c1", "a2", "c2", "a3"));
  EXPECT_TRUE(uut.empty());
}

TEST(fair_queue, gives_up_condemned_entries) {
  k8s::fair_queue<std::string> uut;
  for (auto x : {"a1", "a2", "b1", "c1"})
    uut.push(std::string{x[0]}, x);
  EXPECT_THAT(uut.remove_if([](auto& x) { return x == "a1" || x == "b1"; }), testing::ElementsAre("a1", "b1"));
  EXPECT_EQ(uut.size(), 2U);
  EXPECT_EQ(uut.pop(), "a2");
  EXPECT_EQ(uut.pop(), "c1");
  EXPECT_EQ(uut.pop(), std::nullopt);
}

} // namespace
