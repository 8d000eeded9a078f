// WATCH: which messages OPERATOR gets and which requests follow for each answer of the API server. The rules of the
// protocol are k8s::reflector's and tested there.
#include "actors/kubernetes_watch.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <regex>
#include <string>
#include <vector>

namespace actors::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string applications = "/apis/flink.k8s.io/v1beta1/flinkapplications?";
const std::string lists = applications + "limit=";
const std::string watches = applications + "watch=1";
/// Longer than the first pauses after a failure.
constexpr auto first_pauses = 4s;

/// Replaces OPERATOR and records its messages: "+name@version", "-name@version", "synced kind".
operator_actor::behavior_type note_all(operator_actor::pointer, std::vector<std::string>* received) {
  auto note = [received](bool removed, const std::string& name, const std::string& version) {
    received->push_back((removed ? "-" : "+") + name + "@" + version);
  };
  return {
      [=](const messages::application_news& x) {
        note(x.removed, x.record->app.metadata.name, x.record->app.metadata.resource_version);
      },
      [=](const messages::object_news& x) {
        auto& head = messages::head_of(x.object);
        note(x.removed, head.key.name, head.resource_version);
      },
      [=](const messages::kind_synced& x) { received->push_back("synced " + x.kind); },
      [](const messages::restart&) {},
      [](messages::describe) { return messages::operator_report{}; },
      [](const messages::describe_application&) { return messages::application_report{}; },
  };
}

class kubernetes_watch_test : public actor_test {
protected:
  kubernetes_watch_test() : all{start("")} {}

  std::vector<watch_actor> start(const std::string& ns) {
    auto out = spawn_watches(system.sys, root, {&net, "http://api", ns, counters, 1});
    for (auto& x : out)
      system.end_later(x);
    run();
    return out;
  }

  static std::string page(const std::string& version, const std::vector<std::string>& items,
                          const std::string& continue_token = {}) {
    std::string text;
    for (auto& x : items)
      text += (text.empty() ? "" : ",") + x;
    return R"({"kind":"List","metadata":{"resourceVersion":")" + version + R"(","continue":")" + continue_token
         + R"("},"items":[)" + text + "]}";
  }

  static std::string event(const std::string& type, const std::string& object) {
    return R"({"type":")" + type + R"(","object":)" + object + "}";
  }

  static std::string bookmark(const std::string& version) {
    return event("BOOKMARK", R"({"kind":"FlinkApplication","metadata":{"resourceVersion":")" + version + R"("}})");
  }

  static std::string gone() {
    return event("ERROR", R"({"kind":"Status","status":"Failure","code":410,"reason":"Expired","message":"too old"})");
  }

  /// Brings the applications a and b, and the watch that follows from version 10.
  void synchronize() {
    ASSERT_TRUE(answer(lists, 200, page("10", {application_text("a", "5"), application_text("b", "6")})));
    received.clear();
  }

  /// The version from which the open watch of applications began; empty if there is none.
  std::string watched_from() {
    std::smatch found;
    auto* call = net.find(watches);
    auto text = call ? call->text() : std::string{};
    return std::regex_search(text, found, std::regex{"resourceVersion=([^&]*)"}) ? found[1].str() : std::string{};
  }

  bool lists_anew() { return net.find(lists) != nullptr && net.find("continue=") == nullptr; }

  std::vector<std::string> received;
  operator_actor root = spawn(note_all, &received);
  std::vector<watch_actor> all;
};

TEST_F(kubernetes_watch_test, asks_for_applications_and_for_the_objects_that_carry_our_label) {
  EXPECT_NE(net.find("GET " + lists), nullptr);
  for (auto* kind :
       {"/apis/apps/v1/deployments", "/api/v1/pods", "/api/v1/services", "/apis/networking.k8s.io/v1/ingresses"})
    EXPECT_NE(net.find(std::string{"GET "} + kind + "?labelSelector=flink-app&limit="), nullptr) << kind;
  EXPECT_EQ(net.open(), watched_kinds().size());
}

TEST_F(kubernetes_watch_test, stays_within_its_namespace) {
  start("team");
  EXPECT_NE(net.find("/apis/flink.k8s.io/v1beta1/namespaces/team/flinkapplications?limit="), nullptr);
  EXPECT_NE(net.find("/api/v1/namespaces/team/pods?"), nullptr);
}

TEST_F(kubernetes_watch_test, tells_nothing_of_a_list_before_its_last_page) {
  ASSERT_TRUE(answer(lists, 200, page("10", {application_text("a", "5")}, "next one")));
  EXPECT_THAT(received, IsEmpty());
  ASSERT_NE(net.find("continue=next%20one"), nullptr);
  ASSERT_TRUE(answer("continue=", 200, page("10", {application_text("b", "6")})));
  EXPECT_THAT(received, ElementsAre("+a@5", "+b@6", "synced flinkapplications"));
  EXPECT_EQ(watched_from(), "10");
}

TEST_F(kubernetes_watch_test, lists_from_the_beginning_when_a_later_page_has_expired) {
  ASSERT_TRUE(answer(lists, 200, page("10", {application_text("a", "5")}, "next")));
  ASSERT_TRUE(answer("continue=next", 410));
  EXPECT_EQ(net.find(lists), nullptr); // not at once
  advance(first_pauses);
  ASSERT_TRUE(lists_anew());
  ASSERT_TRUE(answer(lists, 200, page("20", {application_text("b", "6")})));
  EXPECT_THAT(received, ElementsAre("+b@6", "synced flinkapplications"));
}

TEST_F(kubernetes_watch_test, lists_again_when_the_answer_is_no_list) {
  for (auto* body : {"", "<html>", R"({"kind":"Status"})", R"({"metadata":{"resourceVersion":"1"},"items":[)"}) {
    ASSERT_TRUE(answer(lists, 200, body)) << body;
    EXPECT_THAT(received, IsEmpty()) << body;
    advance(2min);
  }
  synchronize();
  EXPECT_EQ(watched_from(), "10");
}

TEST_F(kubernetes_watch_test, tells_what_a_watch_brings) {
  synchronize();
  send_line(watches, event("ADDED", application_text("c", "11")));
  send_line(watches, event("MODIFIED", application_text("a", "12")));
  send_line(watches, event("DELETED", application_text("b", "13")));
  EXPECT_THAT(received, ElementsAre("+c@11", "+a@12", "-b@13"));
}

TEST_F(kubernetes_watch_test, watches_objects_as_it_watches_applications) {
  auto pod = [](const std::string& version) {
    return R"({"metadata":{"name":"p","namespace":"ns","uid":"u","resourceVersion":")" + version + R"("}})";
  };
  ASSERT_TRUE(answer("/api/v1/pods?", 200, page("10", {pod("1")})));
  EXPECT_THAT(received, ElementsAre("+p@1", "synced pods"));
  ASSERT_TRUE(send_line("/api/v1/pods?watch=1", event("DELETED", pod("11"))));
  EXPECT_EQ(received.back(), "-p@11");
}

TEST_F(kubernetes_watch_test, resumes_at_once_from_the_last_version_when_a_watch_ends_in_order) {
  synchronize();
  send_line(watches, event("MODIFIED", application_text("a", "12")));
  answer(watches, 200, "");
  EXPECT_EQ(watched_from(), "12");
  send_line(watches, event("DELETED", application_text("a", "13")));
  answer(watches, 200, "");
  EXPECT_EQ(watched_from(), "13");
  send_line(watches, bookmark("15"));
  answer(watches, 200, "");
  EXPECT_EQ(watched_from(), "15");
  EXPECT_EQ(net.count(lists), 1u);
}

TEST_F(kubernetes_watch_test, lists_again_when_its_version_is_refused_as_gone) {
  synchronize();
  answer(watches, 410, "{}");
  advance(first_pauses);
  ASSERT_TRUE(answer(lists, 200, page("90", {application_text("a", "5")})));
  // Objects deleted between the watches are reported as removed; known versions are not reported again.
  EXPECT_THAT(received, ElementsAre("-b@6", "synced flinkapplications"));
  EXPECT_EQ(watched_from(), "90");
}

TEST_F(kubernetes_watch_test, lists_again_when_its_version_is_gone_in_the_middle_of_a_stream) {
  synchronize();
  auto id = net.find(watches)->id;
  send_line(watches, gone());
  EXPECT_TRUE(net.calls.at(id - 1).cancelled);
  advance(first_pauses);
  ASSERT_TRUE(answer(lists, 200, page("90", {application_text("b", "80")})));
  EXPECT_THAT(received, ElementsAre("-a@5", "+b@80", "synced flinkapplications"));
  EXPECT_EQ(watched_from(), "90");
}

TEST_F(kubernetes_watch_test, keeps_its_version_and_its_store_when_a_watch_is_refused_or_lost) {
  synchronize();
  for (auto status : {403, 429, 500, 503}) {
    ASSERT_TRUE(answer(watches, status)) << status;
    EXPECT_EQ(net.find(watches), nullptr) << status; // a pause comes first
    advance(2min);
    EXPECT_EQ(watched_from(), "10") << status;
  }
  for (auto why : {net::failure::unreachable, net::failure::broken, net::failure::malformed}) {
    ASSERT_TRUE(fail(watches, why));
    EXPECT_EQ(net.find(watches), nullptr);
    advance(2min);
    EXPECT_EQ(watched_from(), "10");
  }
  EXPECT_EQ(net.count(lists), 1u);
  EXPECT_THAT(received, IsEmpty());
}

TEST_F(kubernetes_watch_test, waits_longer_after_each_failure) {
  synchronize();
  std::vector<std::chrono::nanoseconds> pauses;
  for (int i = 0; i < 4; ++i) {
    answer(watches, 503);
    auto began = system.now();
    while (!net.find(watches))
      advance(100ms);
    pauses.push_back(system.now() - began);
  }
  // 0.8 s, doubling, each up to twice as long by chance.
  for (auto least = std::chrono::nanoseconds{800ms}; auto pause : pauses) {
    EXPECT_GE(pause, least);
    EXPECT_LE(pause, 2 * least + 100ms);
    least *= 2;
  }
}

TEST_F(kubernetes_watch_test, comes_back_when_the_server_said_it_may) {
  synchronize();
  ASSERT_TRUE(answer(watches, net::response{.status = 429, .headers = {{"retry-after", "25"}}}));
  advance(24s);
  EXPECT_EQ(net.find(watches), nullptr);
  advance(2s);
  EXPECT_EQ(watched_from(), "10");
}

TEST_F(kubernetes_watch_test, lists_when_the_server_said_it_may) {
  ASSERT_TRUE(answer(lists, net::response{.status = 503, .headers = {{"Retry-After", "25"}}}));
  advance(24s);
  EXPECT_EQ(net.find(lists), nullptr);
  advance(2s);
  EXPECT_TRUE(lists_anew());
}

TEST_F(kubernetes_watch_test, asks_at_once_with_a_token_read_anew_and_then_backs_off) {
  ASSERT_TRUE(answer(lists, 401));
  ASSERT_TRUE(answer(lists, 401)); // asked again at once
  EXPECT_EQ(net.find(lists), nullptr);
  advance(first_pauses);
  synchronize();
  ASSERT_TRUE(answer(watches, 401));
  EXPECT_EQ(watched_from(), "10");
  ASSERT_TRUE(answer(watches, 401));
  EXPECT_EQ(net.find(watches), nullptr);
  advance(first_pauses);
  EXPECT_EQ(watched_from(), "10");
}

TEST_F(kubernetes_watch_test, goes_on_listing_until_a_missing_right_is_given) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(answer(lists, 403, R"({"kind":"Status","message":"flinkapplications is forbidden","code":403})"));
    EXPECT_EQ(net.find(lists), nullptr);
    advance(first_pauses * 2);
  }
  EXPECT_THAT(received, IsEmpty());
  synchronize();
  EXPECT_EQ(watched_from(), "10");
}

TEST_F(kubernetes_watch_test, ends_a_watch_with_a_bad_line_and_resumes_before_it) {
  synchronize();
  for (auto* bad : {"", "{", "<html>", R"({"type":"STRANGE","object":{}})"}) {
    send_line(watches, event("MODIFIED", application_text("a", "12")));
    auto& call = *net.find(watches);
    auto line = call.line;
    auto id = call.id;
    line(bad);
    line(event("DELETED", application_text("a", "99"))); // already on its way: of a watch that is no more
    run();
    EXPECT_TRUE(net.calls.at(id - 1).cancelled) << bad;
    advance(2min);
    EXPECT_EQ(watched_from(), "12") << bad;
  }
  EXPECT_THAT(received, ElementsAre("+a@12"));
  EXPECT_EQ(net.count(lists), 1u);
}

TEST_F(kubernetes_watch_test, takes_a_silent_connection_for_a_dead_one) {
  synchronize();
  auto& call = *net.find(watches);
  std::smatch found;
  auto text = call.text();
  ASSERT_TRUE(std::regex_search(text, found, std::regex{"timeoutSeconds=([0-9]+)"}));
  auto timeout = std::chrono::seconds{std::stoi(found[1])};
  EXPECT_GE(timeout, 240s);
  EXPECT_LE(timeout, 290s);
  // Only a peer that is gone lets the time pass at which the server would have ended the watch.
  EXPECT_EQ(call.idle, timeout + 5s);
  EXPECT_THAT(text, HasSubstr("allowWatchBookmarks=true"));
  send_line(watches, bookmark("14"));
  fail(watches, net::failure::timed_out);
  advance(first_pauses);
  EXPECT_EQ(watched_from(), "14");
}

TEST_F(kubernetes_watch_test, is_not_blinded_by_one_bad_object) {
  auto nameless = std::string{R"({"metadata":{"name":5},"spec":[]})"};
  ASSERT_TRUE(answer(lists, 200, page("10", {application_text("a", "5"), nameless, "7", application_text("b", "6")})));
  EXPECT_THAT(received, ElementsAre("+a@5", "+b@6", "synced flinkapplications"));
  send_line(watches, event("ADDED", R"({"metadata":{"name":5,"resourceVersion":"11"}})"));
  send_line(watches, event("MODIFIED", application_text("b", "12")));
  EXPECT_EQ(received.back(), "+b@12");
}

TEST_F(kubernetes_watch_test, tells_an_application_whose_spec_is_wrong) {
  synchronize();
  send_line(watches,
            event("ADDED", R"({"metadata":{"name":"c","namespace":"ns","uid":"u","resourceVersion":"11"},"spec":7})"));
  EXPECT_THAT(received, ElementsAre("+c@11"));
}

TEST_F(kubernetes_watch_test, tells_a_successor_of_the_same_name_as_a_removal_and_an_arrival) {
  synchronize();
  auto successor = std::regex_replace(application_text("a", "12"), std::regex{"uid-a"}, "uid-next");
  send_line(watches, event("MODIFIED", successor));
  EXPECT_THAT(received, ElementsAre("-a@5", "+a@12"));
  received.clear();
  send_line(watches, event("DELETED", application_text("a", "13"))); // a late event of the earlier object
  EXPECT_THAT(received, IsEmpty());
  send_line(watches, gone());
  advance(first_pauses);
  answer(lists, 200, page("90", {application_text("a", "80"), application_text("b", "6")}));
  EXPECT_THAT(received, ElementsAre("-a@12", "+a@80", "synced flinkapplications"));
}

TEST_F(kubernetes_watch_test, cancels_its_call_when_it_ends_and_hears_no_more_of_it) {
  synchronize();
  auto& call = *net.find(watches);
  auto line = call.line;
  auto done = call.done;
  for (auto& x : all)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(net.open(), 0u);
  auto asked = net.calls.size();
  line(event("DELETED", application_text("a", "12")));
  done({.status = 200});
  advance(10min);
  EXPECT_EQ(net.calls.size(), asked);
  EXPECT_THAT(received, IsEmpty());
}

TEST_F(kubernetes_watch_test, ends_in_the_middle_of_a_pause) {
  synchronize();
  answer(watches, 503);
  for (auto& x : all)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  run();
  auto asked = net.calls.size();
  advance(10min);
  EXPECT_EQ(net.calls.size(), asked);
}

TEST_F(kubernetes_watch_test, says_what_it_does_and_how_much_it_sees) {
  auto state = [this] { return ask<messages::actor_report>(all.front(), messages::describe{})->value.value().state; };
  EXPECT_EQ(state(), "listing, 0 objects");
  synchronize();
  EXPECT_EQ(state(), "watching, 2 objects");
}

TEST_F(kubernetes_watch_test, counts_lists_and_failures) {
  synchronize();
  send_line(watches, gone());
  advance(first_pauses);
  fail(lists, net::failure::unreachable);
  advance(first_pauses);
  auto text = counters->text();
  EXPECT_THAT(text, testing::ContainsRegex("relists_total\\{[^}]*flinkapplications[^}]*\\} 3"));
  EXPECT_THAT(text, testing::ContainsRegex("watch_failures_total\\{[^}]*flinkapplications[^}]*\\} 1"));
}

} // namespace
} // namespace actors::test
