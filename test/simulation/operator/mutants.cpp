#include "test/simulation/operator/mutants.hpp"

#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"

#include <algorithm>
#include <map>
#include <variant>

namespace simulation {

namespace {

using namespace flink;

/// A situation that a mutant may change before decide() sees it.
struct altered_situation {
  explicit altered_situation(const situation& x) : app{x.app}, seen{x.seen}, hash{x.spec_hash}, of{x} {}

  decision decide() const {
    return flink::decide({app, of.errors, hash, seen, of.settings, fresh ? *fresh : of.fresh, of.now});
  }

  application app;
  observation seen;
  spec_digest hash;
  std::optional<identities> fresh;
  const situation& of;
};

phase at(const situation& x) {
  return phase_of(x.app.status);
}

template <class Action>
void drop(decision& d) {
  std::erase_if(d.actions, [](auto& x) { return std::holds_alternative<Action>(x); });
}

/// Submits the new job as soon as the savepoint is known, and assumes that the old job has ended by then.
decision does_not_wait_for_the_end(const situation& x) {
  altered_situation p{x};
  auto& st = p.app.status;
  if (at(x) == phase::Cancelling && st.cluster && st.job_status && st.job_status->job_id)
    if (auto view = p.seen.job_managers.find(st.cluster->id); view != p.seen.job_managers.end())
      for (auto& [id, known] : view->second.all<ask_job>())
        if (id == *st.job_status->job_id && known.value
            && p.seen.outcomes.contains(cancel_job{st.cluster->id, *st.job_status->job_id}))
          known.value->state = rest::job_state::canceled;
  return p.decide();
}

/// Writes the intent not before the command is sent, but with the next write.
decision writes_late(const situation& x) {
  auto d = flink::decide(x);
  bool sends = std::any_of(d.actions.begin(), d.actions.end(), [](auto& y) {
    return std::holds_alternative<create_object>(y) || std::holds_alternative<stop_job>(y);
  });
  static thread_local std::map<std::string, decision> held;
  auto key = x.app.metadata.uid + x.app.metadata.resource_version + std::to_string(static_cast<int>(at(x)));
  if (auto i = held.find(key); i != held.end()) {
    auto later = i->second;
    held.erase(i);
    later.actions.clear();
    return later;
  }
  if (d.next == x.app.status || !sends)
    return d;
  held.clear();
  held[key] = d;
  d.next = x.app.status;
  d.reason.clear();
  return d;
}

/// Uses the same job id for every start of an application.
decision reuses_job_ids(const situation& x) {
  altered_situation p{x};
  p.fresh = x.fresh;
  p.fresh->job_id = job_id{x.app.metadata.uid.substr(0, 8) + std::string(24, '0')};
  return p.decide();
}

/// Starts the job without the saved state.
decision starts_from_nothing(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Savepointing && phase_of(d.next) == phase::SubmittingJob)
    d.next.target->restore_path.reset();
  return d;
}

/// Starts from the oldest savepoint in the status.
decision starts_from_old_state(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Savepointing && phase_of(d.next) == phase::SubmittingJob && d.next.target->restore_path
      && !d.next.savepoints.empty())
    d.next.target->restore_path = d.next.savepoints.front().path;
  return d;
}

/// Stops the old job although the new cluster has no slots yet.
decision skips_the_slot_gate(const situation& x) {
  altered_situation p{x};
  if (at(x) == phase::ClusterStarting)
    for (auto& [id, view] : p.seen.job_managers)
      for (auto& [slot, known] : view.all<ask_overview>())
        known.value.slots_total = 1000;
  return p.decide();
}

/// Returns the failure of the current submit, or null.
const failure* failed_submit(const situation& x) {
  auto& t = x.app.status.target;
  if (!t || !t->job_id || !t->job)
    return nullptr;
  auto sent = x.seen.outcomes.find(submit_job{t->cluster_id, *t->job_id, *t->job, restore_path_of(*t)});
  return sent != x.seen.outcomes.end() && sent->second.failed ? &*sent->second.failed : nullptr;
}

decision under_another_id(const situation& x) {
  auto d = flink::decide(x);
  d.next = x.app.status;
  d.next.target->job_id = x.fresh.job_id;
  d.actions.clear();
  d.reason = "another id";
  return d;
}

/// Assumes that a submit without an answer did not arrive, and submits again under another id.
decision submits_twice(const situation& x) {
  auto* why = failed_submit(x);
  return at(x) == phase::SubmittingJob && why && why->kind == failure_class::unknown ? under_another_id(x)
                                                                                     : flink::decide(x);
}

/// Restarts the old version's job at once, without waiting for the end of the new version's job.
decision rolls_back_at_once(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::RollingBackJob && d.next.target && d.next.target->rollback && !d.next.target->rollback->job_id
      && d.next.cluster) {
    auto old = look_at_cluster(x.seen, d.next.cluster->id);
    if (!old.leader)
      return d;
    d.next.target->rollback->job_id = x.fresh.job_id;
    d.next.target->rollback->job_manager = incarnation_of(*old.leader);
    d.actions.clear();
    d.reason = "at once";
  }
  return d;
}

/// Ignores an edit during a deploy.
decision overlooks_edits(const situation& x) {
  altered_situation p{x};
  if (x.app.status.target)
    p.hash = x.app.status.target->spec_hash;
  else if (at(x) == phase::Running && x.app.status.cluster && x.app.status.history.size() > 1)
    p.hash = x.app.status.cluster->spec_hash;
  return p.decide();
}

/// Never deletes old clusters.
decision never_prunes(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) != phase::Deleting)
    drop<delete_object>(d);
  return d;
}

/// Assumes that commands of an update took effect, with or without an answer.
decision believes_lost_answers(const situation& x) {
  if (!x.app.status.cluster || at(x) == phase::DualRunning)
    return flink::decide(x);
  altered_situation p{x};
  for (auto& [what, how] : p.seen.outcomes)
    if (how.failed && how.failed->kind == failure_class::unknown)
      how.failed.reset();
  return p.decide();
}

/// Writes the status again and again.
decision never_stops_writing(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Running && d.actions.empty() && d.next.conditions.size() == 3)
    d.next.conditions[1].message = "looked at " + std::to_string(x.now.wall.time_since_epoch().count() / 1'000'000'000);
  return d;
}

/// Assumes that the previous process sent its commands, and never repeats them.
decision trusts_the_previous_process(const situation& x) {
  altered_situation p{x};
  auto& t = x.app.status.target;
  if (at(x) == phase::Savepointing && t && t->trigger_id && x.app.status.cluster && x.app.status.job_status->job_id) {
    stop_job stop{x.app.status.cluster->id, *x.app.status.job_status->job_id, *t->trigger_id};
    if (!x.seen.outcomes.contains(stop))
      p.seen.outcomes[stop] = {.at = x.now.steady};
  }
  return p.decide();
}

/// What the process keeps only in memory.
thread_local std::map<job_id, job_id> memory;

/// Hides all jobs but one.
void hide_other_jobs(job_manager_view& view, const job_id& job_id) {
  for (auto& [slot, known] : view.all<ask_jobs>())
    std::erase_if(known.value, [&](auto& y) { return y.id != job_id; });
}

/// Uses a job id that is not in the status, and ignores other running jobs. A new process draws another id.
decision keeps_job_ids_in_memory(const situation& x) {
  auto& t = x.app.status.target;
  if (!x.app.status.cluster || !t || !t->job_id || (at(x) != phase::SubmittingJob && !memory.contains(*t->job_id)))
    return flink::decide(x);
  auto written = *t->job_id;
  auto& id = memory.try_emplace(written, x.fresh.job_id).first->second;
  altered_situation p{x};
  p.app.status.target->job_id = id;
  for (auto& [cluster, view] : p.seen.job_managers)
    hide_other_jobs(view, id);
  auto d = p.decide();
  if (d.next.target && d.next.target->job_id == id)
    d.next.target->job_id = written;
  return d;
}

/// Makes the mistake only after `Deploys` deploys. The unit tests start with a short history and do not find it; runs
/// of the simulation do.
template <decide_function Mistaken, std::size_t Deploys = 2>
decision later(const situation& x) {
  return x.app.status.history.size() < Deploys ? flink::decide(x) : Mistaken(x);
}

} // namespace

void forget_what_was_in_memory() {
  memory.clear();
}

const std::vector<mutant>& mutants() {
  static const std::vector<mutant> all{
      {"does not wait for the end of the old job", later<does_not_wait_for_the_end>},
      {"writes its intents late", later<writes_late>},
      {"reuses job ids", later<reuses_job_ids>},
      {"starts from nothing", later<starts_from_nothing>},
      {"starts from old state", later<starts_from_old_state>},
      {"skips the slot gate", later<skips_the_slot_gate>},
      {"submits twice", later<submits_twice, 1>, true},
      {"rolls back at once", later<rolls_back_at_once, 1>},
      {"overlooks edits", later<overlooks_edits>},
      {"never prunes", later<never_prunes>},
      {"believes lost answers", later<believes_lost_answers, 1>, true},
      {"never stops writing", later<never_stops_writing>},
      {"keeps job ids in memory", later<keeps_job_ids_in_memory, 1>, true},
      {"trusts the previous process", trusts_the_previous_process, true},
  };
  return all;
}

} // namespace simulation
