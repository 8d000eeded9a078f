#include "flink/admission/decode.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/json/text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

namespace flink {
namespace {

namespace fs = std::filesystem;

// -- goldens: FLINK_OPERATOR_UPDATE_GOLDENS=1 rewrites them, `git diff` shows what changed ---------------

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

/// Indented, so that a change of one member is a change of one line.
std::string pretty(json::cursor x, const std::string& indent = "") {
  auto inner = indent + "  ";
  std::string result;
  auto add = [&](const std::string& entry) { result += (result.empty() ? "\n" : ",\n") + inner + entry; };
  if (x.kind() == json::kind::object) {
    json::members all{x};
    while (auto m = all.next())
      add(json::escape(m->key) + ": " + pretty(m->value, inner));
    return result.empty() ? "{}" : "{" + result + "\n" + indent + "}";
  }
  if (x.kind() == json::kind::list) {
    json::elements all{x};
    while (auto e = all.next())
      add(pretty(*e, inner));
    return result.empty() ? "[]" : "[" + result + "\n" + indent + "]";
  }
  return std::string{x.text()};
}

application read(std::string_view text) {
  std::vector<json::field_error> errors;
  auto result = decode_application(text, errors);
  for (auto& c : errors)
    ADD_FAILURE() << json::to_string(c);
  return result;
}

const render_options options{"{{$jobCluster}}.flink.example.org", "", ""};

struct example {
  const char* name;
  cluster_plan plan;
  render_options settings = options;
  friend void PrintTo(const example& x, std::ostream* out) { *out << x.name; }
};

const example examples[] = {
    {"flink-1.9", {"1a2b3c4d", 1, {}}, {}},
    {"flink-1.20", {"5e6f7a8b", 3, {}}},
    {"flink-2.2-ha", {"9c0d1e2f", 1, {}}, {"{{$jobCluster}}.flink.example.org", "%s-container", "volcano"}},
    {"blue-green", {"00000001", 1, colour::green}},
    {"pod-template", {"00000002", 1, {}}},
    {"no-version", {"00000003", 1, {}}},
};

class golden : public testing::TestWithParam<example> {
protected:
  fs::path folder = fs::path{SOURCE_DIR} / "test/data/goldens" / GetParam().name;
  application app = read(content_of(folder / "application.json"));

  void compare(const char* file, const std::string& text) {
    if (text.empty()) {
      EXPECT_FALSE(fs::exists(folder / file)) << file << " is not rendered any more";
      return;
    }
    ASSERT_EQ(json::flaw(text), std::nullopt) << text;
    auto now = pretty(json::cursor{text}) + "\n";
    if (std::getenv("FLINK_OPERATOR_UPDATE_GOLDENS"))
      std::ofstream{folder / file} << now;
    EXPECT_EQ(now, content_of(folder / file)) << file;
  }
};

TEST_P(golden, objects_are_as_recorded) {
  auto& [name, plan, settings] = GetParam();
  compare("jobmanager.json", render_job_manager(app, plan, settings));
  compare("taskmanager.json", render_task_manager(app, plan, settings));
  compare("versioned-service.json", render_versioned_service(app, plan));
  compare("generic-service.json", render_generic_service(app, plan));
  compare("ingress.json", render_ingress(app, plan, settings));
}

TEST_P(golden, a_probe_pod_is_the_pod_of_the_deployment) {
  auto& [name, plan, settings] = GetParam();
  for (auto role : {cluster_role::job_manager, cluster_role::task_manager}) {
    auto pod = render_probe_pod(app, plan, settings, role);
    auto deployment = role == cluster_role::job_manager ? render_job_manager(app, plan, settings)
                                                        : render_task_manager(app, plan, settings);
    json::cursor made{pod};
    auto wanted = json::cursor{deployment}.find({"spec", "template"});
    ASSERT_TRUE(wanted);
    EXPECT_EQ(made.find("spec")->text(), wanted->find("spec")->text());
    EXPECT_EQ(made.find({"metadata", "labels"})->text(), wanted->find({"metadata", "labels"})->text());
    EXPECT_EQ(made.string_at({"kind"}), "Pod");
    EXPECT_EQ(made.string_at({"metadata", "namespace"}), app.metadata.namespace_);
  }
}

TEST_P(golden, services_select_the_pods_that_the_deployment_makes) {
  auto& [name, plan, settings] = GetParam();
  auto deployment = render_job_manager(app, plan, settings);
  auto labels = json::cursor{deployment}.find({"spec", "template", "metadata", "labels"});
  ASSERT_TRUE(labels);
  auto versioned = render_versioned_service(app, plan);
  auto generic = render_generic_service(app, plan);
  for (auto& text : {versioned, generic}) {
    json::members all{*json::cursor{text}.find({"spec", "selector"})};
    while (auto m = all.next())
      EXPECT_EQ(labels->string_at({m->key}), m->value.string()) << m->key;
  }
  json::members all{*json::cursor{deployment}.find({"spec", "selector", "matchLabels"})};
  while (auto m = all.next())
    EXPECT_EQ(labels->string_at({m->key}), m->value.string()) << m->key;
}

INSTANTIATE_TEST_SUITE_P(render, golden, testing::ValuesIn(examples));

// -- what the goldens cannot show -------------------------------------------------------------------------

application small() {
  return read(R"({"metadata":{"name":"a","namespace":"n","uid":"u"},
                  "spec":{"image":"flink:2.2","jarName":"j","parallelism":1}})");
}

TEST(render, gives_the_same_text_for_the_same_cluster) {
  EXPECT_EQ(render_job_manager(small(), {"1", 1, {}}, {}), render_job_manager(small(), {"1", 1, {}}, {}));
}

TEST(render, lets_no_pod_of_one_cluster_match_the_selector_of_another) {
  auto one = render_job_manager(small(), {"1", 1, {}}, {});
  auto two = render_job_manager(small(), {"2", 1, {}}, {});
  std::initializer_list<std::string_view> path{"spec", "selector", "matchLabels", labels::pod_selector};
  EXPECT_NE(json::cursor{one}.string_at(path), json::cursor{two}.string_at(path));
}

TEST(render, two_versions_do_not_share_a_host) {
  auto app = small();
  app.spec.ingress.emplace().host = "jobs.example.org";
  EXPECT_EQ(ingress_host(app, {"1", 1, {}}, options), "jobs.example.org");
  EXPECT_EQ(ingress_host(app, {"1", 1, colour::blue}, options), "blue-jobs.example.org");
  app.spec.ingress->host = "*.example.org";
  EXPECT_EQ(ingress_host(app, {"1", 1, colour::blue}, options), "*.example.org") << "which no prefix makes another one";
  app.spec.ingress->host = "";
  EXPECT_EQ(ingress_host(app, {"1", 1, {}}, options), "a.flink.example.org");
  app.spec.ingress->host.reset();
  EXPECT_EQ(ingress_host(app, {"1", 1, {}}, options), "a.flink.example.org");
}

TEST(render, an_ingress_has_no_more_than_is_asked_for) {
  auto app = small();
  app.spec.ingress.emplace().host = "jobs.example.org";
  auto plain = render_ingress(app, {"1", 1, {}}, {});
  EXPECT_FALSE(json::cursor{plain}.find({"spec", "ingressClassName"}));
  EXPECT_FALSE(json::cursor{plain}.find({"spec", "tls"}));
  app.spec.ingress->tls_secret_name = "certificate";
  auto secured = render_ingress(app, {"1", 1, {}}, {});
  EXPECT_EQ(json::cursor{secured}.find({"spec", "tls"})->text(),
            R"([{"hosts":["jobs.example.org"],"secretName":"certificate"}])");
}

TEST(render, makes_no_ingress_without_a_host) {
  EXPECT_EQ(render_ingress(small(), {"1", 1, {}}, {}), "");
  EXPECT_EQ(ingress_host(small(), {"1", 1, {}}, options), "a.flink.example.org");
}

TEST(render, switches_the_service_to_a_cluster_of_ours_or_of_another_operator) {
  EXPECT_EQ(service_switch_patch(small(), "2"),
            R"({"metadata":{"labels":{"flink-app-hash":"2"}},"spec":{"selector":{"flink-app":"a",)"
            R"("flink-deployment-type":"jobmanager","pod-deployment-selector":"2-jm","flink-app-hash":null}}})");
  auto adopted = service_switch_patch(small(), "2", "x7k2p9q1");
  EXPECT_EQ(json::cursor{adopted}.string_at({"spec", "selector", labels::pod_selector}), "x7k2p9q1");
}

TEST(render, pods_do_not_get_a_variable_per_service_unless_the_template_asks_for_it) {
  auto app = small();
  auto links = [&] {
    auto text = render_task_manager(app, {"1", 1, {}}, {});
    auto found = json::cursor{text}.find({"spec", "template", "spec", "enableServiceLinks"});
    return found ? std::string{found->text()} : std::string{};
  };
  EXPECT_EQ(links(), "false");
  app.spec.task_manager_config.emplace().pod_template = json::raw{R"({"spec":{"priorityClassName":"high"}})"};
  EXPECT_EQ(links(), "false");
  app.spec.task_manager_config->pod_template = json::raw{R"({"spec":{"enableServiceLinks":true}})"};
  EXPECT_EQ(links(), "true");
}

TEST(render, the_end_of_the_log_explains_a_crash_unless_the_template_wants_otherwise) {
  auto app = small();
  auto policy = [&] {
    auto text = render_job_manager(app, {"1", 1, {}}, {});
    json::elements containers{*json::cursor{text}.find({"spec", "template", "spec", "containers"})};
    return containers.next()->string_at({"terminationMessagePolicy"});
  };
  EXPECT_EQ(policy(), "FallbackToLogsOnError");
  app.spec.job_manager_config.emplace().pod_template
      = json::raw{R"({"spec":{"containers":[{"name":"jobmanager","terminationMessagePolicy":"File"}]}})"};
  EXPECT_EQ(policy(), "File");
}

TEST(render, survives_parts_that_are_no_objects) {
  auto app = small();
  app.spec.job_manager_config.emplace();
  for (auto text : {"", "3", "[]", "\"x\"", "{", "{\"spec\":7}", "{\"spec\":{\"containers\":{}}}", "null"}) {
    app.spec.job_manager_config->pod_template = json::raw{text};
    app.spec.job_manager_config->resources = json::raw{text};
    EXPECT_NE(render_job_manager(app, {"1", 1, {}}, {}), "");
  }
}

struct count {
  int32_t parallelism;
  int32_t slots;
  int32_t managers;
};

class task_managers : public testing::TestWithParam<count> {};

TEST_P(task_managers, are_as_many_as_the_slots_need) {
  auto& [parallelism, slots, managers] = GetParam();
  spec x;
  x.parallelism = parallelism;
  x.task_manager_config.emplace().task_slots = slots;
  EXPECT_EQ(task_manager_count(x), managers);
}

INSTANTIATE_TEST_SUITE_P(render, task_managers,
                         testing::Values(count{1, 1, 1}, count{1, 16, 1}, count{16, 16, 1}, count{17, 16, 2},
                                         count{2147483647, 1, 2147483647}, count{2147483647, 2147483647, 1},
                                         count{5, 0, 5}, count{5, -3, 5}, count{0, 4, 0}));

} // namespace
} // namespace flink
