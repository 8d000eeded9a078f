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
struct false_picture {
  explicit false_picture(const situation& x) : app{x.app}, seen{x.seen}, hash{x.spec_hash}, of{x} {}

  decision decide() const {
    return flink::decide({app, of.errors, hash, seen, of.settings, fresh ? *fresh : of.fresh, of.now});
  }

  application app;
  observation seen;
  std::string hash;
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

/// The new job is submitted as soon as the savepoint is known: the old one will have ended by then, will it not?
decision does_not_wait_for_the_end(const situation& x) {
  false_picture p{x};
  auto& st = p.app.status;
  if (at(x) == phase::Cancelling && st.cluster && st.job_status && st.job_status->job_id)
    if (auto view = p.seen.job_managers.find(st.cluster->id); view != p.seen.job_managers.end())
      for (auto& [id, known] : view->second.all<ask_job>())
        if (id == *st.job_status->job_id && known.value && p.seen.outcomes.contains(cancel_job{st.cluster->id, id}))
          known.value->state = rest::job_state::canceled;
  return p.decide();
}

/// The intent is not written before the order goes out, but with the next write.
decision writes_behind(const situation& x) {
  auto d = flink::decide(x);
  bool orders = std::any_of(d.actions.begin(), d.actions.end(), [](auto& y) {
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
  if (d.next == x.app.status || !orders)
    return d;
  held.clear();
  held[key] = d;
  d.next = x.app.status;
  d.reason.clear();
  return d;
}

/// Every start of an application gets the same job id.
decision reuses_job_ids(const situation& x) {
  false_picture p{x};
  p.fresh = x.fresh;
  p.fresh->job_id = x.app.metadata.uid.substr(0, 8) + std::string(24, '0');
  return p.decide();
}

/// The job is started without the state that was saved.
decision starts_from_nothing(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Savepointing && phase_of(d.next) == phase::SubmittingJob)
    d.next.target->restore_path.reset();
  return d;
}

/// The first savepoint that it remembers is good enough.
decision starts_from_old_state(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Savepointing && phase_of(d.next) == phase::SubmittingJob && d.next.target->restore_path
      && !d.next.savepoints.empty())
    d.next.target->restore_path = d.next.savepoints.front().path;
  return d;
}

/// The old job is stopped although the new cluster has no slots yet.
decision skips_the_gate_of_slots(const situation& x) {
  false_picture p{x};
  if (at(x) == phase::ClusterStarting)
    for (auto& [id, view] : p.seen.job_managers)
      for (auto& [slot, known] : view.all<ask_overview>())
        known.value.slots_total = 1000;
  return p.decide();
}

/// Why the submit under way has failed, if it has.
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

/// No answer to a submit means that it did not arrive: once more, under another id.
decision submits_twice(const situation& x) {
  auto* why = failed_submit(x);
  return at(x) == phase::SubmittingJob && why && why->kind == failure_class::unknown ? under_another_id(x)
                                                                                     : flink::decide(x);
}

/// The old version gets its job back at once, whatever becomes of the new one's.
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

/// An edit during a deploy is not seen.
decision overlooks_edits(const situation& x) {
  false_picture p{x};
  if (x.app.status.target)
    p.hash = x.app.status.target->spec_hash;
  else if (at(x) == phase::Running && x.app.status.cluster && x.app.status.history.size() > 1)
    p.hash = x.app.status.cluster->spec_hash;
  return p.decide();
}

/// Old clusters stay.
decision never_sweeps(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) != phase::Deleting)
    drop<delete_object>(d);
  return d;
}

/// What was sent in an update is done, whether it was answered or not.
decision believes_lost_answers(const situation& x) {
  if (!x.app.status.cluster || at(x) == phase::DualRunning)
    return flink::decide(x);
  false_picture p{x};
  for (auto& [what, how] : p.seen.outcomes)
    if (how.failed && how.failed->kind == failure_class::unknown)
      how.failed.reset();
  return p.decide();
}

/// The status is written again and again.
decision never_rests(const situation& x) {
  auto d = flink::decide(x);
  if (at(x) == phase::Running && d.actions.empty() && d.next.conditions.size() == 3)
    d.next.conditions[1].message = "looked at " + std::to_string(x.now.wall.time_since_epoch().count() / 1'000'000'000);
  return d;
}

/// What was sent by the process before is taken for sent, and never sent again.
decision believes_its_predecessor(const situation& x) {
  false_picture p{x};
  auto& t = x.app.status.target;
  if (at(x) == phase::Savepointing && t && t->trigger_id && x.app.status.cluster && x.app.status.job_status->job_id) {
    stop_job stop{x.app.status.cluster->id, *x.app.status.job_status->job_id, *t->trigger_id};
    if (!x.seen.outcomes.contains(stop))
      p.seen.outcomes[stop] = {.at = x.now.steady};
  }
  return p.decide();
}

/// What the process keeps in memory only.
thread_local std::map<std::string, std::string> memory;

/// No job but the one that is looked for is seen.
void hide_strangers(job_manager_view& view, const std::string& job_id) {
  for (auto& [slot, known] : view.all<ask_jobs>())
    std::erase_if(known.value, [&](auto& y) { return y.id != job_id; });
}

/// The job goes by an id that is not in the status, and what else runs is not looked at: a new process draws another.
decision keeps_job_ids_in_memory(const situation& x) {
  auto& t = x.app.status.target;
  if (!x.app.status.cluster || !t || !t->job_id || (at(x) != phase::SubmittingJob && !memory.contains(*t->job_id)))
    return flink::decide(x);
  auto written = *t->job_id;
  auto& id = memory.try_emplace(written, x.fresh.job_id).first->second;
  false_picture p{x};
  p.app.status.target->job_id = id;
  for (auto& [cluster, view] : p.seen.job_managers)
    hide_strangers(view, id);
  auto d = p.decide();
  if (d.next.target && d.next.target->job_id == id)
    d.next.target->job_id = written;
  return d;
}

/// The mistake is made once so many deploys are behind it. The tables, which begin at some place with little behind it,
/// do not find it; a run of the simulation has that many.
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
      {"writes its intents behind", later<writes_behind>},
      {"reuses job ids", later<reuses_job_ids>},
      {"starts from nothing", later<starts_from_nothing>},
      {"starts from old state", later<starts_from_old_state>},
      {"skips the gate of slots", later<skips_the_gate_of_slots>},
      {"submits twice", later<submits_twice, 1>, true},
      {"rolls back at once", later<rolls_back_at_once, 1>},
      {"overlooks edits", later<overlooks_edits>},
      {"never sweeps", later<never_sweeps>},
      {"believes lost answers", later<believes_lost_answers, 1>, true},
      {"never rests", later<never_rests>},
      {"keeps job ids in memory", later<keeps_job_ids_in_memory, 1>, true},
      {"believes its predecessor", believes_its_predecessor, true},
  };
  return all;
}

} // namespace simulation
