#include "local/model/store.hpp"

#include <gmock/gmock.h>

namespace local::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

json::value named(const char* name) {
  return {{"metadata", {{"name", name}}}};
}

std::vector<uint64_t> versions_after(const store& x, uint64_t version) {
  std::vector<uint64_t> versions;
  x.each_after("pods", version, [&](const change& y) { versions.push_back(y.version); });
  return versions;
}

TEST(store, gives_every_change_of_any_resource_a_new_version) {
  store x;
  auto first = x.put("pods", {"a", "b"}, named("b"));
  auto second = x.put("services", {"a", "b"}, named("b"));
  EXPECT_EQ(text_at(*first, "metadata.resourceVersion"), "2");
  EXPECT_EQ(text_at(*second, "metadata.resourceVersion"), "3");
  EXPECT_EQ(x.version(), 3u);
}

TEST(store, never_changes_what_it_has_handed_out) {
  store x;
  auto first = x.put("pods", {"a", "b"}, named("b"));
  x.put("pods", {"a", "b"}, named("b"));
  EXPECT_EQ(text_at(*first, "metadata.resourceVersion"), "2");
}

TEST(store, tells_what_came_after_a_version_and_what_was_before_it) {
  store x;
  x.put("pods", {"a", "b"}, named("b"));
  x.put("services", {"a", "c"}, named("c"));
  x.put("pods", {"a", "b"}, named("b"));
  x.remove("pods", {"a", "b"});
  EXPECT_THAT(versions_after(x, 2), ElementsAre(4u, 5u));
  std::vector<change_type> types;
  x.each_after("pods", 0, [&](const change& y) { types.push_back(y.type); });
  EXPECT_THAT(types, ElementsAre(change_type::added, change_type::modified, change_type::deleted));
}

TEST(store, tells_a_deletion_with_the_last_state_under_the_version_of_the_deletion) {
  store x;
  x.put("pods", {"a", "b"}, named("b"));
  x.remove("pods", {"a", "b"});
  x.each_after("pods", 2, [&](const change& y) {
    EXPECT_EQ(text_at(*y.object, "metadata.resourceVersion"), "3");
    EXPECT_EQ(text_at(*y.before, "metadata.resourceVersion"), "2");
  });
  EXPECT_EQ(x.get("pods", {"a", "b"}), nullptr);
}

TEST(store, says_how_far_back_its_history_goes) {
  store x{2};
  for (auto* name : {"a", "b", "c"})
    x.put("pods", {"n", name}, named(name));
  EXPECT_EQ(x.oldest("pods"), 2u);
  EXPECT_THAT(versions_after(x, 2), ElementsAre(3u, 4u));
  x.compact();
  EXPECT_EQ(x.oldest("pods"), 4u);
  EXPECT_THAT(versions_after(x, 0), IsEmpty());
}

TEST(store, hands_each_change_once_to_those_who_react_to_all) {
  store x;
  x.put("pods", {"a", "b"}, named("b"));
  x.put("services", {"a", "b"}, named("b"));
  EXPECT_TRUE(x.has_changes());
  EXPECT_EQ(x.take_changes().size(), 2u);
  EXPECT_FALSE(x.has_changes());
  EXPECT_THAT(x.take_changes(), IsEmpty());
}

} // namespace
} // namespace local::model
