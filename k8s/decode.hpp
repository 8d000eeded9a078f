// Decodes JSON of the API server into the values of objects.hpp. Ignores invalid and unknown fields.
// Rejects a text only if it is not JSON or its object has no name.
#pragma once

#include "k8s/json/codec.hpp"
#include "k8s/meta.hpp"
#include "k8s/objects.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8s {

/// Reads a Deployment. Returns nothing and sets `problem` if the text is not JSON or has no name.
std::optional<deployment> decode_deployment(std::string_view text, json::field_error& problem);

/// Reads a Pod. Returns nothing and sets `problem` if the text is not JSON or has no name.
std::optional<pod> decode_pod(std::string_view text, json::field_error& problem);

/// Reads a Service. Returns nothing and sets `problem` if the text is not JSON or has no name.
std::optional<service> decode_service(std::string_view text, json::field_error& problem);

/// Reads an Ingress. Returns nothing and sets `problem` if the text is not JSON or has no name.
std::optional<ingress> decode_ingress(std::string_view text, json::field_error& problem);

/// Reads the metadata of any object. Returns nothing and sets `problem` if the text is not JSON or has no name.
std::optional<object_meta> decode_meta(std::string_view text, json::field_error& problem);

/// The answer to a LIST, split into objects. Refers to the text of the answer.
struct object_list {
  /// Text of each object. Decode them one by one, so that an invalid one does not affect the others.
  std::vector<std::string_view> items;
  /// Version at which a watch starts.
  std::string resource_version;
  /// Token of the next page; empty on the last page.
  std::string continue_token;
};

/// Splits the answer to a LIST. Returns nothing and sets `problem` if the text is not a list.
std::optional<object_list> split_list(std::string_view body, json::field_error& problem);

} // namespace k8s
