// Checkpoints, savepoints and their files.
#include "local/model/flink/cluster.hpp"
#include "local/model/flink/errors.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace local::simulated {

namespace {

/// `web.checkpoints.history`: what was discarded before these is not named any more.
constexpr std::ptrdiff_t remembered_checkpoints = 10;

} // namespace

void flink_cluster::plan_checkpoint(const job& x) {
  if (options_.checkpoint_interval.count() <= 0)
    return;
  after(options_.checkpoint_interval, [this, id = x.id, attempt = x.attempt] {
    auto y = find_job(id);
    if (y == nullptr || y->attempt != attempt)
      return;
    after(options_.checkpoint_duration, [this, id, attempt] { take_checkpoint(id, attempt); });
    plan_checkpoint(*y);
  });
}

void flink_cluster::take_checkpoint(const std::string& id, int32_t attempt) {
  auto x = find_job(id);
  if (x == nullptr || x->attempt != attempt || x->tasks != task_state::running)
    return;
  auto number = x->next_number++;
  auto path = options_.checkpoint_directory + "/" + id + "/chk-" + std::to_string(number);
  if (faults.checkpoints_fail) {
    ++x->failed_count;
    return;
  }
  auto triggered = now_ - options_.checkpoint_duration;
  auto stored = durable_.put(path, {.job_id = id,
                                    .number = number,
                                    .position = position_at(*x, triggered),
                                    .shape = x->program.shape,
                                    .taken_at = triggered});
  if (!stored) {
    // The directory is another start's of the same id: the checkpoint fails, and the job with it.
    ++x->failed_count;
    return fail(*x);
  }
  ++x->completed_count;
  x->completed.push_back({.number = number, .triggered = triggered, .path = path});
  discard_subsumed(*x);
}

void flink_cluster::discard_subsumed(job& x) {
  auto kept = 0;
  for (auto i = x.completed.rbegin(); i != x.completed.rend(); ++i) {
    if (i->is_savepoint || i->discarded || ++kept <= options_.retained)
      continue;
    i->discarded = true;
    durable_.erase(i->path);
  }
  auto forgotten = std::max<std::ptrdiff_t>(0, std::ssize(x.completed) - remembered_checkpoints);
  auto end = x.completed.begin() + forgotten;
  x.completed.erase(std::remove_if(x.completed.begin(), end, [](auto& y) { return y.discarded; }), end);
}

void flink_cluster::discard_all(job& x) {
  for (auto& y : x.completed) {
    if (y.is_savepoint || y.discarded)
      continue;
    y.discarded = true;
    durable_.erase(y.path);
  }
}

// -- savepoints -----------------------------------------------------------------------------------------

void flink_cluster::complete(const operation_key& key, operation x) {
  operations_[key] = std::move(x);
  after(faults.triggers_expire ? milliseconds{0} : options_.trigger_life, [this, key] { operations_.erase(key); });
}

void flink_cluster::begin_savepoint(const operation_key& key, bool stop, const std::string& directory) {
  // The same trigger does nothing twice as long as Flink remembers it.
  if (!operations_.try_emplace(key).second)
    return;
  auto x = find_job(key.first);
  if (x == nullptr || is_terminal(x->state))
    return complete(key, {.done = true, .location = "", .failure = no_job_trace(key.first)});
  if (x->tasks != task_state::running)
    return complete(key, {.done = true,
                          .location = "",
                          .failure = completion_trace(
                              "org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint triggering task "
                              "Source: source -> map (1/1) of job "
                              + key.first + " is not being executed at the moment. Aborting checkpoint.")});
  if (faults.savepoints_hang)
    return;
  after(options_.savepoint_duration,
        [this, key, attempt = x->attempt, stop, directory] { finish_savepoint(key, attempt, stop, directory); });
}

void flink_cluster::begin_disposal(const operation_key& key, const std::string& path) {
  operations_.try_emplace(key);
  after(options_.disposal_duration, [this, key, path] {
    auto there = durable_.find(path) != nullptr;
    durable_.erase(path);
    complete(key, {.done = true,
                   .location = "",
                   .failure = there ? ""
                                    : "org.apache.flink.util.FlinkException: Could not dispose savepoint " + path
                                          + ".\nCaused by: java.io.FileNotFoundException: Cannot find checkpoint or "
                                            "savepoint file/directory '"
                                          + path + "' on file system 'file'."});
  });
}

void flink_cluster::finish_savepoint(const operation_key& key, int32_t attempt, bool stop,
                                     const std::string& directory) {
  auto x = find_job(key.first);
  auto lost = x == nullptr || x->attempt != attempt;
  if (lost || faults.savepoints_fail) {
    auto cause = faults.savepoints_fail.value_or(
        "org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint Coordinator is suspending.");
    if (!lost)
      ++x->failed_count;
    return complete(key, {.done = true, .location = "", .failure = completion_trace(cause)});
  }
  auto path = directory + "/savepoint-" + key.first.substr(0, 6) + "-" + std::to_string(++savepoints_);
  // Another cluster with the same directory may have got there first.
  while (durable_.find(path) != nullptr)
    path = directory + "/savepoint-" + key.first.substr(0, 6) + "-" + std::to_string(++savepoints_);
  auto number = x->next_number++;
  // Stopping processes nothing after the savepoint; otherwise the state is that of the trigger's time.
  auto taken = stop ? now_ : now_ - options_.savepoint_duration;
  durable_.put(path, {.job_id = key.first,
                      .number = number,
                      .position = position_at(*x, taken),
                      .shape = x->program.shape,
                      .taken_at = taken,
                      .is_savepoint = true});
  ++x->completed_count;
  x->completed.push_back({.number = number, .triggered = taken, .path = path, .is_savepoint = true, .is_last = stop});
  complete(key, {.done = true, .location = path, .failure = ""});
  if (stop)
    end(*x, job_state::finished, task_state::finished);
}

} // namespace local::simulated
