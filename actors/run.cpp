#include "actors/run.hpp"

#include "actors/introspection.hpp"
#include "actors/operator_actors.hpp"
#include "config/defaults.hpp"

#include <caf/scoped_actor.hpp>

namespace actors {

namespace {

caf::actor_system_config& configured(caf::actor_system_config& cfg, size_t threads) {
  configure(cfg, threads);
  return cfg;
}

} // namespace

class running_system::impl {
public:
  explicit impl(system_setup x) : setup{std::move(x)}, sys{configured(cfg, setup.threads)} {
    all = spawn_operator_actors(sys, {.transport = setup.transport,
                                      .api_origin = setup.api_origin,
                                      .job_managers = setup.job_managers,
                                      .application = {.settings = {.render = setup.render}, .counters = counters},
                                      .ns = setup.ns,
                                      .seed = setup.seed,
                                      .leader_election = setup.leader_election});
    pages = sys.spawn(introspection,
                      introspection_setup{all.root, all.kube, all.flink, all.election, all.watches, counters});
  }

  /// Sends exit to an actor and waits for it.
  template <class Handle>
  void end(caf::scoped_actor& self, Handle& x, std::chrono::steady_clock::time_point deadline) {
    if (!x)
      return;
    self->monitor(x);
    self->send_exit(x, caf::exit_reason::user_shutdown);
    auto left = std::max(deadline - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration{});
    self->receive([](const caf::down_msg&) {}, caf::after(left) >> [] {});
    x = nullptr;
  }

  /// Releases the Lease so that another operator can take it at once.
  void release(caf::scoped_actor& self, std::chrono::steady_clock::time_point deadline) {
    auto left = deadline - std::chrono::steady_clock::now();
    if (all.election && left > left.zero())
      self->request(all.election, left, messages::release_lease{})
          .receive([](messages::lease_released) {}, [](const caf::error&) {});
  }

  void stop(std::chrono::milliseconds grace) {
    auto deadline = std::chrono::steady_clock::now() + grace;
    caf::scoped_actor self{sys};
    end(self, all.root, deadline); // ends the applications too: no decisions from here on
    end(self, all.flink, deadline);
    end(self, all.kube, deadline); // no requests from here on
    release(self, deadline);
    end(self, all.election, deadline);
    for (auto& x : all.watches)
      end(self, x, deadline);
    end(self, pages, deadline);
  }

  system_setup setup;
  caf::actor_system_config cfg;
  std::shared_ptr<metrics> counters = std::make_shared<metrics>();
  caf::actor_system sys;
  operator_actors all;
  introspection_actor pages;
};

running_system::running_system(system_setup setup) : impl_{std::make_unique<impl>(std::move(setup))} {}

running_system::~running_system() {
  // An exception may have skipped stop(), and an actor system waits for all of its actors.
  stop(config::defaults::shutdown);
}

void running_system::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

void running_system::query(std::string path, std::string accept,
                           std::function<void(int, std::string, std::string)> reply) {
  caf::anon_send(impl_->pages, messages::page_request{std::move(path), std::move(accept), std::move(reply)});
}

} // namespace actors
