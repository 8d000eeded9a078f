// How jobs start, run, fail, restart and end.
#include "local/model/flink/cluster.hpp"
#include "local/model/flink/errors.hpp"

#include <algorithm>
#include <utility>

namespace local::simulated {

job* flink_cluster::find_job(const std::string& id) {
  auto i = jobs_.find(id);
  return i == jobs_.end() ? nullptr : &i->second;
}

void flink_cluster::enter(job& x, job_state state) {
  x.state = state;
  x.entered[std::string{to_string(state)}] = now_;
}

void flink_cluster::create_job(job x, std::string savepoint_path, bool allow_non_restored, on_answer done) {
  auto id = x.id;
  used_ids_.insert(id);
  x.started = now_;
  enter(x, job_state::initializing);
  auto refusal = restore(x, savepoint_path, allow_non_restored);
  auto& stored = jobs_.insert_or_assign(id, std::move(x)).first->second;
  if (refusal) {
    // The job exists, failed before it had tasks; its id is used up.
    end(stored, job_state::failed, task_state::none);
    return done(could_not_execute(*refusal));
  }
  if (options_.adaptive)
    for (auto vertex : vertex_ids)
      stored.bounds[std::string{vertex}] = {.lower = 1, .upper = stored.parallelism};
  wait_for_slots(stored);
  done(answer{200, R"({"jobid":")" + id + R"("})"});
}

std::optional<std::string> flink_cluster::restore(job& x, const std::string& path, bool allow_non_restored) {
  if (path.empty())
    return std::nullopt;
  auto found = durable_.find(path);
  if (found == nullptr)
    return "java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '" + path
         + "' on file system 'file'.";
  if (!found->readable)
    return "java.io.IOException: Unexpected magic number. This can have multiple reasons.";
  if (found->shape != x.program.shape && !allow_non_restored)
    return "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint " + path
         + ". Cannot map checkpoint/savepoint state for operator to the new program.";
  x.position = found->position;
  x.next_number = found->number + 1;
  x.restored = {.number = found->number, .at = now_, .path = path, .is_savepoint = found->is_savepoint};
  return std::nullopt;
}

// -- tasks ------------------------------------------------------------------------------------------

int32_t flink_cluster::free_slots(const std::string& task_manager) const {
  auto& x = task_managers_.at(task_manager);
  auto free = x.registered ? x.slots : 0;
  for (auto& [id, y] : jobs_)
    if (auto i = y.slots.find(task_manager); i != y.slots.end())
      free -= i->second;
  return free;
}

/// Only the adaptive scheduler shows that they are missing.
void flink_cluster::wait_for_slots(job& x) {
  enter(x, job_state::created);
  if (!options_.adaptive)
    enter(x, job_state::running);
  x.tasks = task_state::scheduled;
  x.waiting_since = now_;
  schedule_waiting();
}

bool flink_cluster::take_slots(job& x) {
  std::map<std::string, int32_t> taken;
  auto wanted = x.parallelism;
  for (auto& [id, y] : task_managers_)
    if (auto n = std::min(wanted, free_slots(id)); n > 0) {
      taken[id] = n;
      wanted -= n;
    }
  if (wanted > 0)
    return false;
  x.slots = std::move(taken);
  return true;
}

void flink_cluster::schedule_waiting() {
  for (auto& [id, x] : jobs_) {
    if (x.tasks != task_state::scheduled || !x.slots.empty()
        || !(options_.adaptive ? take_slots_within_bounds(x) : take_slots(x)))
      continue;
    after(options_.task_start, [this, name = id, attempt = ++x.attempt] { run_tasks(name, attempt); });
  }
}

void flink_cluster::run_tasks(const std::string& id, int32_t attempt) {
  auto x = find_job(id);
  if (x == nullptr || x->attempt != attempt || x->state != job_state::running)
    return;
  x->tasks = task_state::running;
  x->running_since = now_;
  plan_end_of_input(*x);
  plan_checkpoint(*x);
  plan_rescale(*x);
  if (faults.tasks_fail)
    after(options_.task_start, [this, id, attempt] {
      if (auto y = find_job(id); y != nullptr && y->attempt == attempt)
        fail(*y);
    });
}

void flink_cluster::plan_end_of_input(const job& x) {
  auto& p = x.program;
  auto last = p.records ? p.records : p.poison;
  if (!last)
    return;
  // A record takes two milliseconds.
  auto left = milliseconds{2 * std::max<int64_t>(0, *last - x.position)};
  after(left, [this, id = x.id, attempt = x.attempt] {
    auto y = find_job(id);
    if (y == nullptr || y->attempt != attempt || y->tasks != task_state::running)
      return;
    if (y->program.records)
      end(*y, job_state::finished, task_state::finished);
    else
      fail(*y);
  });
}

void flink_cluster::stop_tasks(job& x, task_state then) {
  x.position = position_at(x, now_);
  x.running_since.reset();
  x.tasks = then;
  x.slots.clear();
  ++x.attempt;
}

// -- ends ---------------------------------------------------------------------------------------------

void flink_cluster::end(job& x, job_state state, task_state tasks) {
  stop_tasks(x, tasks);
  enter(x, state);
  auto retained = options_.retain_on_cancellation && state != job_state::finished;
  if (!retained)
    discard_all(x);
  after(options_.job_life, [this, id = x.id] {
    jobs_.erase(id);
    pictures_.erase(id);
  });
  schedule_waiting();
}

void flink_cluster::expire_jobs(moment now) {
  step(now);
  std::erase_if(jobs_, [this](auto& x) { return is_terminal(x.second.state) && (pictures_.erase(x.first), true); });
}

void flink_cluster::fail_tasks(const std::string& job_id, moment now) {
  step(now);
  if (auto x = find_job(job_id))
    fail(*x);
}

void flink_cluster::fail(job& x) {
  if (is_terminal(x.state) || x.state == job_state::cancelling)
    return;
  if (!options_.restart_delay)
    return end(x, job_state::failed, task_state::failed);
  stop_tasks(x, task_state::canceled);
  enter(x, job_state::restarting);
  after(*options_.restart_delay, [this, id = x.id, attempt = x.attempt] {
    auto y = find_job(id);
    if (y != nullptr && y->attempt == attempt && y->state == job_state::restarting)
      restart(*y);
  });
}

void flink_cluster::restart(job& x) {
  if (!go_back_to_newest(x))
    return;
  ++x.restarts;
  if (options_.adaptive)
    x.entered.erase("RESTARTING"); // over, and forgotten
  wait_for_slots(x);
}

/// Goes back to the newest completed snapshot, which in one life of a job is never older than what it
/// was restored from. Returns false if it has been deleted.
bool flink_cluster::go_back_to_newest(job& x) {
  auto path = x.restored ? x.restored->path : std::string{};
  for (auto& y : x.completed)
    if (!y.discarded)
      path = y.path;
  auto found = durable_.find(path);
  if (found == nullptr && !path.empty()) {
    end(x, job_state::failed, task_state::failed);
    return false;
  }
  x.position = found == nullptr ? 0 : found->position;
  return true;
}

void flink_cluster::cancel(const std::string& id) {
  auto x = find_job(id);
  if (x == nullptr || x->state == job_state::cancelling)
    return;
  stop_tasks(*x, task_state::canceling);
  enter(*x, job_state::cancelling);
  after(options_.cancel, [this, id] {
    if (auto y = find_job(id); y != nullptr && y->state == job_state::cancelling)
      end(*y, job_state::canceled, task_state::canceled);
  });
}

} // namespace local::simulated
