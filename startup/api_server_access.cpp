#include "startup/api_server_access.hpp"

#include "k8s/kubeconfig.hpp"
#include "net/credentials.hpp"

#include <cstdlib>
#include <memory>

namespace startup {

namespace {

std::string environment(const char* name) {
  auto* value = std::getenv(name);
  return value ? value : "";
}

bool load(const k8s::inline_or_file& from, std::string& to, std::string& problem) {
  if (from.file.empty()) {
    to = from.text;
    return true;
  }
  auto text = net::read_file(from.file, problem);
  if (text)
    to = *text;
  return text.has_value();
}

std::function<std::string(bool)> authorization_of(const k8s::inline_or_file& token) {
  if (!token.file.empty())
    return [source = std::make_shared<net::token_file>(token.file)](bool rejected) { return (*source)(rejected); };
  if (!token.text.empty())
    return [value = "Bearer " + token.text](bool) { return value; };
  return nullptr;
}

std::optional<api_server> from_kubeconfig(const std::string& path, const std::string& context, std::string& problem) {
  auto text = net::read_file(path, problem);
  if (!text) {
    problem = "kubeconfig " + problem;
    return std::nullopt;
  }
  auto slash = path.rfind('/');
  auto access
      = k8s::parse_kubeconfig(*text, context, slash == std::string::npos ? "." : path.substr(0, slash), problem);
  if (!access) {
    problem = "kubeconfig " + path + ": " + problem;
    return std::nullopt;
  }
  api_server out{.origin = access->server};
  auto& tls = out.how.tls;
  tls.server_name = access->tls_server_name;
  tls.insecure_skip_verify = access->insecure_skip_tls_verify;
  bool read = load(access->certificate_authority, tls.ca, problem)
           && load(access->client_certificate, tls.certificate, problem)
           && load(access->client_key, tls.private_key, problem);
  if (!read) {
    problem = "kubeconfig " + path + ": " + problem;
    return std::nullopt;
  }
  out.how.authorization = authorization_of(access->token);
  return out;
}

std::optional<api_server> from_pod(std::string& problem) {
  auto pod = net::read_in_cluster(environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"),
                                  net::service_account_directory, problem);
  if (!pod)
    return std::nullopt;
  api_server out{.origin = pod->origin, .in_cluster = true, .pod_namespace = pod->ns};
  out.how.tls.ca = pod->ca;
  out.how.authorization = authorization_of({.file = pod->token_path});
  return out;
}

} // namespace

std::optional<api_server> find_api_server(const std::string& kubeconfig, const std::string& context,
                                          std::string& problem) {
  if (!kubeconfig.empty())
    return from_kubeconfig(kubeconfig, context, problem);
  if (auto path = environment("KUBECONFIG"); !path.empty())
    return from_kubeconfig(path, context, problem);
  if (!environment("KUBERNETES_SERVICE_HOST").empty())
    return from_pod(problem);
  auto home = environment("HOME");
  if (auto found = from_kubeconfig(home + "/.kube/config", context, problem))
    return found;
  problem = "the operator found no API server: set --kubeconfig or KUBECONFIG, or run the operator in a pod (" + problem
          + ")";
  return std::nullopt;
}

} // namespace startup
