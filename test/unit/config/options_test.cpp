#include "config/duration.hpp"
#include "config/log/log.hpp"
#include "config/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace config {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A file that goes with the test.
struct temporary_file {
  std::string path = testing::TempDir() + "options-" + std::to_string(::getpid()) + ".yaml";
  explicit temporary_file(const std::string& text) { std::ofstream{path} << text; }
  ~temporary_file() { std::remove(path.c_str()); }
};

/// A variable that goes with the test.
struct variable {
  const char* name;
  variable(const char* n, const char* value) : name{n} { ::setenv(n, value, 1); }
  ~variable() { ::unsetenv(name); }
};

TEST(options, have_defaults_that_need_nothing) {
  auto x = parse_options({});
  EXPECT_FALSE(x.exit_code.has_value()) << x.text;
  EXPECT_EQ(x.options.metrics_bind_address, ":8080");
  EXPECT_EQ(x.options.introspection_bind_address, "127.0.0.1:8082");
}

TEST(options, a_flag_wins_over_the_environment_and_that_over_the_file) {
  temporary_file file{"namespace: from-file\nlog-level: error\nthreads: 4\n"};
  variable ns{"FLINK_OPERATOR_NAMESPACE", "from-environment"};
  variable level{"FLINK_OPERATOR_LOG_LEVEL", "debug"};
  auto x = parse_options({"--config", file.path, "--namespace=from-flag"});
  ASSERT_FALSE(x.exit_code.has_value()) << x.text;
  EXPECT_EQ(x.options.ns, "from-flag");
  EXPECT_EQ(x.options.log_level, log::level::debug);
  EXPECT_EQ(x.options.threads, 4u);
}

TEST(options, the_version_is_not_read_from_the_environment) {
  variable v{"FLINK_OPERATOR_VERSION", "1"};
  EXPECT_FALSE(parse_options({}).exit_code.has_value());
}

TEST(options, help_names_every_option_and_ends_well) {
  auto x = parse_options({"--help"});
  EXPECT_EQ(x.exit_code, 0);
  for (auto* name :
       {"--kubeconfig", "--namespace", "--metrics-bind-address", "--health-probe-bind-address", "--jobmanager-url"})
    EXPECT_THAT(x.text, HasSubstr(name));
}

TEST(options, help_fits_a_terminal_and_shows_nothing_of_the_program_inside) {
  auto text = parse_options({"--help"}).text;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 100u) << line;
  for (auto* part : {"ENUM", "TEXT", "UINT", "Env:", "->"})
    EXPECT_THAT(text, testing::Not(HasSubstr(part)));
}

TEST(options, the_election_has_the_defaults_of_others) {
  auto x = parse_options({}).options.leader_election;
  EXPECT_EQ(x.elect, std::nullopt);
  EXPECT_EQ(x.id, "flink-operator");
  EXPECT_EQ(x.lease_duration, 15s);
  EXPECT_EQ(x.renew_deadline, 10s);
  EXPECT_EQ(x.retry_period, 2s);
}

TEST(options, leader_elect_is_a_flag_that_can_be_denied) {
  EXPECT_EQ(parse_options({"--leader-elect"}).options.leader_election.elect, true);
  EXPECT_EQ(parse_options({"--leader-elect=true"}).options.leader_election.elect, true);
  EXPECT_EQ(parse_options({"--leader-elect=false"}).options.leader_election.elect, false);
  EXPECT_EQ(parse_options({"--leader-elect", "--namespace", "ns"}).options.ns, "ns");
}

TEST(options, the_election_is_set_by_environment_and_file_too) {
  temporary_file file{"leader-elect: false\nleader-election-id: mine\nleader-election-lease-duration: 1m\n"};
  variable deadline{"FLINK_OPERATOR_LEADER_ELECTION_RENEW_DEADLINE", "40s"};
  variable ns{"FLINK_OPERATOR_LEADER_ELECTION_NAMESPACE", "ops"};
  auto x = parse_options({"--config", file.path, "--leader-election-retry-period=1500ms"});
  ASSERT_FALSE(x.exit_code.has_value()) << x.text;
  auto& e = x.options.leader_election;
  EXPECT_EQ(e.elect, false);
  EXPECT_EQ(e.id, "mine");
  EXPECT_EQ(e.ns, "ops");
  EXPECT_EQ(e.lease_duration, 60s);
  EXPECT_EQ(e.renew_deadline, 40s);
  EXPECT_EQ(e.retry_period, 1500ms);
  variable elect{"FLINK_OPERATOR_LEADER_ELECT", "true"};
  EXPECT_EQ(parse_options({"--config", file.path}).options.leader_election.elect, true);
}

TEST(duration, is_read_as_go_writes_it) {
  EXPECT_EQ(parse_duration("15s"), 15s);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("1h0m0s"), 1h);
  for (auto* text : {"", "15", "s", "0s", "-1s", "1.5s", "1s ", "1d", "99999999999h", "1 s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(duration, is_written_so_that_it_can_be_read) {
  for (auto x : {15'000ms, 1500ms, 90'000ms, 1ms})
    EXPECT_EQ(parse_duration(format_duration(x)), x);
}

struct refusal {
  const char* name;
  std::vector<std::string> arguments;
  const char* words;
  friend void PrintTo(const refusal& x, std::ostream* out) { *out << x.name; }
};

const refusal refusals[] = {
    {"an unknown option", {"--nonsense"}, "nonsense"},
    {"a word too many", {"serve"}, "serve"},
    {"an unknown log level", {"--log-level=loud"}, "loud"},
    {"an unknown log format", {"--log-format=xml"}, "xml"},
    {"an address without a port", {"--metrics-bind-address=localhost"}, "HOST:PORT"},
    {"a port beyond all ports", {"--metrics-bind-address=:70000"}, "70000"},
    {"no thread at all", {"--threads=0"}, "0"},
    {"a number that is none", {"--threads=two"}, "two"},
    {"a log level by its number", {"--log-level=3"}, "debug, info, warning, error"},
    {"a namespace that cannot be one", {"--namespace=Team_A"}, "Team_A"},
    {"the same name for all containers", {"--container-name-format=flink"}, "%s"},
    {"an election that is neither yes nor no", {"--leader-elect=maybe"}, "--leader-elect"},
    {"a duration without a unit", {"--leader-election-lease-duration=15"}, "--leader-election-lease-duration"},
    {"a lease of half a second more", {"--leader-election-lease-duration=15500ms"}, "--leader-election-lease-duration"},
    {"a deadline as long as the lease", {"--leader-election-renew-deadline=15s"}, "--leader-election-renew-deadline"},
    {"a lease as short as the deadline", {"--leader-election-lease-duration=10s"}, "--leader-election-renew-deadline"},
    {"a period that leaves no second try", {"--leader-election-retry-period=9s"}, "--leader-election-retry-period"},
    {"a lease without a name", {"--leader-election-id="}, "--leader-election-id"},
    {"a file that is not there", {"--config=/nowhere.yaml"}, "/nowhere.yaml"},
};

class refused : public testing::TestWithParam<refusal> {};

TEST_P(refused, ends_the_start_in_one_sentence) {
  auto x = parse_options(GetParam().arguments);
  EXPECT_EQ(x.exit_code, 2);
  EXPECT_THAT(x.text, HasSubstr(GetParam().words));
  EXPECT_EQ(std::count(x.text.begin(), x.text.end(), '\n'), 1);
}

INSTANTIATE_TEST_SUITE_P(options, refused, testing::ValuesIn(refusals));

TEST(options, an_unknown_name_in_the_file_is_refused) {
  temporary_file file{"nonsense: 1\n"};
  auto x = parse_options({"--config", file.path});
  EXPECT_EQ(x.exit_code, 2);
  EXPECT_THAT(x.text, HasSubstr("nonsense"));
}

TEST(bind_address, reads_host_and_port) {
  std::string problem;
  EXPECT_EQ(parse_bind_address(":8080", problem), (bind_address{"0.0.0.0", 8080}));
  EXPECT_EQ(parse_bind_address("127.0.0.1:0", problem), (bind_address{"127.0.0.1", 0}));
  EXPECT_EQ(parse_bind_address("[::1]:81", problem), (bind_address{"::1", 81}));
  EXPECT_FALSE(parse_bind_address("0", problem).has_value());
  EXPECT_FALSE(parse_bind_address("host:", problem).has_value());
}

TEST(log_line, is_one_line_whatever_it_is_given) {
  auto text = log::render(log::format::text, log::level::info, "decided", "ns/app", "a\nb",
                          {{"phase", "Running"}, {"actions", ""}});
  EXPECT_EQ(text, "decided ns/app: a b phase=Running");
  auto json = log::render(log::format::json, log::level::info, "decided", "ns/app", "a\"b\n", {{"phase", "x y"}});
  EXPECT_EQ(json, R"("event":"decided","application":"ns/app","message":"a\"b\n","phase":"x y"})");
}

} // namespace
} // namespace config
