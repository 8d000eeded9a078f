#include "test/unit/local/world.hpp"

#include <gmock/gmock.h>

namespace local::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string watch_from(const std::string& version, const std::string& more = {}) {
  return std::string{config_maps} + "?watch=1&resourceVersion=" + version + more;
}

TEST(watch, tells_what_happens_after_the_list) {
  world x;
  x.post(config_maps, config_map("a"));
  auto watch = x.watch(watch_from(x.get(config_maps).text("metadata.resourceVersion")));
  EXPECT_THAT(x.take(*watch), IsEmpty());
  x.post(config_maps, config_map("b"));
  x.merge(std::string{config_maps} + "/a", R"({"data":{"a":"2"}})");
  x.remove(std::string{config_maps} + "/b");
  EXPECT_THAT(x.take(*watch), ElementsAre("ADDED b", "MODIFIED a", "DELETED b"));
  EXPECT_THAT(x.take(*watch), IsEmpty());
}

TEST(watch, begins_with_what_is_there_if_no_version_is_given) {
  world x;
  x.post(config_maps, config_map("a"));
  auto watch = x.watch(std::string{config_maps} + "?watch=true");
  x.post(config_maps, config_map("b"));
  EXPECT_THAT(x.take(*watch), ElementsAre("ADDED a", "ADDED b"));
}

TEST(watch, says_gone_if_the_past_is_forgotten) {
  world x;
  x.post(config_maps, config_map("a"));
  auto old = x.get(config_maps).text("metadata.resourceVersion");
  x.merge(std::string{config_maps} + "/a", R"({"data":{"a":"2"}})");
  x.cluster.resources().store().compact();
  auto watch = x.watch(watch_from(old));
  EXPECT_THAT(watch->take(x.now), HasSubstr(R"("code":410)"));
  EXPECT_TRUE(watch->ended());
}

TEST(watch, shows_an_object_that_leaves_the_selection_as_deleted) {
  world x;
  x.post(config_maps, config_map("a", R"("labels":{"tier":"x"})"));
  auto watch = x.watch(watch_from(x.get(config_maps).text("metadata.resourceVersion"), "&labelSelector=tier%3Dx"));
  x.merge(std::string{config_maps} + "/a", R"({"metadata":{"labels":{"tier":"y"}}})");
  EXPECT_THAT(x.take(*watch), ElementsAre("DELETED a"));
  x.merge(std::string{config_maps} + "/a", R"({"metadata":{"labels":{"tier":"x"}}})");
  EXPECT_THAT(x.take(*watch), ElementsAre("ADDED a"));
}

TEST(watch, ends_in_order_with_a_bookmark) {
  world x;
  auto watch = x.watch(watch_from("1", "&allowWatchBookmarks=true&timeoutSeconds=90"));
  x.take(*watch);
  x.now += 60s;
  EXPECT_THAT(x.take(*watch), ElementsAre("BOOKMARK"));
  x.now += 30s;
  EXPECT_THAT(x.take(*watch), ElementsAre("BOOKMARK"));
  EXPECT_TRUE(watch->ended());
}

TEST(watch, knows_nothing_of_other_namespaces_unless_asked_for_all) {
  world x;
  x.post("/api/v1/namespaces", R"({"metadata":{"name":"other"}})");
  auto version = x.get(config_maps).text("metadata.resourceVersion");
  auto one = x.watch(watch_from(version));
  auto all = x.watch("/api/v1/configmaps?watch=1&resourceVersion=" + version);
  x.post("/api/v1/namespaces/other/configmaps", config_map("a"));
  EXPECT_THAT(x.take(*one), IsEmpty());
  EXPECT_THAT(x.take(*all), ElementsAre("ADDED a"));
}

TEST(watch, is_refused_without_a_readable_version_or_with_initial_events) {
  world x;
  EXPECT_EQ(x.get(watch_from("x")).status, 400);
  EXPECT_EQ(x.get(std::string{config_maps} + "?watch=1&sendInitialEvents=true").status, 422);
}

} // namespace
} // namespace local::test
