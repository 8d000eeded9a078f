// A cluster on virtual time, spoken to as a client would.
#pragma once

#include "local/model/cluster.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace local::test {

using namespace std::chrono_literals;

using model::json::value;

/// What came back: status code and body.
struct reply {
  int status = 0;
  value body;
  std::vector<std::string> warnings = {};

  /// Returns the text at a path of the body.
  std::string text(std::string_view path) const { return std::string{model::text_at(body, path)}; }
  int64_t integer(std::string_view path) const { return model::integer_at(body, path, -1); }
  std::size_t items() const { return body.at("items").get_array().size(); }
};

class world {
public:
  model::moment now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  model::cluster cluster{[this] { return seed_ = seed_ * 6364136223846793005u + 1442695040888963407u; }, now};

  reply ask(std::string method, std::string target, std::string body = {},
            std::string content_type = "application/json", std::string accept = "application/json") {
    auto x = cluster.handle(
        {std::move(method), std::move(target), std::move(content_type), std::move(accept), std::move(body)}, now);
    boost::system::error_code error;
    auto parsed = model::json::parse(x.body, error);
    return {x.status, error ? value{} : parsed, x.warnings};
  }

  reply get(std::string target) { return ask("GET", std::move(target)); }
  reply post(std::string target, std::string body) { return ask("POST", std::move(target), std::move(body)); }
  reply put(std::string target, const value& body) {
    return ask("PUT", std::move(target), model::json::serialize(body));
  }
  reply merge(std::string target, std::string body) {
    return ask("PATCH", std::move(target), std::move(body), "application/merge-patch+json");
  }
  reply remove(std::string target, std::string body = {}) { return ask("DELETE", std::move(target), std::move(body)); }

  /// Lets the controllers act.
  void settle() { cluster.step(now); }

  /// Lets time pass, controllers included.
  void pass(std::chrono::milliseconds time) {
    now += time;
    settle();
  }

  std::shared_ptr<model::watch> watch(std::string target) {
    return cluster.handle({.method = "GET", .target = std::move(target)}, now).stream;
  }

  /// Returns "TYPE name" of all events that a watch has now.
  std::vector<std::string> take(model::watch& x) {
    std::vector<std::string> events;
    auto text = x.take(now);
    for (std::size_t at = 0; at < text.size();) {
      auto end = text.find('\n', at);
      auto event = model::json::parse(text.substr(at, end - at));
      auto name = model::text_at(event, "object.metadata.name");
      events.push_back(std::string{model::text_at(event, "type")} + (name.empty() ? "" : " " + std::string{name}));
      at = end + 1;
    }
    return events;
  }

private:
  uint64_t seed_ = 1;
};

/// Paths that the tests use.
constexpr auto pods = "/api/v1/namespaces/default/pods";
constexpr auto config_maps = "/api/v1/namespaces/default/configmaps";
constexpr auto services = "/api/v1/namespaces/default/services";
constexpr auto deployments = "/apis/apps/v1/namespaces/default/deployments";
constexpr auto replicasets = "/apis/apps/v1/namespaces/default/replicasets";

/// Returns a ConfigMap; `more` goes into its metadata.
inline std::string config_map(const std::string& name, const std::string& more = {}) {
  return R"({"metadata":{"name":")" + name + "\"" + (more.empty() ? "" : "," + more) + R"(},"data":{"a":"1"}})";
}

/// Returns a Deployment with one container.
inline std::string deployment(const std::string& name, int replicas, const std::string& image = "job:1",
                              const std::string& strategy = "RollingUpdate") {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"replicas":)" + std::to_string(replicas)
       + R"(,"strategy":{"type":")" + strategy + R"("},"selector":{"matchLabels":{"app":")" + name
       + R"("}},"template":{"metadata":{"labels":{"app":")" + name
       + R"("}},"spec":{"containers":[{"name":"c","image":")" + image + R"("}]}}}})";
}

/// A CustomResourceDefinition with one of everything that the schema checks.
constexpr auto ship_definition = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.sea.example}
spec:
  group: sea.example
  scope: Namespaced
  names: {plural: ships, singular: ship, kind: Ship, shortNames: [sh]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.masts, statusReplicasPath: .status.masts, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Port, type: string, jsonPath: .spec.port}
    - {name: Crew, type: integer, jsonPath: ".status.crew[0].count", priority: 1}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [port]
            properties:
              port: {type: string, maxLength: 8, minLength: 2, pattern: '^[a-z]+$'}
              masts: {type: integer, format: int32, minimum: 0, maximum: 5, default: 1}
              rig: {type: string, enum: [square, lateen]}
              tons: {type: number, exclusiveMinimum: true, minimum: 0}
              afloat: {type: boolean}
              motto: {type: string, nullable: true}
              ports: {type: array, maxItems: 2, items: {type: string}, x-kubernetes-list-type: set}
              load: {x-kubernetes-int-or-string: true}
              cargo: {type: object, additionalProperties: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              any: {x-kubernetes-preserve-unknown-fields: true}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
)";

constexpr auto ships = "/apis/sea.example/v1/namespaces/default/ships";

/// Returns a Ship with this spec.
inline std::string ship(const std::string& name, const std::string& spec) {
  return R"({"apiVersion":"sea.example/v1","kind":"Ship","metadata":{"name":")" + name + R"("},"spec":)" + spec + "}";
}

/// A world in which ships are known.
class sea : public world {
public:
  sea() { problem = cluster.apply(ship_definition, now); }

  std::string problem;
};

} // namespace local::test
