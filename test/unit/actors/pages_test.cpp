#include "actors/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace actors::pages {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const auto now = *k8s::parse_time("2026-01-02T03:04:05Z");
/// Opens a tag, ends an attribute in either quotes, and begins a reference.
const std::string hostile = R"(<script>"'&)";
const std::string harmless = "&lt;script&gt;&quot;&#39;&amp;";

messages::application_report application_named(const std::string& name, bool trouble = false,
                                               const std::string& since = "2026-01-02T03:00:00Z") {
  return {.namespace_ = "ns", .name = name, .waiting_for = "Resting", .waiting_since = since, .trouble = trouble};
}

std::string shown(const messages::operator_report& x) {
  return overview(x, format::html, now).body;
}

std::string shown(const messages::application_report& x) {
  return application(x, format::html, now).body;
}

TEST(wanted, is_a_page_only_for_those_who_name_html) {
  EXPECT_EQ(wanted("text/html,application/xhtml+xml,*/*;q=0.8"), format::html);
  for (auto* x : {"", "*/*", "application/json", "text/plain"})
    EXPECT_EQ(wanted(x), format::json) << x;
}

TEST(human_duration, says_two_units_at_most) {
  struct {
    std::chrono::seconds x;
    const char* words;
  } const rows[] = {{-5s, "0 s"},           {59s, "59 s"}, {60s, "1 min"},           {61s, "1 min 1 s"},
                    {11min + 5s, "11 min"}, {2h, "2 h"},   {2h + 5min, "2 h 5 min"}, {24h, "1 d"},
                    {97h, "4 d 1 h"}};
  for (auto& [x, words] : rows)
    EXPECT_EQ(human_duration(x), words);
}

TEST(overview, is_json_for_programs) {
  auto x = overview({.synced = true, .applications = {application_named("a")}}, format::json, now);
  EXPECT_EQ(x.type, "application/json");
  EXPECT_THAT(x.body,
              AllOf(HasSubstr(R"("synced":true)"), HasSubstr(R"("name":"a")"), HasSubstr(R"("waitingFor":"Resting")")));
}

TEST(overview, says_who_leads) {
  messages::election_report x{.identity = "me", .leader = "other" + hostile, .since = "2026-01-02T02:04:05.000000Z"};
  EXPECT_THAT(shown({.election = x}), AllOf(HasSubstr("<b>other" + harmless + "</b> has been the leader for "),
                                            HasSubstr(">1 h<"), HasSubstr("(me) is a standby")));
  x = {.leads = true, .identity = "me", .leader = "me"};
  EXPECT_THAT(shown({.election = x}), AllOf(HasSubstr("(me) has been the leader"), Not(HasSubstr("standby"))));
  x = {.identity = "me", .trouble = "403: leases is forbidden"};
  EXPECT_THAT(shown({.election = x}), AllOf(HasSubstr("There is no leader"), HasSubstr("403: leases is forbidden")));
  EXPECT_THAT(shown(messages::operator_report{}), Not(HasSubstr("leader")));
}

TEST(overview, shows_trouble_first_and_the_longest_of_it_before_the_rest) {
  auto x = shown({.synced = true,
                  .applications = {application_named("calm"), application_named("late", true, "2026-01-02T03:01:00Z"),
                                   application_named("early", true, "2026-01-02T02:00:00Z")}});
  EXPECT_LT(x.find("ns/early"), x.find("ns/late"));
  EXPECT_LT(x.find("ns/late"), x.find("ns/calm"));
  EXPECT_THAT(x, HasSubstr("3 applications, 2 blocked or failed"));
}

TEST(overview, does_not_hide_a_failed_deploy_among_the_healthy) {
  auto failed = application_named("z");
  failed.phase = "DeployFailed";
  auto x = shown({.synced = true, .applications = {application_named("a"), failed}});
  EXPECT_LT(x.find("ns/z"), x.find("ns/a"));
  EXPECT_THAT(x, HasSubstr("2 applications, 1 blocked or failed"));
}

TEST(overview, says_since_when_each_waits_and_leads_to_it) {
  auto x = shown({.synced = true, .applications = {application_named("a")}});
  EXPECT_THAT(x, HasSubstr(R"(<time title="2026-01-02T03:00:00Z">4 min 5 s</time>)"));
  EXPECT_THAT(x, HasSubstr(R"(<a href="/applications/ns/a">)"));
  EXPECT_THAT(x, HasSubstr("1 application, none blocked or failed"));
}

TEST(overview, says_that_nothing_changes_before_every_kind_is_listed) {
  EXPECT_THAT(shown(messages::operator_report{.synced = false}), HasSubstr("Until then the operator changes nothing"));
  EXPECT_THAT(shown(messages::operator_report{.synced = true}),
              Not(HasSubstr("Until then the operator changes nothing")));
}

TEST(overview, shows_mailboxes_and_lanes_of_actors) {
  messages::lane_report lane{.namespace_ = "ns", .pod = "jm", .timeouts = 3, .breaker_milliseconds = 1500};
  auto x
      = shown({.synced = true, .actors = {{.name = "flink-gateway", .mailbox = 17, .state = "busy", .lanes = {lane}}}});
  for (auto* part : {"flink-gateway", "17", "busy", "ns/jm", "open for another 2 s"})
    EXPECT_THAT(x, HasSubstr(part));
}

TEST(application, tells_its_story_newest_first) {
  auto a = application_named("a", true);
  a.phase = "Savepointing";
  a.step = "running actions: stop job";
  a.decisions = {{.time = "early", .phase = "p", .reason = "an edit", .actions = {"create Deployment"}},
                 {.time = "late", .phase = "p", .reason = "a savepoint", .actions = {}}};
  a.outcomes = {{.action = "fine", .attempts = 1}, {.action = "not fine", .failure = "rejected", .message = "quota"}};
  auto x = shown(a);
  for (auto* part : {"Savepointing", "running actions: stop job", "an edit", "<li>create Deployment</li>", "quota"})
    EXPECT_THAT(x, HasSubstr(part));
  EXPECT_LT(x.find("a savepoint"), x.find("an edit"));
  EXPECT_LT(x.find("not fine"), x.find(">fine"));
}

TEST(pages, escape_all_that_comes_from_outside) {
  messages::lane_report lane{.namespace_ = hostile, .pod = hostile, .service = hostile};
  messages::application_report a{.namespace_ = hostile,
                                 .name = hostile,
                                 .uid = hostile,
                                 .phase = hostile,
                                 .step = hostile,
                                 .waiting_for = hostile,
                                 .waiting_message = hostile,
                                 .waiting_since = hostile,
                                 .trouble = true,
                                 .last_deploy = messages::deploy_report{.cluster_id = hostile},
                                 .decisions = {{hostile, hostile, hostile, {hostile}}},
                                 .outcomes = {{hostile, hostile, hostile, 1}},
                                 .lanes = {lane}};
  messages::operator_report all{.actors = {{.name = hostile, .state = hostile, .lanes = {lane}}}, .applications = {a}};
  for (auto& x : {shown(a), shown(all)}) {
    EXPECT_THAT(x, Not(HasSubstr("<script")));
    EXPECT_THAT(x, Not(HasSubstr(hostile)));
    EXPECT_THAT(x, HasSubstr(harmless));
  }
  EXPECT_THAT(shown(all), HasSubstr(R"(href="/applications/%3Cscript%3E%22%27%26/)"));
}

TEST(pages, load_nothing_from_elsewhere) {
  auto x = shown(application_named("a"));
  for (auto* part : {"http://", "https://", "url(", "src=", "@import", "<link"})
    EXPECT_THAT(x, Not(HasSubstr(part)));
  EXPECT_THAT(x, HasSubstr("default-src 'none'"));
}

} // namespace
} // namespace actors::pages
