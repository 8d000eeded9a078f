// Every question is sent, answered, decoded, stored under its slot, and dropped with its JobManager.
#include "config/defaults.hpp"
#include "flink/observation/apply_reply.hpp"

#include <boost/mp11.hpp>
#include <gtest/gtest.h>

#include <tuple>

namespace flink {
namespace {

/// A question, the path of its request, and an answer of Flink.
template <question Q>
struct example {
  Q asked;
  std::string path;
  std::string body;
};

constexpr auto done = R"({"status":{"id":"COMPLETED"},"operation":{"location":"file:/sp"}})";

const auto examples = std::tuple{
    example<ask_overview>{{"c1"}, "/overview", R"({"taskmanagers":1,"slots-total":2,"slots-available":2})"},
    example<ask_jobs>{{"c1"}, "/jobs", R"({"jobs":[{"id":"j","status":"RUNNING"}]})"},
    example<ask_job>{{"c1", "j"}, "/jobs/j", R"({"jid":"j","state":"FAILED","start-time":1,"vertices":[]})"},
    example<ask_checkpoints>{
        {"c1", "j"}, "/jobs/j/checkpoints", R"({"counts":{"completed":3,"failed":0,"restored":0},"latest":{}})"},
    example<ask_restarts>{
        {"c1", "j"}, "/jobs/j/metrics?get=numRestarts,fullRestarts", R"([{"id":"numRestarts","value":"5"}])"},
    example<ask_exceptions>{{"c1", "j"}, "/jobs/j/exceptions?maxExceptions=1", R"({"root-exception":"a.B: no"})"},
    example<ask_savepoint>{{"c1", "j", "t"}, "/jobs/j/savepoints/t", done},
    example<ask_features>{{"c1"}, "/config", R"({"features":{"web-rescale":true}})"},
    example<ask_requirements>{
        {"c1", "j"}, "/jobs/j/resource-requirements", R"({"v":{"parallelism":{"lowerBound":1,"upperBound":2}}})"},
    example<ask_disposal>{{"c1", "d"}, "/savepoint-disposal/d", done},
};

template <class... Q>
constexpr auto asked_by(const std::tuple<example<Q>...>&) {
  return boost::mp11::mp_list<Q...>{};
}

/// Does not compile if a question has no example.
static_assert(std::is_same_v<decltype(asked_by(examples)), questions>);

class every_question : public testing::Test {
protected:
  static constexpr auto not_found
      = R"({"errors":["org.apache.flink.runtime.rest.NotFoundException: Job could not be found"]})";

  reply answer(int status, std::string body) const {
    return {.status = status, .body = std::move(body), .at = now, .asked = {"uid", 0}};
  }

  template <class F>
  static void for_each(F f) {
    std::apply([&](auto&... x) { (f(x), ...); }, examples);
  }

  static application some_application() {
    application x;
    x.metadata.name = "app";
    return x;
  }

  std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
  application app = some_application();
  observation seen;
};

TEST_F(every_question, is_sent_to_its_job_manager_as_a_get) {
  for_each([&](auto& x) {
    auto call = request_for(x.asked, app, seen, {});
    ASSERT_TRUE(std::holds_alternative<job_manager_request>(call)) << to_string(action{x.asked});
    auto& sent = std::get<job_manager_request>(call);
    EXPECT_EQ(sent.cluster_id, "c1");
    EXPECT_EQ(sent.request, (rest::request{"GET", x.path, ""}));
    EXPECT_EQ(timeout_for(x.asked, app), config::defaults::flink_query_timeout) << x.path;
    EXPECT_EQ(effect_of(x.asked), action_effect::query) << x.path;
  });
}

TEST_F(every_question, is_answered_decoded_and_kept) {
  for_each([&](auto& x) {
    EXPECT_FALSE(seen.job_managers["c1"].find(x.asked)) << x.path;
    apply_reply(seen, app, x.asked, answer(200, x.body));
    auto* kept = seen.job_managers["c1"].find(x.asked);
    ASSERT_TRUE(kept) << x.path;
    EXPECT_EQ(kept->at, now);
    auto decoded = std::get<0>(x.asked.decode(200, x.body));
    EXPECT_EQ(kept->value, (typename decltype(x.asked)::answer{decoded})) << x.path;
    EXPECT_NE(kept->value, (typename decltype(x.asked)::answer{})) << x.path << ": the example says nothing";
    EXPECT_FALSE(seen.outcomes.at(x.asked).failed) << x.path;
  });
}

TEST_F(every_question, that_fails_keeps_the_answer_before) {
  for_each([&](auto& x) {
    apply_reply(seen, app, x.asked, answer(200, x.body));
    for (auto* broken : {"{", "5", "[5]", R"({"status":7})"}) {
      apply_reply(seen, app, x.asked, answer(500, broken));
      EXPECT_EQ(seen.outcomes.at(x.asked).failed->kind, failure_class::transient) << x.path;
    }
    apply_reply(seen, app, x.asked, answer(200, "not JSON"));
    EXPECT_EQ(seen.outcomes.at(x.asked).failed->kind, failure_class::malformed) << x.path;
    EXPECT_EQ(seen.outcomes.at(x.asked).attempts, 5) << x.path;
    EXPECT_TRUE(seen.job_managers["c1"].find(x.asked)) << x.path;
  });
}

TEST_F(every_question, about_a_thing_takes_a_404_for_an_answer) {
  for_each([&]<class Q>(const example<Q>& x) {
    apply_reply(seen, app, x.asked, answer(404, not_found));
    auto* kept = seen.job_managers["c1"].find(x.asked);
    EXPECT_EQ(kept != nullptr, may_be_missing<Q>) << x.path;
    if constexpr (may_be_missing<Q>)
      EXPECT_FALSE(kept->value) << x.path;
    EXPECT_EQ(seen.outcomes.at(x.asked).failed.has_value(), !may_be_missing<Q>) << x.path;
  });
}

TEST_F(every_question, asks_another_incarnation_anew) {
  for_each([&](auto& x) { apply_reply(seen, app, x.asked, answer(200, x.body)); });
  auto next = answer(200, std::get<0>(examples).body);
  next.asked.restarts = 1;
  apply_reply(seen, app, std::get<0>(examples).asked, next);
  for_each(
      [&](auto& x) { EXPECT_EQ(seen.job_managers["c1"].find(x.asked) != nullptr, x.path == "/overview") << x.path; });
}

TEST(final_answer, is_that_of_what_has_ended) {
  EXPECT_FALSE(is_final<ask_job>(std::nullopt));
  EXPECT_FALSE(is_final<ask_job>(rest::job{.state = rest::job_state::running}));
  EXPECT_TRUE(is_final<ask_job>(rest::job{.state = rest::job_state::failed}));
  EXPECT_FALSE(is_final<ask_savepoint>(rest::savepoint{.in_progress = true}));
  EXPECT_TRUE(is_final<ask_savepoint>(rest::savepoint{.in_progress = false}));
  EXPECT_FALSE(is_final<ask_disposal>(std::nullopt));
  EXPECT_TRUE(is_final<ask_disposal>(rest::disposal{.in_progress = false}));
  EXPECT_FALSE(is_final<ask_overview>(rest::overview{}));
}

} // namespace
} // namespace flink
