#include "k8s/kubeconfig.hpp"

#include "k8s/base64.hpp"

#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace k8s {

namespace {

/// Thrown inside this file only; its text becomes `problem`.
struct unusable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string quoted(const std::string& x) {
  return '"' + x + '"';
}

/// Returns a member that must be a string; empty if it is absent.
std::string text_of(const YAML::Node& map, const std::string& key) {
  if (!map.IsMap() || !map[key] || map[key].IsNull())
    return {};
  if (!map[key].IsScalar())
    throw unusable{key + " must be a string"};
  return map[key].Scalar();
}

bool flag_of(const YAML::Node& map, const std::string& key) {
  auto text = text_of(map, key);
  if (!text.empty() && text != "true" && text != "false")
    throw unusable{key + " must be true or false, not " + quoted(text)};
  return text == "true";
}

/// Returns the member `part` of the entry `name` in a list of named entries.
YAML::Node find_entry(const YAML::Node& root, const std::string& list, const std::string& name,
                      const std::string& part) {
  auto entries = root[list];
  if (entries && entries.IsSequence())
    for (const auto& entry : entries)
      if (text_of(entry, "name") == name)
        return entry[part] && entry[part].IsMap() ? entry[part] : YAML::Node{YAML::NodeType::Map};
  throw unusable{list + " has no entry named " + quoted(name)};
}

std::string resolve(const std::string& file, std::string_view directory) {
  if (file.empty() || file.front() == '/' || directory.empty())
    return file;
  std::string out{directory};
  return (out += directory.ends_with('/') ? "" : "/") += file;
}

/// Reads KEY-data (Base64) or KEY (a file name). The data takes precedence, as in kubectl.
inline_or_file data_of(const YAML::Node& map, const std::string& key, std::string_view directory) {
  auto data = text_of(map, key + "-data");
  if (data.empty())
    return {{}, resolve(text_of(map, key), directory)};
  auto decoded = decode_base64(data);
  if (!decoded)
    throw unusable{key + "-data must be Base64"};
  return {std::move(*decoded), {}};
}

void read_cluster(cluster_access& out, const YAML::Node& cluster, std::string_view directory) {
  out.server = text_of(cluster, "server");
  if (!out.server.starts_with("https://") && !out.server.starts_with("http://"))
    throw unusable{"server must start with https:// or http://, not " + quoted(out.server)};
  while (out.server.ends_with('/'))
    out.server.pop_back();
  out.certificate_authority = data_of(cluster, "certificate-authority", directory);
  out.insecure_skip_tls_verify = flag_of(cluster, "insecure-skip-tls-verify");
  out.tls_server_name = text_of(cluster, "tls-server-name");
  if (!text_of(cluster, "proxy-url").empty())
    throw unusable{"proxy-url is not supported: use a context without it"};
}

void refuse_plugins(const std::string& name, const YAML::Node& user) {
  for (std::string key : {"exec", "auth-provider"})
    if (user[key])
      throw unusable{"user " + quoted(name) + " uses " + key
                     + ", which is not supported: "
                       "use a ServiceAccount token (kubectl create token) or a client certificate"};
  if (!text_of(user, "username").empty())
    throw unusable{"user " + quoted(name)
                   + " uses a password, which Kubernetes no longer accepts: "
                     "use a token or a client certificate"};
}

void read_user(cluster_access& out, const YAML::Node& user, std::string_view directory) {
  out.client_certificate = data_of(user, "client-certificate", directory);
  out.client_key = data_of(user, "client-key", directory);
  if ((out.client_certificate == inline_or_file{}) != (out.client_key == inline_or_file{}))
    throw unusable{"client-certificate and client-key must be set together"};
  // tokenFile takes precedence over token, as in client-go, because the file can be renewed.
  out.token.file = resolve(text_of(user, "tokenFile"), directory);
  if (out.token.file.empty())
    out.token.text = text_of(user, "token");
}

cluster_access read_access(const YAML::Node& root, std::string_view context, std::string_view directory) {
  if (!root.IsMap())
    throw unusable{"not a kubeconfig: must be a map with clusters, users and contexts"};
  cluster_access out;
  out.context = context.empty() ? text_of(root, "current-context") : std::string{context};
  if (out.context.empty())
    throw unusable{"current-context is not set: set --context"};
  auto entry = find_entry(root, "contexts", out.context, "context");
  auto ns = text_of(entry, "namespace");
  out.namespace_ = ns.empty() ? "default" : ns;
  read_cluster(out, find_entry(root, "clusters", text_of(entry, "cluster"), "cluster"), directory);
  auto user_name = text_of(entry, "user");
  if (user_name.empty())
    return out;
  auto user = find_entry(root, "users", user_name, "user");
  refuse_plugins(user_name, user);
  read_user(out, user, directory);
  return out;
}

} // namespace

std::optional<cluster_access> parse_kubeconfig(std::string_view text, std::string_view context,
                                               std::string_view directory, std::string& problem) {
  try {
    return read_access(YAML::Load(std::string{text}), context, directory);
  } catch (const YAML::Exception& e) {
    problem = std::string{"not YAML: "} + e.what();
  } catch (const unusable& e) {
    problem = e.what();
  }
  return std::nullopt;
}

} // namespace k8s
