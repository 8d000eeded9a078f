// An operator of version 0.1.0 has written these applications and their statuses on a cluster of flink-local. An
// operator of this version that takes its place reads every status whole and finds every spec deployed already.
#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "test/unit/flink/yaml.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

namespace bj = boost::json;

/// The specs that the operator of version 0.1.0 had dealt with: those that run, and the one that failed.
std::vector<std::string> known_hashes(const flink::status& x) {
  std::vector<std::string> known;
  if (x.cluster)
    known.push_back(x.cluster->spec_hash);
  if (x.updating_cluster)
    known.push_back(x.updating_cluster->spec_hash);
  if (x.failed)
    known.push_back(x.failed->spec_hash);
  return known;
}

class upgrade_from_0_1_0 : public testing::Test {
protected:
  bj::value all = bj::parse(yaml::file("test/data/upgrade/applications-0.1.0.json"));

  template <class F>
  void for_each(F check) {
    auto& items = all.as_object().at("items").as_array();
    ASSERT_EQ(items.size(), 16u);
    for (auto& item : items) {
      auto name = std::string{item.at("metadata").at("name").as_string()};
      SCOPED_TRACE(name);
      std::vector<json::field_error> errors;
      auto app = flink::decode_application(bj::serialize(item), errors);
      EXPECT_TRUE(errors.empty()) << json::to_string(errors.front());
      check(app, item);
    }
  }
};

TEST_F(upgrade_from_0_1_0, finds_every_spec_deployed_already) {
  for_each([](const flink::application& app, const bj::value&) {
    if (app.spec.suspend.value_or(false))
      return; // nothing is deployed
    auto known = known_hashes(app.status);
    EXPECT_NE(std::ranges::find(known, flink::spec_hash(app)), known.end()) << flink::spec_hash(app).text();
  });
}

TEST_F(upgrade_from_0_1_0, reads_every_status_whole) {
  for_each([](const flink::application& app, const bj::value& item) {
    EXPECT_EQ(bj::parse(flink::encode_status(app.status)), item.at("status"));
  });
}

} // namespace
