#include "local/server/kubeconfig.hpp"

#include "local/server/certificate.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace local::server {

std::string kubeconfig_text(const std::string& origin, const std::string& ca, const std::string& token) {
  return "apiVersion: v1\n"
         "kind: Config\n"
         "clusters:\n"
         "- name: flink-local\n"
         "  cluster:\n"
         "    server: "
       + origin + "\n    certificate-authority-data: " + to_base64(ca)
       + "\n"
         "users:\n"
         "- name: flink-local\n"
         "  user:\n"
         "    token: "
       + token
       + "\n"
         "contexts:\n"
         "- name: flink-local\n"
         "  context:\n"
         "    cluster: flink-local\n"
         "    user: flink-local\n"
         "    namespace: default\n"
         "current-context: flink-local\n";
}

std::string write_private_file(const std::string& path, const std::string& text) {
  auto half = path + ".new";
  auto fail = [&](const char* what) { return std::string{what} + " " + path + ": " + std::strerror(errno); };
  auto file = ::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return fail("cannot write");
  auto size = ::write(file, text.data(), text.size());
  auto complete = size == static_cast<ssize_t>(text.size());
  if (::close(file) != 0 || !complete)
    return fail("cannot write");
  return std::rename(half.c_str(), path.c_str()) == 0 ? std::string{} : fail("cannot rename to");
}

} // namespace local::server
