#include "flink/rest/requests.hpp"
#include "local/model/flink/cluster.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

namespace local::simulated {
namespace {

namespace json = boost::json;
namespace rest = flink::rest;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ValuesIn;

const moment birth{seconds{1'700'000'000}};

/// A cluster whose clock is turned by the test.
struct bench {
  explicit bench(cluster_options options = {}) : cluster{std::move(options), durable} {}

  /// A cluster that is up, with one TaskManager of four slots.
  static cluster_options usual() { return {.restart_delay = milliseconds{200}, .jars = {{"cases.jar", test_jar()}}}; }

  bench& up() {
    cluster.start(now);
    cluster.add_task_manager("tm-1", 4, now);
    pass(seconds{4});
    return *this;
  }

  void pass(milliseconds x) {
    now += x;
    cluster.step(now);
  }

  /// Asks and waits, at most for a minute.
  std::optional<answer> ask(const rest::request& x) {
    std::optional<answer> out;
    auto answered = false;
    cluster.handle({x.method, x.path, x.body}, now, [&](std::optional<answer> y) {
      out = std::move(y);
      answered = true;
    });
    for (auto i = 0; i < 6000 && !answered; ++i)
      pass(milliseconds{10});
    return out;
  }

  template <class T>
  T expect(rest::result<T> (*decode)(int, std::string_view), const rest::request& x) {
    auto got = ask(x);
    if (!got)
      throw std::runtime_error{"no answer"};
    auto out = decode(got->status, got->body);
    if (auto failed = std::get_if<flink::failure>(&out))
      throw std::runtime_error{failed->message};
    return std::get<T>(std::move(out));
  }

  flink::failure expect_failure(const rest::request& x) {
    auto got = ask(x);
    return got ? flink::classify_flink(got->status, got->body) : flink::failure{};
  }

  void run(std::string id, std::vector<std::string> arguments = {}, std::string savepoint = "") {
    expect(rest::decode_run, rest::run({.jar_name = "cases.jar",
                                        .job_id = flink::job_id{std::move(id)},
                                        .program_args_list = std::move(arguments),
                                        .savepoint_path = std::move(savepoint)}));
  }

  job_state state_of(const std::string& id) { return cluster.jobs().at(id).state; }

  storage durable;
  moment now = birth;
  flink_cluster cluster;
};

std::string id(int n) {
  auto digits = std::to_string(n);
  return std::string(32 - digits.size(), '0') + digits;
}

flink::job_id job_number(int n) {
  return flink::job_id{id(n)};
}

flink::trigger_id trigger_number(int n) {
  return flink::trigger_id{id(n)};
}

// -- the cases that real JobManagers pass too (flink_cases/run.py) -------------------------------------

/// The rules are those of flink_cases/run.py.
bool matches(const json::value& expected, const json::value& got) {
  if (auto object = expected.if_object())
    return got.is_object() && std::all_of(object->begin(), object->end(), [&](auto& x) {
             auto p = got.as_object().if_contains(x.key());
             return p != nullptr && matches(x.value(), *p);
           });
  if (auto list = expected.if_array())
    return got.is_array() && std::all_of(list->begin(), list->end(), [&](auto& x) {
             return std::any_of(got.as_array().begin(), got.as_array().end(), [&](auto& y) { return matches(x, y); });
           });
  auto text = expected.is_string() ? std::string{expected.as_string()} : std::string{};
  if (text == "*")
    return !got.is_null();
  if (text.starts_with('~'))
    return got.is_string() && std::string_view{got.as_string()}.find(text.substr(1)) != std::string_view::npos;
  return expected == got;
}

using dictionary = std::map<std::string, std::string>;

json::value fill(const json::value& x, const dictionary& names) {
  auto text = json::serialize(x);
  for (auto& [name, value] : names)
    for (auto mark = "{" + name + "}"; text.find(mark) != std::string::npos;)
      text.replace(text.find(mark), mark.size(), value);
  return json::parse(text);
}

json::array load_cases() {
  std::ifstream in{std::string{SOURCE_DIR} + "/test/unit/local/flink_cases/cases.json"};
  return json::parse(std::string{std::istreambuf_iterator<char>{in}, {}}).as_array();
}

class flink_case : public testing::TestWithParam<json::value> {
protected:
  void follow(const json::value& template_step) {
    const auto step = fill(template_step, names_).as_object();
    auto body = step.if_contains("body");
    rest::request question{.method = std::string{step.at("method").as_string()},
                           .path = std::string{step.at("path").as_string()},
                           .body = body == nullptr ? "" : json::serialize(*body)};
    auto says = step.contains("says") ? step.at("says") : json::value(json::object{});
    auto patience = step.contains("until") ? 600 : 0;
    for (auto tries = 0;; ++tries) {
      auto got = bench_.ask(question);
      ASSERT_TRUE(got) << step;
      auto value = json::parse(got->body);
      if (got->status == step.at("status").as_int64() && matches(says, value))
        return keep(step, value);
      ASSERT_LT(tries, patience) << step << "\ngot " << got->status << ' ' << got->body;
      bench_.pass(milliseconds{50});
    }
  }

  void keep(const json::object& step, const json::value& got) {
    auto kept = step.if_contains("keep");
    if (kept == nullptr)
      return;
    for (auto& x : kept->as_object()) {
      auto at = &got;
      for (auto& key : x.value().as_array())
        at = &at->as_object().at(key.as_string());
      names_[std::string{x.key()}] = std::string{at->as_string()};
    }
  }

  static cluster_options strict() {
    auto out = bench::usual();
    out.adaptive = GetParam().as_object().contains("scheduler");
    out.cooldown = out.stabilization = seconds{1};
    out.refresh_interval = milliseconds{100};
    out.restart_delay.reset();
    return out;
  }

  bench bench_{strict()};
  dictionary names_{{"job", id(1)},     {"job2", id(2)},     {"job3", id(3)},     {"nobody", id(4)},
                    {"trigger", id(5)}, {"trigger2", id(6)}, {"jar", "cases.jar"}};
};

TEST_P(flink_case, holds) {
  bench_.up();
  for (auto& step : GetParam().at("steps").as_array()) {
    follow(step);
    if (HasFatalFailure())
      return;
  }
}

INSTANTIATE_TEST_SUITE_P(model, flink_case, ValuesIn(load_cases()), [](auto& x) {
  std::string out;
  for (auto c : std::string_view{x.param.at("case").as_string()})
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return out;
});

// -- processes ----------------------------------------------------------------------------------------

TEST(flink_model, refuses_connections_until_the_job_manager_is_up) {
  bench x{bench::usual()};
  EXPECT_FALSE(x.ask(rest::get_overview()));
  x.cluster.start(x.now);
  EXPECT_FALSE(x.ask(rest::get_overview()));
  x.pass(x.cluster.options().job_manager_start);
  EXPECT_EQ(x.expect(rest::decode_overview, rest::get_overview()).slots_total, 0);
}

TEST(flink_model, registers_task_managers_after_a_while) {
  bench x{bench::usual()};
  x.up();
  x.cluster.add_task_manager("tm-2", 2, x.now);
  EXPECT_EQ(x.expect(rest::decode_overview, rest::get_overview()).slots_total, 4);
  x.pass(x.cluster.options().task_manager_start);
  EXPECT_EQ(x.expect(rest::decode_overview, rest::get_overview()).slots_total, 6);
  EXPECT_EQ(x.expect(rest::decode_task_managers, rest::get_task_managers()).size(), 2u);
}

TEST(flink_model, forgets_everything_with_the_job_manager) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.cluster.kill(x.now);
  EXPECT_FALSE(x.ask(rest::get_jobs()));
  x.cluster.start(x.now);
  x.pass(seconds{4});
  EXPECT_THAT(x.expect(rest::decode_jobs, rest::get_jobs()), IsEmpty());
  x.run(id(1));
}

TEST(flink_model, keeps_running_jobs_over_a_restart_with_high_availability) {
  auto options = bench::usual();
  options.high_availability = true;
  bench x{options};
  x.up().run(id(1));
  x.run(id(2), {"bounded"});
  x.pass(seconds{3});
  auto before = position_at(x.cluster.jobs().at(id(1)), x.now);
  x.cluster.kill(x.now);
  x.cluster.start(x.now);
  x.pass(seconds{4});
  EXPECT_THAT(x.expect(rest::decode_jobs, rest::get_jobs()),
              ElementsAre(rest::job_summary{.id = job_number(1), .state = job_state::running}));
  EXPECT_GT(position_at(x.cluster.jobs().at(id(1)), x.now), before / 2);
  EXPECT_EQ(x.expect_failure(rest::run({.jar_name = "cases.jar", .job_id = job_number(2)})).kind,
            flink::failure_class::duplicate);
}

TEST(flink_model, answers_nothing_while_hung_and_everything_afterwards) {
  bench x{bench::usual()};
  x.up();
  x.cluster.faults.hung = true;
  std::optional<answer> got;
  x.cluster.handle({"GET", "/overview", ""}, x.now, [&](auto y) { got = std::move(y); });
  x.pass(minutes{1});
  EXPECT_FALSE(got);
  x.cluster.faults.hung = false;
  x.pass(milliseconds{1});
  EXPECT_TRUE(got);
}

TEST(flink_model, breaks_the_connections_of_a_killed_job_manager) {
  bench x{bench::usual()};
  x.up();
  auto broken = 0;
  auto count = [&](const std::optional<answer>& y) { broken += y ? 0 : 1; };
  auto slow = rest::run({.jar_name = "cases.jar", .job_id = job_number(1), .program_args_list = {"slow", "5000"}});
  x.cluster.handle({slow.method, slow.path, slow.body}, x.now, count);
  x.cluster.faults.hung = true;
  x.cluster.handle({"GET", "/overview", ""}, x.now, count);
  x.cluster.kill(x.now);
  EXPECT_EQ(broken, 2);
}

TEST(flink_model, starts_the_job_of_a_slow_main_although_nobody_waits) {
  bench x{bench::usual()};
  x.up();
  auto slow = rest::run({.jar_name = "cases.jar", .job_id = job_number(1), .program_args_list = {"slow", "20000"}});
  x.cluster.handle({slow.method, slow.path, slow.body}, x.now, [](auto) {});
  x.pass(seconds{19});
  EXPECT_EQ(x.expect_failure(rest::get_job(job_number(1))).kind, flink::failure_class::gone);
  x.pass(seconds{2});
  EXPECT_EQ(x.expect(rest::decode_job, rest::get_job(job_number(1))).state, job_state::running);
}

// -- jobs -----------------------------------------------------------------------------------------------

TEST(flink_model, shows_an_old_picture_of_a_job_for_a_while) {
  bench x{bench::usual()};
  x.up().run(id(1));
  EXPECT_FALSE(all_tasks_running(x.expect(rest::decode_job, rest::get_job(job_number(1)))));
  x.pass(seconds{1});
  EXPECT_FALSE(all_tasks_running(x.expect(rest::decode_job, rest::get_job(job_number(1)))));
  x.pass(x.cluster.options().refresh_interval);
  EXPECT_TRUE(all_tasks_running(x.expect(rest::decode_job, rest::get_job(job_number(1)))));
}

TEST(flink_model, restarts_a_job_from_its_newest_checkpoint) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{5});
  auto taken = x.durable.find(newest(x.cluster.jobs().at(id(1)), false)->path)->position;
  x.cluster.fail_tasks(id(1), x.now);
  EXPECT_EQ(x.state_of(id(1)), job_state::restarting);
  x.pass(milliseconds{310});
  EXPECT_EQ(x.state_of(id(1)), job_state::running);
  EXPECT_NEAR(static_cast<double>(position_at(x.cluster.jobs().at(id(1)), x.now)), static_cast<double>(taken), 10);
}

TEST(flink_model, a_job_whose_state_somebody_has_deleted_fails_for_good) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{5});
  x.durable.erase(newest(x.cluster.jobs().at(id(1)), false)->path);
  x.cluster.fail_tasks(id(1), x.now);
  x.pass(milliseconds{310});
  EXPECT_EQ(x.state_of(id(1)), job_state::failed);
}

TEST(flink_model, restarts_jobs_of_a_lost_task_manager_once_there_are_slots) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  x.cluster.remove_task_manager("tm-1", x.now);
  x.pass(seconds{10});
  EXPECT_EQ(x.cluster.jobs().at(id(1)).tasks, task_state::scheduled);
  x.cluster.add_task_manager("tm-2", 1, x.now);
  x.pass(seconds{3});
  EXPECT_EQ(x.cluster.jobs().at(id(1)).tasks, task_state::running);
}

TEST(flink_model, restarts_a_poisoned_job_over_and_over) {
  bench x{bench::usual()};
  x.up().run(id(1), {"fails"});
  x.pass(seconds{5});
  EXPECT_GT(x.cluster.jobs().at(id(1)).restarts, 5);
}

TEST(flink_model, forgets_ended_jobs_and_refuses_their_ids_all_the_same) {
  bench x{bench::usual()};
  x.up().run(id(1), {"bounded"});
  x.pass(seconds{1});
  EXPECT_EQ(x.state_of(id(1)), job_state::finished);
  x.pass(x.cluster.options().job_life);
  EXPECT_EQ(x.expect_failure(rest::get_job(job_number(1))).kind, flink::failure_class::gone);
  EXPECT_EQ(x.expect_failure(rest::run({.jar_name = "cases.jar", .job_id = job_number(1)})).kind,
            flink::failure_class::duplicate);
}

cluster_options adaptive() {
  auto options = bench::usual();
  options.adaptive = true;
  return options;
}

TEST(flink_model, lets_a_job_cool_down_before_it_is_rescaled) {
  bench x{adaptive()};
  x.up().run(id(1));
  x.pass(seconds{5});
  auto& job = x.cluster.jobs().at(id(1));
  rest::requirements more;
  for (auto vertex : vertex_ids)
    more[std::string{vertex}] = {.lower = 1, .upper = 3};
  x.expect(rest::decode_done, rest::put_requirements(job_number(1), more));
  x.pass(seconds{20});
  EXPECT_EQ(job.parallelism, 1);
  auto before = position_at(job, x.now);
  x.pass(seconds{10});
  EXPECT_EQ(job.parallelism, 3);
  EXPECT_EQ(job.tasks, task_state::running);
  EXPECT_GT(position_at(job, x.now), before);
  EXPECT_EQ(job.restarts, 0);
}

TEST(flink_model, gives_an_adaptive_job_the_slots_that_come_and_takes_those_that_go) {
  bench x{adaptive()};
  x.up();
  x.expect(rest::decode_run, rest::run({.jar_name = "cases.jar", .job_id = job_number(1), .parallelism = 6}));
  auto& job = x.cluster.jobs().at(id(1));
  EXPECT_EQ(job.state, job_state::created) << "it waits for more slots, for a while";
  x.pass(seconds{11});
  EXPECT_EQ(job.parallelism, 4);
  x.cluster.add_task_manager("tm-2", 4, x.now);
  x.pass(seconds{40});
  EXPECT_EQ(job.parallelism, 6);
  x.cluster.remove_task_manager("tm-2", x.now);
  x.pass(seconds{20});
  EXPECT_EQ(job.parallelism, 4);
  EXPECT_EQ(job.state, job_state::running);
  x.cluster.remove_task_manager("tm-1", x.now);
  x.pass(seconds{20});
  EXPECT_EQ(job.state, job_state::created);
}

// -- state ------------------------------------------------------------------------------------------------

TEST(flink_model, keeps_as_many_checkpoints_as_told) {
  auto options = bench::usual();
  options.retained = 3;
  bench x{options};
  x.up().run(id(1));
  x.pass(seconds{10});
  EXPECT_EQ(x.durable.size(), 3u);
}

TEST(flink_model, removes_the_checkpoints_of_an_ended_job_and_goes_on_naming_them) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{5});
  x.ask(rest::cancel(job_number(1)));
  x.pass(seconds{4});
  EXPECT_EQ(x.durable.size(), 0u);
  auto seen = x.expect(rest::decode_checkpoints, rest::get_checkpoints(job_number(1)));
  EXPECT_NE(seen.latest_completed->external_path, "");
}

TEST(flink_model, retains_checkpoints_of_a_cancelled_job_if_told) {
  auto options = bench::usual();
  options.retain_on_cancellation = true;
  bench x{options};
  x.up().run(id(1));
  x.pass(seconds{5});
  x.ask(rest::cancel(job_number(1)));
  x.pass(seconds{1});
  EXPECT_EQ(x.durable.size(), 1u);
}

TEST(flink_model, goes_on_exactly_where_the_stopped_job_was) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{2});
  x.expect(rest::decode_trigger, rest::stop_with_savepoint(job_number(1), trigger_number(9)));
  x.pass(seconds{1});
  auto path = *x.expect(rest::decode_savepoint, rest::get_savepoint(job_number(1), trigger_number(9))).location;
  auto stopped = x.cluster.jobs().at(id(1)).position;
  EXPECT_GT(stopped, 0);
  x.run(id(2), {}, path);
  EXPECT_EQ(x.cluster.jobs().at(id(2)).position, stopped);
}

TEST(flink_model, shares_the_directory_between_clusters) {
  storage durable;
  flink_cluster one{bench::usual(), durable};
  durable.put("file:/data/sp/savepoint-a", {.job_id = id(7), .number = 4, .position = 99, .shape = "check"});
  bench x{bench::usual()};
  x.durable = durable;
  x.up().run(id(1), {}, "file:/data/sp/savepoint-a");
  EXPECT_EQ(x.cluster.jobs().at(id(1)).position, 99);
}

TEST(flink_model, breaks_the_checkpoints_of_an_id_used_again) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(milliseconds{1500});
  x.cluster.kill(x.now);
  EXPECT_THAT(x.durable.list(), ElementsAre("file:/data/cp/" + id(1) + "/chk-1"));
  x.cluster.start(x.now);
  x.pass(seconds{4});
  x.run(id(1));
  x.pass(milliseconds{1500});
  EXPECT_EQ(x.cluster.jobs().at(id(1)).failed_count, 1);
  EXPECT_EQ(x.cluster.jobs().at(id(1)).restarts, 1);
}

TEST(flink_model, forgets_a_trigger_and_then_takes_a_second_savepoint_for_it) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  auto take = [&] {
    x.ask(rest::take_savepoint(job_number(1), trigger_number(9)));
    x.pass(seconds{1});
    return x.expect(rest::decode_savepoint, rest::get_savepoint(job_number(1), trigger_number(9))).location.value();
  };
  auto first = take();
  EXPECT_EQ(take(), first);
  x.pass(x.cluster.options().trigger_life);
  EXPECT_EQ(x.expect_failure(rest::get_savepoint(job_number(1), trigger_number(9))).kind, flink::failure_class::gone);
  EXPECT_NE(take(), first);
}

TEST(flink_model, fails_savepoints_with_the_words_it_was_given) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  x.cluster.faults.savepoints_fail = "java.io.IOException: disk full";
  x.ask(rest::stop_with_savepoint(job_number(1), trigger_number(9)));
  x.pass(seconds{1});
  EXPECT_EQ(x.expect(rest::decode_savepoint, rest::get_savepoint(job_number(1), trigger_number(9))).failure,
            "IOException: disk full");
  EXPECT_EQ(x.state_of(id(1)), job_state::running);
}

TEST(flink_model, leaves_hanging_savepoints_in_progress) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  x.cluster.faults.savepoints_hang = true;
  x.ask(rest::take_savepoint(job_number(1), trigger_number(9)));
  x.pass(minutes{2});
  EXPECT_TRUE(x.expect(rest::decode_savepoint, rest::get_savepoint(job_number(1), trigger_number(9))).in_progress);
}

TEST(flink_model, fails_a_savepoint_whose_job_restarts_under_it) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  x.ask(rest::stop_with_savepoint(job_number(1), trigger_number(9)));
  x.cluster.fail_tasks(id(1), x.now);
  x.pass(seconds{2});
  EXPECT_THAT(x.expect(rest::decode_savepoint, rest::get_savepoint(job_number(1), trigger_number(9))).failure.value(),
              HasSubstr("CheckpointException"));
  EXPECT_EQ(x.state_of(id(1)), job_state::running);
}

TEST(flink_model, keeps_a_savepoint_whose_trigger_it_has_forgotten) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(seconds{1});
  x.cluster.faults.triggers_expire = true;
  x.ask(rest::stop_with_savepoint(job_number(1), trigger_number(9)));
  x.pass(seconds{4});
  EXPECT_EQ(x.expect_failure(rest::get_savepoint(job_number(1), trigger_number(9))).kind, flink::failure_class::gone);
  auto seen = x.expect(rest::decode_checkpoints, rest::get_checkpoints(job_number(1)));
  EXPECT_NE(x.durable.find(seen.latest_savepoint.value().external_path), nullptr);
}

TEST(flink_model, forgets_what_is_over_when_it_expires_and_nothing_else) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.run(id(2), {"bounded"});
  x.pass(seconds{1});
  x.cluster.expire_jobs(x.now);
  EXPECT_EQ(x.state_of(id(1)), job_state::running);
  EXPECT_EQ(x.expect_failure(rest::get_job(job_number(2))).kind, flink::failure_class::gone);
  EXPECT_EQ(x.expect_failure(rest::run({.jar_name = "cases.jar", .job_id = job_number(2)})).kind,
            flink::failure_class::duplicate);
}

TEST(flink_model, fails_tasks_over_and_over_until_that_is_taken_back) {
  bench x{bench::usual()};
  x.cluster.faults.tasks_fail = true;
  x.up().run(id(1));
  x.pass(seconds{5});
  EXPECT_GT(x.cluster.jobs().at(id(1)).restarts, 5);
  x.cluster.faults.tasks_fail = false;
  x.pass(seconds{1});
  EXPECT_EQ(x.cluster.jobs().at(id(1)).tasks, task_state::running);
}

TEST(flink_model, says_when_something_is_due) {
  bench x{bench::usual()};
  EXPECT_FALSE(x.cluster.next_event());
  x.cluster.start(x.now);
  EXPECT_EQ(x.cluster.next_event(), birth + x.cluster.options().job_manager_start);
}

TEST(flink_model, runs_any_jar_if_told) {
  bench x{cluster_options{.any_jar = true}};
  x.up();
  EXPECT_EQ(x.expect(rest::decode_run, rest::run({.jar_name = "what ever.jar", .job_id = job_number(1)})), id(1));
}

struct bad_request {
  const char* name;
  rest::request request;
  int status;
  friend void PrintTo(const bad_request& x, std::ostream* out) { *out << x.name; }
};

const bad_request bad_requests[] = {
    {"no JSON", {"POST", "/jars/cases.jar/run", "{oops"}, 400},
    {"a list", {"POST", "/jars/cases.jar/run", "[]"}, 400},
    {"ids that are numbers", {"POST", "/jars/cases.jar/run", R"({"jobId":1})"}, 400},
    {"no path", {"GET", "", ""}, 404},
    {"the root", {"GET", "/", ""}, 404},
    {"an empty segment", {"GET", "/jobs//checkpoints", ""}, 400},
    {"a cut escape", {"GET", "/jobs/%", ""}, 400},
    {"an unknown mode", {"PATCH", "/jobs/00000000000000000000000000000001?mode=explode", ""}, 400},
    {"a trigger that is no id", {"GET", "/jobs/00000000000000000000000000000001/savepoints/x", ""}, 400},
};

class refused_request : public testing::TestWithParam<bad_request> {};

TEST_P(refused_request, is_answered) {
  bench x{bench::usual()};
  auto got = x.up().ask(GetParam().request);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, GetParam().status) << got->body;
}

INSTANTIATE_TEST_SUITE_P(model, refused_request, ValuesIn(bad_requests));

TEST(flink_model, a_job_that_runs_for_long_remembers_no_more_checkpoints_than_it_shows) {
  bench x{bench::usual()};
  x.up().run(id(1));
  x.pass(minutes{5});
  auto& job = x.cluster.jobs().at(id(1));
  EXPECT_GT(job.completed_count, 200);
  EXPECT_EQ(job.completed.size(), 10U);
  EXPECT_EQ(x.durable.list().size(), 1U);
}

} // namespace
} // namespace local::simulated
