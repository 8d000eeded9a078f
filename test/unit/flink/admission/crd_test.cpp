// The CRD and the structs have the same fields: neither has one that the other lacks.
#include "flink/resource/application.hpp"
#include "test/unit/flink/yaml.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace {

using names = std::set<std::string>;

names keys(json::cursor x) {
  names out;
  json::members all{x};
  while (auto m = all.next())
    out.insert(m->key);
  return out;
}

std::string at(json::cursor schema, std::string_view key) {
  auto found = schema.find(key);
  return found ? std::string{found->text()} : "";
}

/// Compares a schema with a C++ type; a failure names the path.
template <class T>
struct same;

void expect(const std::string& path, json::cursor schema, std::string_view key, std::string_view value) {
  EXPECT_EQ(at(schema, key), value) << path << " " << key;
}

template <>
struct same<std::string> {
  static void check(const std::string& path, json::cursor schema) { expect(path, schema, "type", R"("string")"); }
};

template <>
struct same<k8s::timestamp> : same<std::string> {};

template <class Kind>
struct same<flink::strong_id<Kind>> : same<std::string> {};

template <>
struct same<bool> {
  static void check(const std::string& path, json::cursor schema) { expect(path, schema, "type", R"("boolean")"); }
};

template <>
struct same<double> {
  static void check(const std::string& path, json::cursor schema) { expect(path, schema, "type", R"("number")"); }
};

template <>
struct same<int32_t> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("integer")");
    expect(path, schema, "format", R"("int32")");
    EXPECT_FALSE(at(schema, "maximum").empty()) << path << " has no maximum";
  }
};

template <>
struct same<int64_t> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("integer")");
    expect(path, schema, "format", R"("int64")");
  }
};

template <>
struct same<json::raw> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("object")");
    expect(path, schema, "x-kubernetes-preserve-unknown-fields", "true");
  }
};

template <>
struct same<flink::config_value> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", "");
    expect(path, schema, "x-kubernetes-preserve-unknown-fields", "true");
  }
};

template <class T>
struct same<std::optional<T>> : same<T> {};

template <class T>
struct same<std::vector<T>> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("array")");
    same<T>::check(path + "[]", schema.find("items").value_or(json::cursor{}));
  }
};

template <class T>
struct same<std::map<std::string, T>> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("object")");
    same<T>::check(path + "{}", schema.find("additionalProperties").value_or(json::cursor{}));
  }
};

template <class T>
  requires boost::describe::has_describe_enumerators<T>::value
struct same<T> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("string")");
    if (path.starts_with("status"))
      return; // only the operator writes it, and a later release may write other values
    names allowed;
    json::elements all{schema.find("enum").value_or(json::cursor{})};
    while (auto x = all.next())
      allowed.insert(x->string());
    names ours;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto d) { ours.insert(d.name); });
    EXPECT_EQ(allowed, ours) << path;
  }
};

template <class T>
  requires boost::describe::has_describe_members<T>::value
struct same<T> {
  static void check(const std::string& path, json::cursor schema) {
    expect(path, schema, "type", R"("object")");
    expect(path, schema, "x-kubernetes-preserve-unknown-fields", "");
    auto properties = schema.find("properties").value_or(json::cursor{});
    names ours;
    auto member = json::codec<T>::member_codecs().begin();
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto d) {
      auto& name = (member++)->name;
      ours.insert(name);
      using type = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
      if (auto found = properties.find(name))
        same<type>::check(path + "." + name, *found);
    });
    EXPECT_EQ(keys(properties), ours) << path;
  }
};

class crd : public testing::Test {
protected:
  json::cursor version() const { return *json::elements{*json::cursor{text_}.find({"spec", "versions"})}.next(); }
  json::cursor root() const { return *version().find({"schema", "openAPIV3Schema"}); }
  json::cursor part(std::string_view name) const { return *root().find({"properties", name}); }

  std::string text_ = yaml::load("charts/flink-operator/files/crd.yaml");
};

/// Calls `visit` for a schema and all schemas in it.
template <class F>
void walk(const std::string& path, json::cursor schema, F visit) {
  visit(path, schema);
  json::members all{schema.find("properties").value_or(json::cursor{})};
  while (auto m = all.next())
    walk(path + "." + m->key, m->value, visit);
  for (auto below : {"items", "additionalProperties"})
    if (auto found = schema.find(below))
      walk(path + "[]", *found, visit);
}

TEST_F(crd, has_the_fields_types_and_enumerators_of_the_spec) {
  same<flink::spec>::check("spec", part("spec"));
}

TEST_F(crd, has_the_fields_and_types_of_the_status) {
  same<flink::status>::check("status", part("status"));
}

TEST_F(crd, describes_every_field) {
  for (auto name : {"spec", "status"})
    walk(name, part(name),
         [](auto& path, json::cursor schema) { EXPECT_GE(at(schema, "description").size(), 6U) << path; });
}

TEST_F(crd, has_rules_on_the_spec_only) {
  expect("root", root(), "x-kubernetes-validations", "");
  expect("metadata", part("metadata"), "x-kubernetes-validations", "");
  walk("status", part("status"), [](auto& path, json::cursor schema) {
    expect(path, schema, "x-kubernetes-validations", "");
    expect(path, schema, "required", "");
    expect(path, schema, "enum", "");
  });
}

TEST_F(crd, has_the_names_of_the_reference) {
  json::cursor all{text_};
  EXPECT_EQ(all.string_at({"metadata", "name"}), "flinkapplications.flink.k8s.io");
  EXPECT_EQ(all.string_at({"metadata", "annotations", "api-approved.kubernetes.io"}), "unapproved");
  EXPECT_EQ(all.string_at({"metadata", "annotations", "helm.sh/resource-policy"}), "keep");
  EXPECT_EQ(all.string_at({"spec", "group"}), "flink.k8s.io");
  EXPECT_EQ(all.string_at({"spec", "scope"}), "Namespaced");
  EXPECT_EQ(all.string_at({"spec", "names", "kind"}), "FlinkApplication");
  EXPECT_EQ(at(*all.find({"spec", "names"}), "shortNames"), R"(["flinkapp"])");
  EXPECT_EQ(version().string_at({"name"}), "v1beta1");
}

TEST_F(crd, has_the_columns_of_the_reference_and_after_them_its_own) {
  std::vector<std::string> columns;
  json::elements all{*version().find("additionalPrinterColumns")};
  while (auto x = all.next())
    columns.push_back(x->string_at({"name"}) + " " + x->string_at({"jsonPath"}) + " " + at(*x, "priority"));
  EXPECT_EQ(
      columns,
      (std::vector<std::string>{
          "Phase .status.phase ", "Cluster Health .status.clusterStatus.health ",
          "Job Health .status.jobStatus.health ", "Healthy TMs .status.clusterStatus.healthyTaskManagers 1",
          "Total TMs .status.clusterStatus.numberOfTaskManagers 1", "Job Restarts .status.jobStatus.jobRestartCount ",
          "Age .metadata.creationTimestamp ", "Ready .status.conditions[?(@.type==\"Ready\")].status ",
          "Reason .status.conditions[?(@.type==\"Ready\")].reason ", "Image .spec.image 1"}));
}

TEST_F(crd, can_be_scaled) {
  auto scale = *version().find({"subresources", "scale"});
  EXPECT_EQ(scale.string_at({"specReplicasPath"}), ".spec.parallelism");
  EXPECT_EQ(scale.string_at({"statusReplicasPath"}), ".status.jobStatus.parallelism");
  EXPECT_EQ(scale.string_at({"labelSelectorPath"}), ".status.selector");
  expect("subresources", *version().find("subresources"), "status", "{}");
}

TEST_F(crd, is_small_enough_for_client_side_apply) {
  EXPECT_LT(yaml::file("charts/flink-operator/files/crd.yaml").size(), 100'000U);
}

} // namespace
