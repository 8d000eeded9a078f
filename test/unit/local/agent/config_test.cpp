#include "local/agent/process/environment.hpp"
#include "local/agent/process/flink_config.hpp"
#include "local/agent/process/launch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace local::agent;
using testing::Contains;
using testing::HasSubstr;

TEST(environment, substitutes_as_envsubst_does) {
  environment known{{"HOST_IP", "127.10.1.1"}, {"A", "x"}};
  struct row {
    const char* text;
    const char* expected;
  } rows[] = {
      {"taskmanager.host: $HOST_IP", "taskmanager.host: 127.10.1.1"},
      {"${HOST_IP}:6123", "127.10.1.1:6123"},
      {"$A.$A", "x.x"},
      {"$UNKNOWN.", "."},
      {"${UNKNOWN}", ""},
      {"costs $5 and $", "costs $5 and $"},
      {"${A", "${A"},
      {"${}", "${}"},
      {"$$A", "$x"},
      {"", ""},
  };
  for (auto& x : rows)
    EXPECT_EQ(substitute(x.text, known), x.expected) << x.text;
}

pod sample() {
  pod x;
  x.ns = "shop";
  x.name = "orders-1";
  x.uid = "u-1";
  x.labels = {{"flink-app", "orders"}};
  return x;
}

TEST(environment, resolves_fields_and_references_in_order) {
  container_spec c;
  c.env = {{"HOST_IP", "", "status.podIP", ""},
           {"NAME", "", "metadata.name", ""},
           {"APP", "", "metadata.labels['flink-app']", ""},
           {"URL", "http://$(HOST_IP):$(LATER)/$$(NAME)", "", ""},
           {"LATER", "1", "", ""},
           {"NAME", "again", "", ""}};
  auto out = resolve_environment(sample(), c, "127.10.1.1", "127.10.0.1");
  EXPECT_EQ(out.problem, "");
  EXPECT_EQ(out.variables, (environment{{"HOST_IP", "127.10.1.1"},
                                        {"NAME", "again"},
                                        {"APP", "orders"},
                                        {"URL", "http://127.10.1.1:$(LATER)/$(NAME)"},
                                        {"LATER", "1"}}));
}

TEST(environment, sources_that_cannot_be_read_are_a_problem) {
  container_spec c;
  c.env = {{"PASSWORD", "", "", "secretKeyRef"}};
  EXPECT_THAT(resolve_environment(sample(), c, "", "").problem, HasSubstr("secretKeyRef"));
  c.env = {{"X", "", "status.nonsense", ""}};
  EXPECT_THAT(resolve_environment(sample(), c, "", "").problem, HasSubstr("status.nonsense"));
}

TEST(flink_config, later_lines_win_and_other_lines_are_skipped) {
  auto x = read_flink_config("a: 1\n# b: 2\n\nnonsense\n  c:  3 # why\na: 4\nd:5\ne: \nf: g: h");
  EXPECT_EQ(x, (flink_config{{"a", "4"}, {"c", "3"}, {"f", "g: h"}}));
}

TEST(flink_config, a_process_listens_only_at_its_own_address) {
  environment variables{{"HOST_IP", "127.10.1.1"},
                        {"FLINK_PROPERTIES", "jobmanager.rpc.address: orders-1\nrest.bind-address: 0.0.0.0\n"
                                             "taskmanager.host: $HOST_IP\nweb.upload.dir: /opt/flink\n"}};
  auto x = make_flink_config(flink_role::task_manager, variables, {"127.10.1.1", "/pods/x"});
  EXPECT_EQ(x["jobmanager.rpc.address"], "orders-1");
  EXPECT_EQ(x["taskmanager.host"], "127.10.1.1");
  EXPECT_EQ(x["web.upload.dir"], "/pods/x/web");
  for (auto* key : {"rest.bind-address", "jobmanager.bind-host", "taskmanager.bind-host"})
    EXPECT_EQ(x[key], "127.10.1.1") << key;
}

TEST(flink_config, a_task_manager_gets_the_complete_set_of_memory_keys) {
  environment variables{{"FLINK_PROPERTIES", "taskmanager.memory.process.size: 1g\n"
                                             "taskmanager.memory.task.heap.size: 200m\n"
                                             "taskmanager.memory.network.max: 64m\n"}};
  auto x = make_flink_config(flink_role::task_manager, variables, {});
  EXPECT_FALSE(x.contains("taskmanager.memory.process.size"));
  EXPECT_EQ(x["taskmanager.memory.task.heap.size"], "200m");
  EXPECT_EQ(x["taskmanager.memory.network.min"], "64m");
  EXPECT_TRUE(x.contains("taskmanager.cpu.cores"));
  auto job_manager = make_flink_config(flink_role::job_manager, variables, {});
  EXPECT_EQ(job_manager["taskmanager.memory.process.size"], "1g");
}

TEST(flink_config, values_survive_yaml) {
  flink_config x{{"a", "it's: 1"}, {"b", "[x, y]"}, {"c", "8081"}};
  EXPECT_EQ(write_flink_config(x, true), "a: 'it''s: 1'\nb: [x, y]\nc: '8081'\n");
  EXPECT_EQ(write_flink_config(x, false), "a: it's: 1\nb: [x, y]\nc: 8081\n");
}

TEST(launch, the_first_argument_names_the_role) {
  EXPECT_EQ(role_of({"jobmanager"}), flink_role::job_manager);
  EXPECT_EQ(role_of({"taskmanager", "-D", "x=y"}), flink_role::task_manager);
  EXPECT_EQ(role_of({}), std::nullopt);
  EXPECT_EQ(role_of({"sleep"}), std::nullopt);
}

TEST(launch, a_job_manager_has_its_jars_where_uploads_are) {
  image_content image{false, "/cache/flink-2.2.1", {"/jars/ledger.jar"}};
  auto plan = plan_flink(flink_role::job_manager, image, {}, {"/pods/x/jm", "127.10.1.1", "/pods/x/hosts"});
  EXPECT_THAT(plan.links, Contains(std::pair<std::string, std::string>{"/pods/x/jm/web/flink-web-upload/ledger.jar",
                                                                       "/jars/ledger.jar"}));
  EXPECT_THAT(plan.command, Contains("/cache/flink-2.2.1/lib/*"));
  EXPECT_THAT(plan.command, Contains("-Djdk.net.hosts.file=/pods/x/hosts"));
  EXPECT_EQ(plan.files[0].first, "/pods/x/jm/conf/config.yaml");
}

TEST(launch, flink_before_2_reads_another_file) {
  auto plan = plan_flink(flink_role::task_manager, {false, "/cache/flink-1.20.5", {}}, {}, {"/p", "127.10.1.1", "/h"});
  EXPECT_EQ(plan.files[0].first, "/p/conf/flink-conf.yaml");
}

TEST(launch, java_options_of_the_user_come_last) {
  environment variables{{"FLINK_PROPERTIES", "env.java.opts.all: -Da=1 -Xmx512m\nenv.java.opts.taskmanager: -Db=2"}};
  auto plan = plan_flink(flink_role::job_manager, {false, "/f-1.20", {}}, variables, {"/p", "127.10.1.1", "/h"});
  auto at = [&](const char* x) { return std::find(plan.command.begin(), plan.command.end(), x); };
  EXPECT_LT(at("-Xmx256m"), at("-Xmx512m"));
  EXPECT_NE(at("-Da=1"), plan.command.end());
  EXPECT_EQ(at("-Db=2"), plan.command.end());
}

} // namespace
