// From the API server's JSON to the values of objects.hpp. What is missing gets its default, what is
// wrong is left out; only a text without an identifiable object is refused.
#pragma once

#include "k8s/json/codec.hpp"
#include "k8s/meta.hpp"
#include "k8s/objects.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8s {

/// Reads a Deployment; nothing, and `problem` says why, if it has no name or is no JSON.
std::optional<deployment> decode_deployment(std::string_view text, json::complaint& problem);

/// Reads a Pod; nothing, and `problem` says why, if it has no name or is no JSON.
std::optional<pod> decode_pod(std::string_view text, json::complaint& problem);

/// Reads a Service; nothing, and `problem` says why, if it has no name or is no JSON.
std::optional<service> decode_service(std::string_view text, json::complaint& problem);

/// Reads an Ingress; nothing, and `problem` says why, if it has no name or is no JSON.
std::optional<ingress> decode_ingress(std::string_view text, json::complaint& problem);

/// Reads the metadata of any object; nothing, and `problem` says why, if it has no name or is no JSON.
std::optional<object_meta> decode_meta(std::string_view text, json::complaint& problem);

/// The answer to a LIST, cut into its objects. Views into the answer's text.
struct object_list {
  /// The text of each object, to be decoded one by one: a bad one does not hurt the others.
  std::vector<std::string_view> items;
  /// Where a watch begins.
  std::string resource_version;
  /// How the next page is asked for; empty on the last.
  std::string continue_token;
};

/// Cuts the answer to a LIST; nothing, and `problem` says why, if it is none.
std::optional<object_list> split_list(std::string_view body, json::complaint& problem);

} // namespace k8s
