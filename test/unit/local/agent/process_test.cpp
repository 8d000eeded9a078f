#include "local/agent/process/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace local::agent;
using testing::HasSubstr;

class process_test : public testing::Test {
protected:
  process_test() {
    auto name = testing::TempDir() + "process_test.XXXXXX";
    folder = ::mkdtemp(name.data());
  }

  ~process_test() override { std::filesystem::remove_all(folder); }

  started_process start(std::vector<std::string> command, const environment& variables = {}) {
    launch_plan plan;
    plan.command = std::move(command);
    plan.variables = variables;
    plan.variables.try_emplace("PATH", "/usr/bin:/bin");
    return start_process(plan, folder + "/log");
  }

  static int wait_for(pid_t pid) {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
    auto end = look_at(pid);
    EXPECT_TRUE(end.ended);
    return end.code;
  }

  std::string log() {
    std::ifstream in{folder + "/log"};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  std::string folder;
};

TEST_F(process_test, runs_a_program_without_a_shell_and_keeps_its_output) {
  auto x = start({"sh", "-c", "echo $A '*'; echo trouble >&2; exit 3"}, {{"A", "value"}});
  ASSERT_GT(x.pid, 0) << x.problem;
  EXPECT_EQ(wait_for(x.pid), 3);
  EXPECT_EQ(log(), "value *\ntrouble\n");
}

TEST_F(process_test, arguments_are_not_expanded) {
  auto x = start({"echo", "$HOME", "*"});
  ASSERT_GT(x.pid, 0);
  EXPECT_EQ(wait_for(x.pid), 0);
  EXPECT_EQ(log(), "$HOME *\n");
}

TEST_F(process_test, a_missing_program_is_a_problem_and_no_process) {
  auto x = start({"/no/such/program"});
  EXPECT_EQ(x.pid, 0);
  EXPECT_THAT(x.problem, HasSubstr("/no/such/program"));
  EXPECT_THAT(x.problem, HasSubstr("No such file"));
}

TEST_F(process_test, a_living_process_has_not_ended) {
  auto x = start({"sleep", "1000"});
  ASSERT_GT(x.pid, 0);
  EXPECT_FALSE(look_at(x.pid).ended);
  EXPECT_EQ(::getpgid(x.pid), x.pid) << "it leads a group of its own";
  signal_group(x.pid, SIGTERM);
  EXPECT_EQ(wait_for(x.pid), 128 + SIGTERM);
}

TEST_F(process_test, a_killed_process_is_reaped) {
  auto x = start({"sleep", "1000"});
  ASSERT_GT(x.pid, 0);
  kill_and_reap(x.pid);
  EXPECT_EQ(::kill(x.pid, 0), -1);
}

TEST_F(process_test, prepares_folders_files_and_links) {
  launch_plan plan;
  plan.command = {"cat", folder + "/a/b/text", folder + "/a/link"};
  plan.variables = {{"PATH", "/usr/bin:/bin"}};
  plan.folders = {folder + "/a/b"};
  plan.files = {{folder + "/a/b/text", "one\n"}};
  plan.links = {{folder + "/a/link", folder + "/a/b/text"}};
  auto x = start_process(plan, folder + "/log");
  ASSERT_GT(x.pid, 0) << x.problem;
  EXPECT_EQ(wait_for(x.pid), 0);
  EXPECT_EQ(log(), "one\none\n");
}

TEST_F(process_test, a_missing_jar_is_told_by_name) {
  launch_plan plan;
  plan.command = {"true"};
  plan.links = {{folder + "/link", folder + "/missing.jar"}};
  EXPECT_THAT(start_process(plan, folder + "/log").problem, HasSubstr("missing.jar"));
}

TEST_F(process_test, a_file_is_replaced_whole) {
  EXPECT_EQ(replace_file(folder + "/log", "old text"), "");
  EXPECT_EQ(replace_file(folder + "/log", "new"), "");
  EXPECT_EQ(log(), "new");
  EXPECT_THAT(replace_file(folder + "/missing/file", "x"), HasSubstr("missing"));
}

} // namespace
