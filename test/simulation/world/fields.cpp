#include "test/simulation/world/fields.hpp"

namespace simulation {

const json::value* at(const json::value& x, std::initializer_list<std::string_view> path) {
  auto* out = &x;
  for (auto name : path) {
    auto* object = out->if_object();
    out = object ? object->if_contains(name) : nullptr;
    if (!out)
      return nullptr;
  }
  return out;
}

std::string text(const json::value& x, std::initializer_list<std::string_view> path) {
  auto* found = at(x, path);
  auto* out = found ? found->if_string() : nullptr;
  return out ? std::string{*out} : std::string{};
}

std::string application_uid_of(const json::value& object) {
  auto uid = text(object, {"metadata", "labels", "flink.k8s.io/application-uid"});
  if (uid.empty())
    uid = text(object, {"metadata", "annotations", owner_annotation});
  auto* owners = at(object, {"metadata", "ownerReferences"});
  return uid.empty() && owners && !owners->as_array().empty() ? text(owners->as_array().front(), {"uid"}) : uid;
}

bool flag(const json::value& x, std::initializer_list<std::string_view> path) {
  auto* found = at(x, path);
  return found && found->is_bool() && found->as_bool();
}

int64_t integer(const json::value& x, std::initializer_list<std::string_view> path, int64_t otherwise) {
  auto* found = at(x, path);
  return found && found->is_int64() ? found->as_int64() : otherwise;
}

} // namespace simulation
