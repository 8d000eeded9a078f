// An id is text, but never an id of another kind.
#include "flink/observation/action.hpp"
#include "flink/resource/ids.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace flink {
namespace {

template <class A, class B>
concept comparable = requires(const A& a, const B& b) { a == b; };

/// Neither converts to the other, and comparing them does not compile.
template <class A, class B>
constexpr bool strangers
    = !std::is_convertible_v<A, B> && !std::is_constructible_v<B, A> && !std::is_assignable_v<B&, A>
   && !std::is_convertible_v<B, A> && !std::is_constructible_v<A, B> && !std::is_assignable_v<A&, B>
   && !comparable<A, B> && !comparable<B, A>;

static_assert(strangers<job_id, cluster_id>);
static_assert(strangers<job_id, trigger_id>);
static_assert(strangers<cluster_id, trigger_id>);
static_assert(strangers<cluster_id, spec_digest>);

// Text becomes an id on request only.
static_assert(std::is_constructible_v<job_id, std::string> && !std::is_convertible_v<std::string, job_id>);
static_assert(std::is_constructible_v<job_id, std::string_view> && !std::is_convertible_v<std::string_view, job_id>);
static_assert(std::is_convertible_v<job_id, std::string> && std::is_convertible_v<job_id, std::string_view>);
static_assert(comparable<job_id, std::string> && comparable<job_id, const char*>);

template <class A, class... Ids>
concept made_of = requires(Ids... x) { A{x...}; };

// Swapped ids of an action do not compile.
static_assert(made_of<stop_job, cluster_id, job_id, trigger_id>);
static_assert(!made_of<stop_job, job_id, cluster_id, trigger_id>);
static_assert(!made_of<stop_job, cluster_id, trigger_id, job_id>);
static_assert(made_of<ask_job, cluster_id, job_id> && !made_of<ask_job, job_id, cluster_id>);

TEST(id, is_written_into_messages_as_text) {
  job_id x{std::string(2, 'a')};
  EXPECT_EQ("job " + x + " runs", "job aa runs");
  EXPECT_EQ(x + std::string{"b"}, "aab");
  EXPECT_TRUE(x == "aa" && "aa" == x && x == std::string{"aa"} && x != std::string{"ab"});
}

TEST(id, has_a_form) {
  for (auto* good : {"0badcafe", "c1", "a-b"})
    EXPECT_TRUE(kinds::cluster::fits(good)) << good;
  for (auto* bad : {"", "-", "a-", "A", "a.b", "a/b", "much-too-long-for-one"})
    EXPECT_FALSE(kinds::cluster::fits(bad)) << bad;
  EXPECT_TRUE(kinds::job::fits("0123456789abcdef0123456789abcdef"));
  for (auto* bad : {"", "x", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef0"})
    EXPECT_FALSE(kinds::job::fits(bad) || kinds::trigger::fits(bad)) << bad;
}

} // namespace
} // namespace flink
