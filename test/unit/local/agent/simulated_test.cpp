#include "local/agent/simulated/fleet.hpp"
#include "local/agent/simulated/settings.hpp"
#include "net/client.hpp"
#include "net/thread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <unistd.h>

namespace {

using namespace local::agent;
using namespace std::chrono_literals;
using local::simulated::answer;
using local::simulated::flink_cluster;
using local::simulated::moment;
using testing::HasSubstr;

// -- settings ---------------------------------------------------------------------------------------------------

TEST(simulated_settings, durations_are_read_as_flink_reads_them) {
  struct row {
    const char* text;
    std::optional<std::chrono::milliseconds> expected;
  } rows[] = {
      {"100", 100ms}, {"10 s", 10s}, {"10s", 10s}, {"1min", 1min},      {"2 D", 48h}, {"3 hours", 3h},
      {"0", 0ms},     {"", {}},      {"soon", {}}, {"1 fortnight", {}}, {"-1 s", {}}, {"9223372036854775807 d", {}},
  };
  for (auto& x : rows)
    EXPECT_EQ(read_duration(x.text), x.expected) << x.text;
}

local::simulated::cluster_options options_of(std::string_view text, const image_content& image = {}) {
  return cluster_options_of(read_flink_config(text), image, {});
}

TEST(simulated_settings, the_model_takes_what_the_pod_is_configured_for) {
  auto x = options_of("execution.checkpointing.interval: 10 s\nstate.checkpoints.dir: file:///c\n"
                      "state.savepoints.dir: file:///s\nstate.checkpoints.num-retained: 10\n"
                      "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION\n"
                      "web.refresh-interval: 100\nrest.async.store-duration: 1d\njobstore.expiration-time: 2592000\n"
                      "restart-strategy.type: fixed-delay\nrestart-strategy.fixed-delay.delay: 3 s\n"
                      "high-availability.type: kubernetes\nkubernetes.cluster-id: orders-1\n");
  EXPECT_EQ(x.checkpoint_interval, 10s);
  EXPECT_EQ(x.checkpoint_directory, "file:///c");
  EXPECT_EQ(x.savepoint_directory, "file:///s");
  EXPECT_EQ(x.retained, 10);
  EXPECT_TRUE(x.retain_on_cancellation);
  EXPECT_EQ(x.refresh_interval, 100ms);
  EXPECT_EQ(x.trigger_life, 24h);
  EXPECT_EQ(x.job_life, 720h);
  EXPECT_EQ(x.restart_delay, 3s);
  EXPECT_TRUE(x.high_availability);
}

TEST(simulated_settings, the_adaptive_scheduler_is_asked_for_by_name) {
  EXPECT_FALSE(options_of("").adaptive);
  EXPECT_FALSE(options_of("jobmanager.scheduler: adaptive\nscheduler-mode: reactive").adaptive)
      << "bounds cannot be set";
  auto x = options_of("jobmanager.scheduler: Adaptive\njobmanager.adaptive-scheduler.scaling-interval.min: 3 s\n"
                      "jobmanager.adaptive-scheduler.resource-stabilization-timeout: 2 s");
  EXPECT_TRUE(x.adaptive);
  EXPECT_EQ(x.cooldown, 3s);
  EXPECT_EQ(x.stabilization, 2s);
}

TEST(simulated_settings, flink_2_has_its_own_names) {
  auto x = options_of("execution.checkpointing.dir: file:///c\nexecution.checkpointing.savepoint-dir: file:///s\n"
                      "execution.checkpointing.num-retained: 4\n",
                      {.flink = "/cache/flink-2.2.1"});
  EXPECT_EQ(x.version, "2.2.1");
  EXPECT_EQ(x.checkpoint_directory, "file:///c");
  EXPECT_EQ(x.savepoint_directory, "file:///s");
  EXPECT_EQ(x.retained, 4);
}

TEST(simulated_settings, what_the_configuration_leaves_out_is_as_in_flink) {
  auto x = options_of("");
  EXPECT_EQ(x.checkpoint_interval, 0ms);
  EXPECT_EQ(x.restart_delay, std::nullopt) << "without checkpoints a failed task fails the job";
  EXPECT_EQ(x.refresh_interval, 3s);
  EXPECT_FALSE(x.high_availability);
  EXPECT_TRUE(x.any_jar);
  EXPECT_EQ(options_of("execution.checkpointing.interval: 1 s").restart_delay, 1s);
  EXPECT_EQ(options_of("execution.checkpointing.interval: 1 s\nrestart-strategy: none").restart_delay, std::nullopt);
  EXPECT_EQ(slots_of({}), 1);
  EXPECT_EQ(rest_port({}), 8081);
}

TEST(simulated_settings, an_image_that_lists_jars_holds_no_others) {
  auto x = options_of("", {.flink = "flink", .jars = {"/jars/ledger.jar"}});
  EXPECT_FALSE(x.any_jar);
  EXPECT_TRUE(x.jars.contains("ledger.jar"));
}

TEST(simulated_settings, start_up_times_are_a_jvm_s_unless_said_otherwise) {
  EXPECT_EQ(options_of("").job_manager_start, 1500ms);
  auto x = cluster_options_of({}, {}, {.start = 0ms});
  EXPECT_EQ(x.job_manager_start, 0ms);
  EXPECT_EQ(x.task_manager_start, 0ms);
}

// -- fleet --------------------------------------------------------------------------------------------------------

class simulated_fleet_test : public testing::Test {
protected:
  static flink_config config(const std::string& more = {}) {
    return read_flink_config("jobmanager.rpc.address: orders-1\ntaskmanager.numberOfTaskSlots: 2\n"
                             "execution.checkpointing.interval: 1 s\n"
                             + more);
  }

  void start_job_manager(const std::string& address, const flink_config& x = config()) {
    fleet.start_job_manager(address, "shop", x, cluster_options_of(x, {}, {.start = 0ms}), now);
  }

  /// A cluster with one TaskManager, found by the name of its service.
  void start_orders() {
    services["shop/orders-1"] = "127.10.1.1";
    start_job_manager("127.10.1.1");
    fleet.start_task_manager("shop", "tm", config(), now);
    pass(1s);
  }

  void pass(std::chrono::milliseconds x) {
    for (auto end = now + x; now < end;) {
      now += 10ms;
      fleet.step(now);
    }
  }

  std::string ask(const std::string& address, std::string method, std::string path, std::string body = {}) {
    std::string out;
    auto* cluster = fleet.at(address);
    if (cluster == nullptr)
      return "nobody";
    cluster->handle({std::move(method), std::move(path), std::move(body)}, now,
                    [&](std::optional<answer> y) { out = y ? y->body : "refused"; });
    pass(100ms);
    return out;
  }

  std::string overview(const std::string& address) { return ask(address, "GET", "/overview"); }

  std::map<std::string, std::string> services; // what their names stand for
  simulated_fleet fleet{[this](const std::string& ns, const std::string& name) -> std::optional<std::string> {
    auto i = services.find(ns + "/" + name);
    return i == services.end() ? std::nullopt : std::optional{i->second};
  }};
  moment now{24h};
};

constexpr const char* id = "00000000000000000000000000000001";
constexpr const char* run_body = R"({"jobId": "00000000000000000000000000000001", "parallelism": 2})";

TEST_F(simulated_fleet_test, a_task_manager_finds_the_job_manager_that_its_configuration_names) {
  services["shop/orders-1"] = "127.10.1.1";
  start_job_manager("127.10.1.1");
  start_job_manager("127.10.1.9");
  fleet.start_task_manager("shop", "tm", config(), now);
  pass(1s);
  EXPECT_THAT(overview("127.10.1.1"), HasSubstr(R"("slots-total":2)"));
  EXPECT_THAT(overview("127.10.1.9"), HasSubstr(R"("slots-total":0)"));
}

TEST_F(simulated_fleet_test, a_task_manager_looks_until_the_name_means_something) {
  start_job_manager("127.10.1.1");
  fleet.start_task_manager("shop", "tm", config(), now);
  fleet.start_task_manager("elsewhere", "tm", config(), now);
  pass(1s);
  EXPECT_THAT(overview("127.10.1.1"), HasSubstr(R"("slots-total":0)"));
  services["shop/orders-1"] = "127.10.1.1";
  pass(1s);
  EXPECT_THAT(overview("127.10.1.1"), HasSubstr(R"("slots-total":2)"));
}

TEST_F(simulated_fleet_test, a_task_manager_that_ends_takes_its_slots_along) {
  start_orders();
  fleet.end_task_manager("shop", "tm", now);
  EXPECT_THAT(overview("127.10.1.1"), HasSubstr(R"("slots-total":0)"));
}

TEST_F(simulated_fleet_test, a_job_manager_that_ends_takes_its_jobs_along_and_its_successor_gets_the_task_managers) {
  start_orders();
  ask("127.10.1.1", "POST", "/jars/job.jar/run", run_body);
  EXPECT_THAT(ask("127.10.1.1", "GET", "/jobs"), HasSubstr(id));
  fleet.end_job_manager("127.10.1.1", now);
  EXPECT_EQ(overview("127.10.1.1"), "nobody");
  services["shop/orders-1"] = "127.10.1.2";
  start_job_manager("127.10.1.2");
  pass(1s);
  EXPECT_EQ(ask("127.10.1.2", "GET", "/jobs"), R"({"jobs":[]})");
  EXPECT_THAT(overview("127.10.1.2"), HasSubstr(R"("slots-total":2)"));
}

TEST_F(simulated_fleet_test, high_availability_gives_the_jobs_to_the_next_job_manager) {
  auto x = config("high-availability.type: kubernetes\nkubernetes.cluster-id: orders-1\n");
  start_job_manager("127.10.1.1", x);
  fleet.start_task_manager("shop", "tm", x, now);
  pass(1s);
  ask("127.10.1.1", "POST", "/jars/job.jar/run", run_body);
  fleet.end_job_manager("127.10.1.1", now);
  start_job_manager("127.10.1.2", x);
  pass(1s);
  EXPECT_THAT(ask("127.10.1.2", "GET", "/jobs"), HasSubstr(id));
}

TEST_F(simulated_fleet_test, a_standby_takes_over_when_the_leader_ends) {
  auto x = config("high-availability.type: kubernetes\nkubernetes.cluster-id: orders-1\n");
  start_job_manager("127.10.1.1", x);
  start_job_manager("127.10.1.2", x);
  fleet.start_task_manager("shop", "tm", x, now);
  pass(1s);
  ask("127.10.1.2", "POST", "/jars/job.jar/run", run_body);
  EXPECT_THAT(ask("127.10.1.1", "GET", "/jobs"), HasSubstr(id)) << "both answer as the leader does";
  fleet.end_job_manager("127.10.1.1", now);
  pass(1s);
  EXPECT_THAT(ask("127.10.1.2", "GET", "/jobs"), HasSubstr(id));
}

TEST_F(simulated_fleet_test, a_savepoint_of_one_cluster_is_there_for_the_next) {
  start_orders();
  ask("127.10.1.1", "POST", "/jars/job.jar/run", run_body);
  pass(1s);
  ask("127.10.1.1", "POST", std::string{"/jobs/"} + id + "/stop",
      R"({"triggerId": "0000000000000000000000000000000f", "targetDirectory": "file:///s"})");
  pass(1s);
  fleet.end_job_manager("127.10.1.1", now);
  start_job_manager("127.10.1.1");
  pass(1s);
  auto started
      = ask("127.10.1.1", "POST", "/jars/job.jar/run",
            R"({"jobId": "00000000000000000000000000000002", "savepointPath": "file:///s/savepoint-000000-1"})");
  EXPECT_EQ(started, R"({"jobid":"00000000000000000000000000000002"})");
}

// -- over HTTP --------------------------------------------------------------------------------------------------------

class simulated_runtime_test : public testing::Test {
protected:
  simulated_runtime_test() {
    auto name = testing::TempDir() + "simulated.XXXXXX";
    folder = ::mkdtemp(name.data());
    // Another one than a test in another process has.
    auto n = static_cast<unsigned>(::getpid());
    address = "127.251." + std::to_string(n / 250 % 250 + 1) + "." + std::to_string(n % 250 + 1);
  }

  ~simulated_runtime_test() override {
    on_io([&] {
      running.reset();
      flink.reset();
    });
    std::filesystem::remove_all(folder);
  }

  /// Runs a function on the io thread and waits for it.
  template <class F>
  void on_io(F f) {
    std::promise<void> done;
    io.post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }

  void start() {
    on_io([&] {
      flink = make_simulated_runtime(io, [](auto&, auto&) { return std::nullopt; }, {.start = 0ms});
      auto started = flink->start({.role = flink_role::job_manager,
                                   .image = image,
                                   .variables = variables,
                                   .ns = "shop",
                                   .pod = "jm",
                                   .address = address,
                                   .folder = folder + "/jm",
                                   .hosts_file = folder + "/hosts",
                                   .log = folder + "/log"});
      running = std::move(started.running);
      flink->step();
      EXPECT_FALSE(running->look().ended);
    });
  }

  net::response get(std::string target) {
    std::promise<net::response> answered;
    client.send({.origin = "http://" + address + ":8081", .method = "GET", .target = std::move(target)},
                net::clock::now() + 10s, [&](net::response x) { answered.set_value(std::move(x)); });
    return answered.get_future().get();
  }

  image_content image{.flink = "flink-2.2.1"};
  environment variables{{"FLINK_PROPERTIES", "web.refresh-interval: 100"}};
  std::string folder;
  std::string address;
  net::thread io;
  net::client client{io, {}};
  std::unique_ptr<runtime> flink;
  std::unique_ptr<workload> running;
};

TEST_F(simulated_runtime_test, a_job_manager_answers_at_its_pod_s_address) {
  start();
  auto x = get("/overview");
  EXPECT_EQ(x.status, 200);
  EXPECT_THAT(x.body, HasSubstr(R"("flink-version":"2.2.1")"));
  EXPECT_EQ(get("/jobs/nonsense").status, 400);
}

TEST_F(simulated_runtime_test, it_ends_when_it_is_told_to_and_answers_no_more) {
  start();
  EXPECT_EQ(get("/overview").status, 200);
  on_io([&] {
    running->terminate();
    auto end = running->look();
    EXPECT_TRUE(end.ended);
    EXPECT_EQ(end.code, 143);
  });
  EXPECT_NE(get("/overview").failure, net::failure::none);
}

TEST_F(simulated_runtime_test, its_log_says_that_there_is_no_process_and_how_it_is_configured) {
  start();
  std::ifstream in{folder + "/log"};
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr("simulated"));
  EXPECT_THAT(text.str(), HasSubstr("web.refresh-interval: 100\n"));
}

TEST_F(simulated_runtime_test, one_that_cannot_listen_ends_as_a_failed_process) {
  start();
  on_io([&] {
    variables["FLINK_PROPERTIES"] = "rest.port: 1";
    // No address of this machine.
    auto other = flink->start({.role = flink_role::job_manager,
                               .image = image,
                               .variables = variables,
                               .ns = "shop",
                               .pod = "other",
                               .address = "192.0.2.1",
                               .folder = folder + "/other",
                               .hosts_file = {},
                               .log = folder + "/log"});
    flink->step();
    auto end = other.running->look();
    EXPECT_TRUE(end.ended);
    EXPECT_EQ(end.code, 1);
  });
}

TEST(pause, runs_until_it_is_told_to_end) {
  auto x = make_pause();
  EXPECT_FALSE(x->look().ended);
  EXPECT_FALSE(x->can_be_asked());
  x->terminate();
  EXPECT_TRUE(x->look().ended);
  EXPECT_EQ(x->look().code, 0);
}

} // namespace
