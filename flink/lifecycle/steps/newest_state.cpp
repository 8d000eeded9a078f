// Which state is the newest that was reported good and still exists?
#include "config/defaults.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/time.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

struct candidate {
  std::string path;
  system_clock::time_point taken;
  std::string source;
};

void offer(std::optional<candidate>& best, candidate x) {
  if (!x.path.empty() && (!best || x.taken > best->taken))
    best = std::move(x);
}

/// What the status knows: a checkpoint of the job that serves or what it was started from, which no savepoint from
/// before is newer than, whatever the clocks say by which they were stamped.
std::optional<candidate> recorded(const status& x) {
  auto& job = x.job_status;
  bool known = job && job->last_checkpoint && job->last_checkpoint_time;
  if (auto taken = known ? k8s::parse_time(*job->last_checkpoint_time) : std::nullopt)
    return candidate{*job->last_checkpoint, *taken,
                     (job->last_checkpoint == job->restore_path ? "" : "checkpoint ") + *job->last_checkpoint};
  if (x.savepoints.empty())
    return std::nullopt;
  auto at = k8s::parse_time(x.savepoints.back().time);
  return at ? std::optional{candidate{x.savepoints.back().path, *at, "savepoint " + x.savepoints.back().path}}
            : std::nullopt;
}

/// The user has asked Flink to delete checkpoints with their job, as it ended or is about to be ended.
bool checkpoints_deleted_with_job(const spec& x, const std::optional<rest::job>& job) {
  for (auto* key : {"execution.checkpointing.externalized-checkpoint-retention",
                    "execution.checkpointing.externalized-checkpoint.retention"})
    if (auto i = x.flink_config.find(key); i != x.flink_config.end())
      if (auto* text = std::get_if<std::string>(&i->second))
        return *text == "NO_EXTERNALIZED_CHECKPOINTS"
            || (*text == "DELETE_ON_CANCELLATION" && !(job && job->state == rest::job_state::failed));
  return false;
}

/// In BlueGreen nothing else keeps it when the deploy is given up.
void remember(step& s, const candidate& x) {
  s.next.job_status->last_checkpoint = x.path;
  s.next.job_status->last_checkpoint_time = k8s::format_milliseconds(x.taken);
}

bool too_old(const step& s, const candidate& x) {
  auto limit = s.x.app.spec.max_checkpoint_restore_age_seconds.value_or(defaults::max_checkpoint_restore_age_seconds);
  return s.x.now.wall - x.taken > std::chrono::seconds{limit};
}

} // namespace

recoverable newest_state(step& s, const cluster_view& old, const std::string& job_id, age_limit limit) {
  std::optional<candidate> best;
  if (old.leader) {
    auto* job = s.job(old, job_id, defaults::answer_max_age);
    auto* told = job ? s.checkpoints(old, job_id, defaults::answer_max_age, s.job_answered(old, job_id)) : nullptr;
    if (!told)
      return {.pending = true};
    if (*job && (*job)->state == rest::job_state::finished && !(*told && (*told)->latest_savepoint))
      // A bounded job that is through has no state left, by its own will.
      return {.path = std::nullopt, .source = "the beginning (the old job had finished by itself)"};
    if (*told && (*told)->latest_savepoint)
      offer(best, {(*told)->latest_savepoint->external_path,
                   system_clock::time_point{milliseconds{(*told)->latest_savepoint->trigger_timestamp}},
                   "savepoint " + (*told)->latest_savepoint->external_path});
    auto& last = *told ? (*told)->latest_completed : std::optional<rest::checkpoint>{};
    if (last && !last->discarded && !checkpoints_deleted_with_job(s.x.app.spec, *job))
      offer(best, {last->external_path, system_clock::time_point{milliseconds{last->trigger_timestamp}},
                   "checkpoint " + last->external_path});
  }
  if (!best) // what the JobManager itself tells is never older
    best = recorded(s.was);
  else if (is_beside(s.was) && s.next.job_status)
    remember(s, *best);
  if (best && (limit == age_limit::passed || !too_old(s, *best)))
    return {.path = best->path, .source = best->source};
  if (s.x.app.spec.fallback_without_state.value_or(false))
    return {.path = std::nullopt, .source = "the beginning, without state (fallbackWithoutState)"};
  if (best)
    return {.problem = "its newest state, " + best->source
                     + ", is older than maxCheckpointRestoreAgeSeconds: raise that "
                       "number, or set fallbackWithoutState to start without state"};
  return {.problem = "no checkpoint or savepoint of it is known: set fallbackWithoutState to start without state"};
}

} // namespace flink
