// Renderer, validator, lifecycle and migration agree about every spelling of high availability and of the retention of
// checkpoints.
#include "flink/admission/validate.hpp"
#include "flink/configuration/effective_config.hpp"
#include "flink/render/render.hpp"
#include "k8s/json/writer.hpp"
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// What a user may write, and for which Flink.
struct spelling {
  const char* name;
  const char* version;
  std::map<std::string, config_value> config;
  /// Lines of a FLINK_PROPERTIES variable of both roles.
  const char* variable = "";
};

void write_into(spec& out, const spelling& x) {
  out.flink_version = x.version;
  for (auto& [key, value] : x.config)
    out.flink_config[key] = value;
  if (std::string_view{x.variable}.empty())
    return;
  json::raw variable{json::object_text{}.add_string("name", "FLINK_PROPERTIES").add_string("value", x.variable).text()};
  if (!out.job_manager_config)
    out.job_manager_config.emplace();
  if (!out.task_manager_config)
    out.task_manager_config.emplace();
  for (auto* env : {&out.job_manager_config->env_config, &out.task_manager_config->env_config}) {
    if (!*env)
      env->emplace();
    (*env)->env.push_back(variable);
  }
}

application application_with(const spelling& x) {
  application result;
  result.metadata.name = "app";
  result.metadata.namespace_ = "ns";
  result.spec.image = "image:1";
  result.spec.jar_name = "job.jar";
  result.spec.parallelism = 1;
  write_into(result.spec, x);
  return result;
}

/// The entries in the rendered pods of one role.
properties rendered(const spelling& x, cluster_role role) {
  auto app = application_with(x);
  auto text
      = role == cluster_role::job_manager ? render_job_manager(app, {"id"}, {}) : render_task_manager(app, {"id"}, {});
  properties result;
  auto containers = json::cursor{text}.find({"spec", "template", "spec", "containers"});
  json::elements all{*containers};
  for (json::elements variables{*all.next()->find("env")}; auto v = variables.next();)
    if (v->string_at({"name"}) == "FLINK_PROPERTIES")
      read_lines(v->string_at({"value"}), result);
  return result;
}

bool says(const std::vector<json::field_error>& all, std::string_view field, std::string_view words) {
  return std::ranges::any_of(all,
                             [&](auto& x) { return x.field == field && x.problem.find(words) != std::string::npos; });
}

// -- high availability ------------------------------------------------------------------------------------

struct ha_spelling : spelling {
  high_availability kind = high_availability::none;
  friend void PrintTo(const ha_spelling& x, std::ostream* out) { *out << x.name; }
};

std::string text(const char* x) {
  return x;
}

using enum high_availability;

const ha_spelling ha_spellings[] = {
    {{"nothing", "1.20", {}}, none},
    {{"nothing, and no version", "", {}}, none},
    {{"the new key", "1.20", {{"high-availability.type", text("zookeeper")}}}, zookeeper},
    {{"the new key, and no version", "", {{"high-availability.type", text("kubernetes")}}}, kubernetes},
    {{"the old key", "1.20", {{"high-availability", text("zookeeper")}}}, zookeeper},
    {{"the old key of old Flink", "1.13", {{"high-availability", text("zookeeper")}}}, zookeeper},
    {{"the old key between", "1.18", {{"high-availability", text("kubernetes")}}}, kubernetes},
    {{"the oldest key", "2.2", {{"recovery.mode", text("zookeeper")}}}, zookeeper},
    {{"the old key on, the new one off",
      "1.20",
      {{"high-availability", text("zookeeper")}, {"high-availability.type", text("none")}}},
     none},
    {{"the old key off, the new one on",
      "2.2",
      {{"high-availability", text("none")}, {"high-availability.type", text("kubernetes")}}},
     kubernetes},
    {{"the same before names were nested",
      "1.17",
      {{"high-availability", text("zookeeper")}, {"high-availability.type", text("NONE")}}},
     none},
    {{"the oldest key wins over the old one",
      "1.20",
      {{"high-availability", text("none")}, {"recovery.mode", text("zookeeper")}}},
     zookeeper},
    {{"but not in old Flink", "1.13", {{"high-availability", text("none")}, {"recovery.mode", text("zookeeper")}}},
     none},
    {{"a key that old Flink does not know", "1.16", {{"high-availability.type", text("kubernetes")}}}, none},
    {{"beside one that it knows",
      "1.16",
      {{"high-availability", text("zookeeper")}, {"high-availability.type", text("none")}}},
     zookeeper},
    {{"a block of YAML", "1.20", {{"high-availability.type", text("none\n")}}}, none},
    {{"another one", "2.2", {{"high-availability.type", text("kubernetes\n")}}}, kubernetes},
    {{"white space and capitals", "2.2", {{"high-availability.type", text(" ZooKeeper ")}}}, zookeeper},
    {{"off in capitals", "1.13", {{"high-availability", text("NONE")}}}, none},
    {{"the old word for off", "1.20", {{"high-availability.type", text("standalone")}}}, none},
    {{"no value beside one", "1.20", {{"high-availability.type", text("")}, {"high-availability", text("zookeeper")}}},
     zookeeper},
    {{"a class of Flink's",
      "1.14",
      {{"high-availability", text("org.apache.flink.kubernetes.highavailability.KubernetesHaServicesFactory")}}},
     kubernetes},
    {{"a class of the user's", "2.2", {{"high-availability.type", text("org.example.Factory")}}}, custom},
    {{"a flag, which Flink takes for a class", "2.2", {{"high-availability.type", false}}}, custom},
    {{"a variable", "1.20", {}, "high-availability.type: zookeeper"}, zookeeper},
    {{"a variable with the old key", "2.2", {}, "high-availability: kubernetes"}, kubernetes},
    {{"a variable that takes it back",
      "1.20",
      {{"high-availability.type", text("zookeeper")}},
      "high-availability.type: none"},
     none},
    {{"a variable under the other key",
      "1.20",
      {{"high-availability", text("zookeeper")}},
      "high-availability.type: none\n"},
     none},
};

class every_availability : public testing::TestWithParam<ha_spelling> {
protected:
  bool on() const { return GetParam().kind != none; }
};

TEST_P(every_availability, is_read_as_flink_does) {
  auto app = application_with(GetParam());
  for (auto role : {cluster_role::job_manager, cluster_role::task_manager})
    EXPECT_EQ((effective_config{app.spec, role}.ha()), GetParam().kind);
  EXPECT_EQ(has_high_availability(app.spec), on());
}

TEST_P(every_availability, is_rendered) {
  auto job_manager = rendered(GetParam(), cluster_role::job_manager);
  auto task_manager = rendered(GetParam(), cluster_role::task_manager);
  EXPECT_EQ(job_manager.at("jobmanager.rpc.address"), on() ? "$HOST_IP" : "app-id");
  EXPECT_EQ(job_manager.contains("high-availability.cluster-id"), on());
  EXPECT_EQ(task_manager.contains("jobmanager.rpc.address"), !on());
  EXPECT_EQ(task_manager.contains("high-availability.cluster-id"), on());
  EXPECT_EQ(job_manager.contains("kubernetes.namespace"), GetParam().kind == kubernetes);
}

TEST_P(every_availability, means_the_same_when_flink_reads_what_is_rendered) {
  spec again;
  again.flink_version = GetParam().version;
  for (auto& [key, value] : rendered(GetParam(), cluster_role::job_manager))
    again.flink_config[key] = value;
  EXPECT_EQ((effective_config{again, cluster_role::job_manager}.ha()), GetParam().kind);
}

TEST_P(every_availability, is_validated) {
  auto app = application_with(GetParam());
  if (!app.spec.job_manager_config)
    app.spec.job_manager_config.emplace();
  app.spec.job_manager_config->replicas = 2;
  auto all = validate(app);
  EXPECT_EQ(says(all, "spec.jobManagerConfig.replicas", "need high availability"), !on());
  bool needs_directory = GetParam().kind == zookeeper || GetParam().kind == kubernetes;
  EXPECT_EQ(std::ranges::any_of(all, [](auto& x) { return x.problem.find("storageDir") != std::string::npos; }),
            needs_directory);
}

TEST_P(every_availability, decides_who_brings_a_lost_job_back) {
  auto s = scene::running();
  write_into(s.app.spec, GetParam());
  s.no_job("c0", "old").decide();
  EXPECT_EQ(s.condition("Ready").find("until Flink recovers") != std::string::npos, on()) << s.condition("Ready");
}

TEST_P(every_availability, decides_what_a_migration_waits_for) {
  adopted s{"SubmittingJob"};
  write_into(s.app.spec, GetParam());
  s.seen.objects.pods.clear();
  s.settle();
  EXPECT_EQ(s.last.waiting.reason == "JobManagerSilent", on()) << s.last.waiting.reason;
}

INSTANTIATE_TEST_SUITE_P(spellings, every_availability, testing::ValuesIn(ha_spellings));

TEST(availability, of_one_role_only_is_refused) {
  auto app = application_with({"none", "1.20", {}});
  app.spec.job_manager_config.emplace().env_config.emplace().env
      = {json::raw{R"({"name":"FLINK_PROPERTIES","value":"high-availability.type: org.example.Factory"})"}};
  EXPECT_TRUE(says(validate(app), "spec.flinkConfig", "the same high availability"));
}

TEST(availability, under_a_name_that_old_flink_does_not_know_is_warned_of) {
  auto app = application_with({"type", "1.16", {{"high-availability.type", text("kubernetes")}}});
  EXPECT_TRUE(says(warnings(app), "spec.flinkConfig.high-availability.type", "use high-availability"));
  app.spec.flink_version = "1.17";
  EXPECT_FALSE(says(warnings(app), "spec.flinkConfig.high-availability.type", "use high-availability"));
}

// -- retention --------------------------------------------------------------------------------------------

struct retention_spelling : spelling {
  checkpoint_retention kind = checkpoint_retention::retain;
  /// The option that a warning names; empty: no warning.
  std::string_view warned_of;
  friend void PrintTo(const retention_spelling& x, std::ostream* out) { *out << x.name; }
};

constexpr const char* retention_key = "execution.checkpointing.externalized-checkpoint-retention";
constexpr const char* unknown_key = "execution.checkpointing.externalized-checkpoint.retention";

const retention_spelling retention_spellings[] = {
    {{"nothing", "2.2", {}}, checkpoint_retention::retain, {}},
    {{"retained", "1.20", {{retention_key, text("RETAIN_ON_CANCELLATION")}}}, checkpoint_retention::retain, {}},
    {{"deleted", "1.20", {{retention_key, text("DELETE_ON_CANCELLATION")}}},
     checkpoint_retention::delete_on_cancellation,
     {}},
    {{"not externalized", "2.2", {{retention_key, text("NO_EXTERNALIZED_CHECKPOINTS")}}},
     checkpoint_retention::none,
     {}},
    {{"in small letters", "1.20", {{retention_key, text("delete_on_cancellation")}}},
     checkpoint_retention::delete_on_cancellation,
     {}},
    {{"a block of YAML", "1.20", {{retention_key, text("DELETE_ON_CANCELLATION\n")}}},
     checkpoint_retention::delete_on_cancellation,
     {}},
    {{"a variable", "2.2", {}, "execution.checkpointing.externalized-checkpoint-retention: DELETE_ON_CANCELLATION"},
     checkpoint_retention::delete_on_cancellation,
     {}},
    {{"a variable that takes it back",
      "2.2",
      {{retention_key, text("NO_EXTERNALIZED_CHECKPOINTS")}},
      "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION"},
     checkpoint_retention::retain,
     {}},
    {{"a word that Flink refuses", "2.2", {{retention_key, text("DELETE")}}},
     checkpoint_retention::retain,
     retention_key},
    {{"a key that Flink does not have", "1.20", {{unknown_key, text("DELETE_ON_CANCELLATION")}}},
     checkpoint_retention::retain,
     unknown_key},
};

class every_retention : public testing::TestWithParam<retention_spelling> {};

TEST_P(every_retention, is_read_as_flink_does) {
  auto app = application_with(GetParam());
  EXPECT_EQ((effective_config{app.spec, cluster_role::job_manager}.retention()), GetParam().kind);
}

TEST_P(every_retention, is_rendered) {
  auto value = rendered(GetParam(), cluster_role::job_manager).at(retention_key);
  EXPECT_EQ(parse_retention(value).value_or(checkpoint_retention::retain), GetParam().kind);
}

TEST_P(every_retention, is_warned_of_where_it_has_no_effect) {
  auto all = warnings(application_with(GetParam()));
  for (auto* key : {retention_key, unknown_key})
    EXPECT_EQ(says(all, std::string{"spec.flinkConfig."} + key, ""), GetParam().warned_of == key);
}

TEST_P(every_retention, decides_whether_a_cancelled_job_leaves_its_checkpoint) {
  auto s = scene::savepointing();
  write_into(s.app.spec, GetParam());
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "no"});
  s.later(1s).job("c0", "old", rest::job_state::restarting, 0);
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  EXPECT_EQ(s.phase(), GetParam().kind == checkpoint_retention::retain ? phase::Recovering : phase::DeployFailed);
}

INSTANTIATE_TEST_SUITE_P(spellings, every_retention, testing::ValuesIn(retention_spellings));

// -- the Ingress ------------------------------------------------------------------------------------------

struct ingress_wish {
  const char* name;
  std::optional<std::string> host;
  const char* format;
  bool wanted;
  friend void PrintTo(const ingress_wish& x, std::ostream* out) { *out << x.name; }
};

class every_ingress : public testing::TestWithParam<ingress_wish> {};

TEST_P(every_ingress, is_made_where_it_is_waited_for) {
  auto s = scene::updating();
  s.app.spec.ingress.emplace().host = GetParam().host;
  s.settings.render.ingress_url_format = GetParam().format;
  s.decide();
  auto id = s.target().cluster_id;
  EXPECT_EQ(!render_ingress(s.app, {id}, s.settings.render).empty(), GetParam().wanted);
  EXPECT_EQ(s.does(create_object{object_role::ingress, id}), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    wishes, every_ingress,
    testing::Values(ingress_wish{"a host", "a.example.org", "", true}, ingress_wish{"an empty host", "", "", false},
                    ingress_wish{"no host", std::nullopt, "", false},
                    ingress_wish{"the template's", "", "{{$jobCluster}}.example.org", true},
                    ingress_wish{"the template's, too", std::nullopt, "{{$jobCluster}}.example.org", true}));

} // namespace
} // namespace flink
