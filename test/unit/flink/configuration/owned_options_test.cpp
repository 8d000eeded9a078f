// Renderer, warnings and hash agree about every option that the operator owns.
#include "flink/admission/hash.hpp"
#include "flink/admission/validate.hpp"
#include "flink/configuration/effective_config.hpp"
#include "flink/configuration/owned_options.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

/// Returns a spec that sets the option to a value that the operator would not choose.
application with(std::string_view key, const char* availability) {
  application result;
  result.metadata.name = "app";
  result.spec.image = "image:1";
  result.spec.jar_name = "job.jar";
  result.spec.parallelism = 1;
  result.spec.flink_version = "1.20";
  result.spec.flink_config["high-availability.type"] = std::string{availability};
  if (!key.empty())
    result.spec.flink_config[std::string{key}] = std::string{"mine"};
  return result;
}

bool warned_of(const application& x, std::string_view key) {
  for (auto& warning : warnings(x))
    if (warning.field == "spec.flinkConfig." + std::string{key})
      return true;
  return false;
}

TEST(owned_options, are_never_the_users_and_never_without_a_warning) {
  for (auto& option : owned_options())
    for (auto* availability : {"none", "zookeeper"}) {
      auto app = with(option.key, availability);
      bool owned = !option.with_ha || availability == std::string_view{"zookeeper"};
      for (auto role : {cluster_role::job_manager, cluster_role::task_manager}) {
        effective_config config{app.spec, role};
        auto* value = config.get(std::string{option.key});
        EXPECT_EQ(value && *value == "mine", !owned) << option.key;
      }
      EXPECT_EQ(warned_of(app, option.key), owned) << option.key;
    }
}

TEST(owned_options, count_in_the_hash_only_where_they_did_in_the_first_release) {
  for (auto& option : owned_options()) {
    bool counts = spec_hash(with(option.key, "none")) != spec_hash(with("", "none"));
    EXPECT_EQ(counts, option.key == "recovery.zookeeper.path.namespace") << option.key;
  }
}

TEST(owned_options, are_found_by_their_key) {
  for (auto& option : owned_options())
    EXPECT_EQ(find_owned(option.key), &option);
  EXPECT_EQ(find_owned("state.backend"), nullptr);
  EXPECT_EQ(find_owned(""), nullptr);
  EXPECT_EQ(find_owned("zzz"), nullptr);
}

} // namespace
} // namespace flink
