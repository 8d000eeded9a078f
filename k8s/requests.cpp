#include "k8s/requests.hpp"

#include "config/defaults.hpp"
#include "k8s/json/text.hpp"

#include <utility>

namespace k8s {

namespace {

constexpr std::string_view json_type = "application/json";

/// Builds a path with query parameters.
class query {
public:
  explicit query(std::string path) : text_{std::move(path)} {}

  query& add(std::string_view name, std::string_view value) {
    if (value.empty())
      return *this;
    ((text_ += separator_) += name) += '=';
    text_ += percent_encode(value);
    separator_ = '&';
    return *this;
  }

  query& add(const selection& which) {
    return add("labelSelector", which.label_selector).add("fieldSelector", which.field_selector);
  }

  query& add_manager() { return add("fieldManager", field_manager); }

  std::string text() const { return text_; }

private:
  std::string text_;
  char separator_ = '?';
};

std::string_view name_of(propagation x) {
  switch (x) {
  case propagation::Background:
    return "Background";
  case propagation::Foreground:
    return "Foreground";
  case propagation::Orphan:
    return "Orphan";
  }
  return {};
}

request write_request(std::string_view method, query target, std::string_view content_type, std::string body) {
  return {std::string{method}, target.add_manager().text(), std::string{content_type}, std::move(body)};
}

query query_of(const resource_type& type, const object_key& key, std::string_view subresource = {}) {
  return query{path_of(type, key.ns, key.name, subresource)};
}

} // namespace

std::string api_version(const resource_type& x) {
  return (x.group.empty() ? std::string{} : std::string{x.group} + '/').append(x.version);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (auto c : text) {
    if (unreserved.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
  }
  return out;
}

std::string path_of(const resource_type& type, std::string_view ns, std::string_view name,
                    std::string_view subresource) {
  auto path = type.group.empty() ? std::string{"/api"} : "/apis/" + std::string{type.group};
  (path += '/') += type.version;
  if (type.namespaced && !ns.empty())
    (path += "/namespaces/") += percent_encode(ns);
  (path += '/') += type.plural;
  if (!name.empty())
    (path += '/') += percent_encode(name);
  if (!subresource.empty())
    (path += '/') += subresource;
  return path;
}

request list(const resource_type& type, const selection& which, std::string_view continue_token) {
  query target{path_of(type, which.ns)};
  target.add(which).add("limit", std::to_string(config::defaults::list_page)).add("continue", continue_token);
  return {"GET", target.text(), {}, {}};
}

request watch(const resource_type& type, const selection& which, std::string_view resource_version,
              std::chrono::seconds timeout) {
  query target{path_of(type, which.ns)};
  target.add("watch", "1").add("allowWatchBookmarks", "true").add(which);
  target.add("resourceVersion", resource_version).add("timeoutSeconds", std::to_string(timeout.count()));
  return {"GET", target.text(), {}, {}};
}

request get(const resource_type& type, const object_key& key) {
  return {"GET", path_of(type, key.ns, key.name), {}, {}};
}

request create(const resource_type& type, std::string_view ns, std::string body) {
  return write_request("POST", query{path_of(type, ns)}, json_type, std::move(body));
}

request dry_run_create(const resource_type& type, std::string_view ns, std::string body) {
  return write_request("POST", query{path_of(type, ns)}.add("dryRun", "All"), json_type, std::move(body));
}

request replace(const resource_type& type, const object_key& key, std::string body) {
  return write_request("PUT", query_of(type, key), json_type, std::move(body));
}

request remove(const resource_type& type, const object_key& key, const removal& how) {
  std::string body = R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":")";
  (body += name_of(how.propagation)) += '"';
  if (!how.uid.empty())
    body += R"(,"preconditions":{"uid":)" + json::escape(how.uid) + '}';
  if (how.grace_period_seconds)
    body += R"(,"gracePeriodSeconds":)" + std::to_string(*how.grace_period_seconds);
  body += '}';
  return {"DELETE", path_of(type, key.ns, key.name), std::string{json_type}, std::move(body)};
}

request merge_patch(const resource_type& type, const object_key& key, std::string body, std::string_view subresource) {
  return write_request("PATCH", query_of(type, key, subresource), "application/merge-patch+json", std::move(body));
}

request json_patch(const resource_type& type, const object_key& key, std::string body, std::string_view subresource) {
  return write_request("PATCH", query_of(type, key, subresource), "application/json-patch+json", std::move(body));
}

request patch_status(const resource_type& type, const object_key& key, std::string body) {
  return merge_patch(type, key, std::move(body), "status");
}

} // namespace k8s
