#include "k8s/finalizer.hpp"

#include "k8s/json/codec.hpp"

#include <algorithm>

namespace k8s {

namespace {

std::string operation(std::string_view op, const std::string& path, const std::string& value) {
  return R"({"op":")" + std::string{op} + R"(","path":")" + path + R"(","value":)" + value + '}';
}

/// Returns the test that the object still has its uid, so that a new object with the same name stays unchanged.
std::string same_object(const object_meta& object) {
  return operation("test", "/metadata/uid", json::escape(object.uid));
}

} // namespace

bool has_finalizer(const object_meta& object, std::string_view name) {
  return std::find(object.finalizers.begin(), object.finalizers.end(), name) != object.finalizers.end();
}

std::optional<std::string> add_finalizer(const object_meta& object, std::string_view name) {
  if (object.deletion_timestamp || has_finalizer(object, name))
    return std::nullopt;
  // A test of an absent path fails (RFC 6902), so the version guards that there is still no list.
  if (object.finalizers.empty())
    return '[' + same_object(object) + ','
         + operation("test", "/metadata/resourceVersion", json::escape(object.resource_version)) + ','
         + operation("add", "/metadata/finalizers", '[' + json::escape(name) + ']') + ']';
  return '[' + same_object(object) + ',' + operation("test", "/metadata/finalizers", json::write(object.finalizers))
       + ',' + operation("add", "/metadata/finalizers/-", json::escape(name)) + ']';
}

std::optional<std::string> remove_finalizer(const object_meta& object, std::string_view name) {
  auto i = std::find(object.finalizers.begin(), object.finalizers.end(), name);
  if (i == object.finalizers.end())
    return std::nullopt;
  auto path = "/metadata/finalizers/" + std::to_string(i - object.finalizers.begin());
  return '[' + same_object(object) + ',' + operation("test", path, json::escape(name)) + R"(,{"op":"remove","path":")"
       + path + R"("}])";
}

} // namespace k8s
