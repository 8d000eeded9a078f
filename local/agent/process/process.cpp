#include "local/agent/process/process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace local::agent {

namespace {

namespace fs = std::filesystem;

std::string prepare(const launch_plan& plan) {
  std::error_code error;
  for (auto& folder : plan.folders)
    if (fs::create_directories(folder, error); error)
      return "mkdir " + folder + ": " + error.message();
  for (auto& [path, text] : plan.files)
    if (auto problem = replace_file(path, text); !problem.empty())
      return problem;
  for (auto& [path, target] : plan.links) {
    if (!fs::exists(target, error))
      return "the image holds " + target + ", which does not exist on this machine";
    fs::remove(path, error);
    if (fs::create_symlink(fs::absolute(target), path, error); error)
      return "link " + path + ": " + error.message();
  }
  return {};
}

/// Pointers to texts for the exec family, ended by a null pointer.
class pointers {
public:
  explicit pointers(std::vector<std::string> texts) : texts_{std::move(texts)} {
    for (auto& x : texts_)
      pointers_.push_back(x.data());
    pointers_.push_back(nullptr);
  }

  char** data() { return pointers_.data(); }

private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

std::vector<std::string> assignments(const environment& x) {
  std::vector<std::string> out;
  for (auto& [name, value] : x)
    out.push_back(name + "=" + value);
  return out;
}

/// The child's side of a fork; only functions that are safe in a copy of a threaded process. Does not return.
[[noreturn]] void become(char** arguments, char** variables, int log, int report, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  // The parent may have died before the death signal was set.
  if (::getppid() == parent)
    ::execvpe(arguments[0], arguments, variables);
  int error = errno;
  [[maybe_unused]] auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

/// Waits until the child has become the program (the pipe closes) or has reported why it failed.
int read_exec_error(int pipe) {
  int error = 0;
  ssize_t got = 0;
  do
    got = ::read(pipe, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

int to_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

started_process start_process(const launch_plan& plan, const std::string& log) {
  if (auto problem = prepare(plan); !problem.empty())
    return {0, problem};
  pointers arguments{plan.command}, variables{assignments(plan.variables)};
  int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0)
    return {0, "open " + log + ": " + std::strerror(errno)};
  std::array<int, 2> report{};
  if (::pipe2(report.data(), O_CLOEXEC) != 0) {
    ::close(log_fd);
    return {0, std::string{"pipe: "} + std::strerror(errno)};
  }
  auto parent = ::getpid();
  auto pid = ::fork();
  if (pid == 0)
    become(arguments.data(), variables.data(), log_fd, report[1], parent);
  int error = pid < 0 ? errno : 0;
  ::close(log_fd);
  ::close(report[1]);
  if (pid > 0)
    error = read_exec_error(report[0]);
  ::close(report[0]);
  if (error == 0)
    return {pid, {}};
  if (pid > 0)
    ::waitpid(pid, nullptr, 0);
  return {0, "exec: \"" + plan.command[0] + "\": " + std::strerror(error)};
}

process_end look_at(pid_t pid) {
  int status = 0;
  auto got = ::waitpid(pid, &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR))
    return {};
  if (got < 0)
    return {true, 255};
  return {true, to_code(status)};
}

void signal_group(pid_t pid, int signal) {
  if (pid > 0)
    ::kill(-pid, signal);
}

void kill_and_reap(pid_t pid) {
  if (pid <= 0)
    return;
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR)
    ;
}

std::string replace_file(const std::string& path, const std::string& text) {
  auto draft = path + ".new";
  {
    std::ofstream out{draft, std::ios::trunc};
    out << text;
    if (!out.flush())
      return "write " + draft + ": " + std::strerror(errno);
  }
  std::error_code error;
  fs::rename(draft, path, error);
  return error ? "rename " + draft + ": " + error.message() : std::string{};
}

} // namespace local::agent
