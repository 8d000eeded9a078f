// The operator as main() starts and stops it, over real sockets and on real threads.
#include "actors/run.hpp"
#include "net/client.hpp"
#include "test/threads/world.hpp"

#include <gtest/gtest.h>

#include <future>

namespace threads {
namespace {

/// What main() has, in its order.
class running_operator {
public:
  explicit running_operator(const std::string& origin)
      : system_{{.transport = &client_, .api_origin = origin, .job_managers = {.proxy_origin = origin}, .seed = 1}},
        server_{io_, {}, [this](net::server_request x, std::shared_ptr<net::exchange> answer) {
                  system_.query(std::move(x.target), "text/html",
                                [answer](int status, std::string type, std::string body) {
                                  answer->reply(status, {{"Content-Type", std::move(type)}}, std::move(body));
                                });
                }} {}

  void stop() {
    server_.stop();
    system_.stop(10s);
  }

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

private:
  net::thread io_;
  net::client client_{io_, {}};
  actors::running_system system_;
  net::server server_;
};

class start_and_stop : public ::testing::Test {
protected:
  std::future<int> ask(const std::string& origin, const std::string& page) {
    auto out = std::make_shared<std::promise<int>>();
    browser.send({.origin = origin, .target = page}, net::clock::now() + 30s,
                 [out](net::response r) { out->set_value(r.status); });
    return out->get_future();
  }

  void wait_until_ready(const std::string& origin) {
    while (ask(origin, "/readyz").get() != 200)
      std::this_thread::yield();
  }

  world there;
  net::thread io;
  net::client browser{io, {}};
};

TEST_F(start_and_stop, serves_pages_while_it_works) {
  running_operator x{there.origin()};
  wait_until_ready(x.origin());
  auto before = there.events();
  while (there.events() < before + 100)
    for (auto* page : {"/", "/applications/ns/a", "/applications/ns/none", "/metrics", "/healthz"})
      EXPECT_NE(ask(x.origin(), page).get(), 0) << page;
  x.stop();
}

TEST_F(start_and_stop, stops_at_any_moment) {
  for (int round = 0; round < 10; ++round) {
    running_operator x{there.origin()};
    std::vector<std::future<int>> pages;
    for (int i = 0; i < round * 4; ++i)
      pages.push_back(ask(x.origin(), i % 2 == 0 ? "/" : "/metrics"));
    if (round % 2 == 0)
      wait_until_ready(x.origin());
    x.stop();
    for (auto& page : pages)
      page.get(); // answered or cut, but not forgotten
  }
}

TEST_F(start_and_stop, ends_its_actors_when_it_goes_without_having_been_stopped) {
  // As when main() cannot have the address of a page: an actor system waits in its destructor for actors that live.
  net::client client{io, {}};
  actors::running_system x{{.transport = &client, .api_origin = there.origin(), .seed = 1}};
}

} // namespace
} // namespace threads
