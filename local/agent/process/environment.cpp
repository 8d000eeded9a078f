#include "local/agent/process/environment.hpp"

#include <optional>

namespace local::agent {

namespace {

bool starts_name(char x) {
  return x == '_' || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z');
}

bool continues_name(char x) {
  return starts_name(x) || (x >= '0' && x <= '9');
}

/// Returns the NAME of a path such as `metadata.labels['NAME']`.
std::optional<std::string> subscript(std::string_view path, std::string_view map) {
  if (!path.starts_with(map) || !path.substr(map.size()).starts_with("['") || !path.ends_with("']"))
    return std::nullopt;
  return std::string{path.substr(map.size() + 2, path.size() - map.size() - 4)};
}

std::string entry(const std::map<std::string, std::string>& texts, const std::string& key) {
  auto i = texts.find(key);
  return i == texts.end() ? std::string{} : i->second;
}

std::optional<std::string> field(const pod& x, std::string_view path, const std::string& pod_ip,
                                 const std::string& host_ip) {
  if (path == "metadata.name")
    return x.name;
  if (path == "metadata.namespace")
    return x.ns;
  if (path == "metadata.uid")
    return x.uid;
  if (path == "spec.nodeName")
    return x.node;
  if (path == "spec.serviceAccountName")
    return x.service_account;
  if (path == "status.podIP" || path == "status.podIPs")
    return pod_ip;
  if (path == "status.hostIP" || path == "status.hostIPs")
    return host_ip;
  if (auto key = subscript(path, "metadata.labels"))
    return entry(x.labels, *key);
  if (auto key = subscript(path, "metadata.annotations"))
    return entry(x.annotations, *key);
  return std::nullopt;
}

/// Replaces `$(NAME)` by variables that came before; `$$` is a dollar sign, unknown references stay.
std::string expand(std::string_view text, const environment& known) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto next = i + 1 < text.size() ? text[i + 1] : '\0';
    auto close = next == '(' ? text.find(')', i) : std::string_view::npos;
    if (text[i] != '$' || (next != '$' && close == std::string_view::npos)) {
      out += text[i];
    } else if (next == '$') {
      out += '$';
      ++i;
    } else {
      auto reference = text.substr(i, close - i + 1);
      auto found = known.find(std::string{reference.substr(2, reference.size() - 3)});
      out += found == known.end() ? reference : std::string_view{found->second};
      i = close;
    }
  }
  return out;
}

} // namespace

resolved_environment resolve_environment(const pod& owner, const container_spec& x, const std::string& pod_ip,
                                         const std::string& host_ip) {
  resolved_environment out;
  if (!x.foreign_env.empty())
    out.problem = "container " + x.name + " uses envFrom, which this node cannot read";
  for (auto& variable : x.env) {
    if (!variable.foreign.empty()) {
      out.problem = "variable " + variable.name + " uses " + variable.foreign + ", which this node cannot read";
    } else if (variable.field.empty()) {
      out.variables.insert_or_assign(variable.name, expand(variable.value, out.variables));
    } else if (auto value = field(owner, variable.field, pod_ip, host_ip)) {
      out.variables.insert_or_assign(variable.name, std::move(*value));
    } else {
      out.problem = "variable " + variable.name + " refers to unsupported field " + variable.field;
    }
  }
  return out;
}

std::string substitute(std::string_view text, const environment& variables) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto begin = i + 1;
    bool braces = text[i] == '$' && begin < text.size() && text[begin] == '{';
    begin += braces ? 1 : 0;
    auto end = begin;
    if (text[i] == '$' && begin < text.size() && starts_name(text[begin]))
      while (end < text.size() && continues_name(text[end]))
        ++end;
    if (end == begin || (braces && (end == text.size() || text[end] != '}'))) {
      out += text[i];
      continue;
    }
    auto found = variables.find(std::string{text.substr(begin, end - begin)});
    if (found != variables.end())
      out += found->second;
    i = braces ? end : end - 1;
  }
  return out;
}

} // namespace local::agent
