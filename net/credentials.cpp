#include "net/credentials.hpp"

#include "net/origin.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace net {

namespace {

constexpr std::size_t largest_file = 1024 * 1024;

std::string trim(std::string x) {
  constexpr auto space = " \t\r\n";
  x.erase(x.find_last_not_of(space) + 1);
  x.erase(0, x.find_first_not_of(space));
  return x;
}

std::nullopt_t refuse(std::string& problem, const std::string& path, std::string_view why) {
  problem = path + ": " + std::string{why};
  return std::nullopt;
}

/// Returns the trimmed content, which must be one line.
std::optional<std::string> read_word(const std::string& path, std::string& problem) {
  auto content = read_file(path, problem);
  if (!content)
    return {};
  auto out = trim(std::move(*content));
  if (out.empty())
    return refuse(problem, path, "must not be empty");
  if (!is_plain(out))
    return refuse(problem, path, "must not contain control characters");
  return out;
}

} // namespace

std::optional<std::string> read_file(const std::string& path, std::string& problem) {
  problem.clear();
  std::error_code ec;
  auto status = std::filesystem::status(path, ec);
  if (ec)
    return refuse(problem, path, ec.message());
  // Reading a pipe or a terminal could block, and this may be the io thread.
  if (!std::filesystem::is_regular_file(status))
    return refuse(problem, path, "must be a regular file");
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return refuse(problem, path, std::strerror(errno));
  std::string out(largest_file + 1, '\0');
  file.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (file.bad())
    return refuse(problem, path, "cannot be read");
  out.resize(static_cast<std::size_t>(file.gcount()));
  if (out.size() > largest_file)
    return refuse(problem, path, "must not be larger than 1 MiB");
  return out;
}

token_file::token_file(std::string path, std::function<clock::time_point()> now)
    : path_{std::move(path)}, now_{std::move(now)} {}

std::string token_file::operator()(bool rejected) {
  if (rejected || !read_at_ || now_() - *read_at_ >= max_age)
    read();
  return value_;
}

void token_file::read() {
  read_at_ = now_();
  if (auto token = read_word(path_, error_))
    value_ = "Bearer " + *token;
}

std::optional<in_cluster_credentials> read_in_cluster(const std::string& host, const std::string& port,
                                                      const std::string& directory, std::string& problem) {
  if (host.empty() || port.empty()) {
    problem = "not in a pod: KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT is not set";
    return {};
  }
  in_cluster_credentials out;
  auto is_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  out.origin = "https://" + (is_ipv6 ? '[' + host + ']' : host) + ':' + port;
  if (!parse_origin(out.origin)) {
    problem = "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not a valid address: " + out.origin;
    return {};
  }
  out.token_path = directory + "/token";
  if (!read_word(out.token_path, problem))
    return {};
  auto ca = read_file(directory + "/ca.crt", problem);
  if (!ca)
    return {};
  auto ns = read_word(directory + "/namespace", problem);
  if (!ns)
    return {};
  out.ca = std::move(*ca);
  out.ns = std::move(*ns);
  return out;
}

} // namespace net
