#include "local/model/flink/cluster.hpp"

#include <algorithm>
#include <utility>

namespace local::simulated {

flink_cluster::flink_cluster(cluster_options options, storage& durable)
    : options_(std::move(options)), durable_(durable) {}

void flink_cluster::start(moment now) {
  step(now);
  if (std::exchange(process_, true))
    return;
  after(options_.job_manager_start, [this] { come_up(); });
}

void flink_cluster::come_up() {
  up_ = true;
  for (auto& [id, x] : task_managers_)
    after(options_.task_manager_start, [this, name = id] { register_task_manager(name); });
  for (auto& [id, x] : jobs_)
    restart(x);
}

void flink_cluster::kill(moment now) {
  step(now);
  if (!std::exchange(process_, false))
    return;
  up_ = false;
  events_.clear();
  operations_.clear();
  pictures_.clear();
  for (auto& [id, x] : task_managers_)
    x.registered = false;
  forget_jobs();
  for (auto& [request, done] : std::exchange(held_, {}))
    done(std::nullopt);
  for (auto& [number, done] : std::exchange(owed_, {}))
    done(std::nullopt);
}

/// With high availability the jobs under way and the ids of the ended ones survive, nothing else.
void flink_cluster::forget_jobs() {
  if (!options_.high_availability) {
    jobs_.clear();
    used_ids_.clear();
    return;
  }
  std::erase_if(jobs_, [](auto& x) { return is_terminal(x.second.state); });
  for (auto& [id, x] : jobs_)
    stop_tasks(x, task_state::none);
}

void flink_cluster::add_task_manager(std::string id, int32_t slots, moment now) {
  step(now);
  task_managers_[id] = {.slots = slots, .registered = false, .registered_at = {}};
  after(options_.task_manager_start, [this, id] { register_task_manager(id); });
}

void flink_cluster::register_task_manager(const std::string& id) {
  auto i = task_managers_.find(id);
  if (!up_ || i == task_managers_.end() || std::exchange(i->second.registered, true))
    return;
  i->second.registered_at = now_;
  schedule_waiting();
  consider_rescale();
}

void flink_cluster::remove_task_manager(const std::string& id, moment now) {
  step(now);
  if (task_managers_.erase(id) == 0)
    return;
  for (auto& [job_id, x] : jobs_)
    if (x.slots.contains(id))
      fail(x);
}

int32_t flink_cluster::slots() const {
  int32_t all = 0;
  for (auto& [id, x] : task_managers_)
    all += x.registered ? x.slots : 0;
  return all;
}

void flink_cluster::at(moment when, std::function<void()> what) {
  events_.emplace(std::pair{when, sequence_++}, std::move(what));
}

void flink_cluster::step(moment now) {
  if (faults.hung) {
    now_ = std::max(now_, now);
    return;
  }
  answer_held();
  while (!events_.empty() && events_.begin()->first.first <= now) {
    auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key().first);
    event.mapped()();
  }
  now_ = std::max(now_, now);
}

std::optional<moment> flink_cluster::next_event() const {
  return events_.empty() ? std::nullopt : std::optional{events_.begin()->first.first};
}

void flink_cluster::answer_held() {
  for (auto& [request, done] : std::exchange(held_, {}))
    handle(request, now_, std::move(done));
}

void flink_cluster::handle(const request& x, moment now, on_answer done) {
  step(now);
  if (!up_)
    return done(std::nullopt);
  if (faults.hung) {
    held_.emplace_back(x, std::move(done));
    return;
  }
  auto later = false;
  auto out = route(x, done, later);
  if (!later)
    done(std::move(out));
}

} // namespace local::simulated
