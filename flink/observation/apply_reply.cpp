// In: from an answer to what is known. The way out is call.cpp.
#include "flink/observation/apply_reply.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/names.hpp"
#include "k8s/decode.hpp"
#include "k8s/finalizer.hpp"

#include <algorithm>
#include <set>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

bool succeeded(const reply& r) {
  return !r.none && r.status >= 200 && r.status < 300;
}

failure failure_of(const action& x, const reply& r) {
  if (r.none)
    return *r.none;
  return job_manager_of(x).empty() ? k8s::classify(r.status, r.body) : classify_flink(r.status, r.body);
}

void record(observation& seen, const action& x, const reply& r, std::optional<failure> failed) {
  auto& o = seen.outcomes[to_string(x)];
  o.attempts = failed ? o.attempts + 1 : 0;
  o.failed = std::move(failed);
  o.at = r.at;
  o.asked = r.asked;
}

/// The view of the incarnation that was asked; a new life starts with an empty one.
job_manager_view& view_of(observation& seen, const std::string& cluster_id, const reply& r) {
  auto& view = seen.job_managers[cluster_id];
  if (view.asked != r.asked)
    view = {.asked = r.asked, .since = r.at};
  return view;
}

template <class T>
const failure* failed(const rest::result<T>& x) {
  return std::get_if<failure>(&x);
}

/// Takes in the answer to a question about the JobManager as a whole.
template <class T>
void answer(observation& seen, const action& x, const std::string& cluster_id, const reply& r, rest::result<T> said,
            std::optional<learned<T>> job_manager_view::* where) {
  if (auto* why = failed(said))
    return record(seen, x, r, *why);
  view_of(seen, cluster_id, r).*where = learned<T>{std::get<T>(std::move(said)), r.at};
  record(seen, x, r, std::nullopt);
}

/// Takes in the answer to a question about one thing, which may not exist.
template <class T>
void answer(observation& seen, const action& x, const std::string& cluster_id, const std::string& key, const reply& r,
            rest::result<T> said, std::map<std::string, learned<maybe<T>>> job_manager_view::* where) {
  auto* why = failed(said);
  if (why && why->kind != failure_class::gone)
    return record(seen, x, r, *why);
  maybe<T> value;
  if (!why)
    value = std::get<T>(std::move(said));
  (view_of(seen, cluster_id, r).*where)[key] = learned<maybe<T>>{std::move(value), r.at};
  record(seen, x, r, std::nullopt);
}

template <class T>
void show(observation& seen, std::optional<T> (*decode)(std::string_view, json::complaint&), const std::string& body) {
  json::complaint ignored;
  if (auto x = decode(body, ignored))
    learn_object(seen, std::make_shared<const T>(std::move(*x)), false);
}

void show_object(observation& seen, object_role role, const std::string& body) {
  switch (role) {
  case object_role::job_manager:
  case object_role::task_manager:
    return show(seen, k8s::decode_deployment, body);
  case object_role::versioned_service:
  case object_role::generic_service:
    return show(seen, k8s::decode_service, body);
  case object_role::ingress:
    return show(seen, k8s::decode_ingress, body);
  }
}

/// What stands under our name: ours, somebody else's, or nothing any more?
void learn_owner(observation& seen, const application& app, const read_object& x, const reply& r) {
  auto creation = to_string(action{create_object{x.role, x.cluster_id}});
  seen.name_conflicts.erase(creation);
  if (r.status == 404) {
    seen.outcomes.erase(creation); // it may be created again
    return;
  }
  json::complaint ignored;
  auto meta = k8s::decode_meta(r.body, ignored);
  if (!meta)
    return;
  auto is = [&](std::string_view key, const std::string& value) {
    auto i = meta->labels.find(std::string{key});
    return i != meta->labels.end() && i->second == value;
  };
  bool versioned = x.role != object_role::generic_service && x.role != object_role::ingress;
  bool ours = is(labels::application_uid, app.metadata.uid) && (!versioned || is(labels::cluster_id, x.cluster_id));
  if (ours && !meta->deletion_timestamp)
    return show_object(seen, x.role, r.body);
  if (!ours)
    seen.name_conflicts[creation] = std::string{to_string(x.role)} + " " + meta->name
                                  + " exists and belongs to somebody else: rename the application, or "
                                    "remove that object";
}

template <class T>
void forget(std::map<std::string, std::shared_ptr<const T>>& all, const delete_object& x) {
  if (auto i = all.find(x.name); i != all.end() && i->second->head.uid == x.uid)
    all.erase(i);
}

/// It is not there. What was known from the answer to its creation only may never have been shown by a watch, which
/// then does not tell of its end either.
void forget_object(observation& seen, const delete_object& x) {
  forget(seen.world.deployments, x);
  forget(seen.world.services, x);
  forget(seen.world.ingresses, x);
}

void forget_object(observation& seen, const orphan_object& x) {
  seen.world.deployments.erase(x.name);
  seen.world.services.erase(x.name);
}

struct learner {
  observation& seen;
  const application& app;
  const action& x;
  const reply& r;

  void plain() const { record(seen, x, r, succeeded(r) ? std::nullopt : std::optional{failure_of(x, r)}); }

  void operator()(const add_finalizer&) const { plain(); }
  void operator()(const remove_finalizer&) const { plain(); }
  void operator()(const create_object& y) const {
    if (succeeded(r))
      show_object(seen, y.role, r.body);
    plain();
  }
  void operator()(const rehearse_object&) const { plain(); }
  void operator()(const read_object& y) const {
    if (succeeded(r) || (!r.none && r.status == 404))
      learn_owner(seen, app, y, r);
    plain();
  }
  void operator()(const delete_object& y) const {
    auto why = succeeded(r) ? std::nullopt : std::optional{failure_of(x, r)};
    if (why && why->kind == failure_class::gone)
      forget_object(seen, y);
    if (why && (why->kind == failure_class::gone || why->kind == failure_class::conflict))
      why.reset(); // gone already, or another object by now
    record(seen, x, r, std::move(why));
  }
  void operator()(const scale_deployment&) const { shown(object_role::task_manager); } // a JobManager's is read alike
  void operator()(const switch_service&) const { shown(object_role::generic_service); }
  void operator()(const update_ingress&) const { shown(object_role::ingress); }
  void operator()(const orphan_object& y) const {
    if (!r.none && r.status == 404)
      forget_object(seen, y);
    shown(y.role);
  }
  void shown(object_role role) const {
    if (succeeded(r))
      show_object(seen, role, r.body);
    plain();
  }
  void operator()(const inspect_deployment& y) const {
    if (succeeded(r))
      seen.inspected[y.name] = r.body;
    plain();
  }
  void operator()(const take_over_object& y) const { shown(y.role); }
  void operator()(const ask_namespace&) const {
    json::complaint ignored;
    if (succeeded(r))
      if (auto meta = k8s::decode_meta(r.body, ignored))
        seen.namespace_terminating = meta->deletion_timestamp.has_value();
    if (!r.none && r.status == 404)
      seen.namespace_terminating = true;
    plain();
  }
  void operator()(const ask_application&) const {
    json::complaint ignored;
    auto meta = succeeded(r) ? k8s::decode_meta(r.body, ignored) : std::nullopt;
    if (meta)
      seen.application_gone = meta->uid != app.metadata.uid;
    if (!r.none && r.status == 404)
      seen.application_gone = true;
    plain();
  }
  void operator()(const record_event&) const {}
  void operator()(const ask_overview& y) const {
    answer(seen, x, y.cluster_id, r, said(rest::decode_overview), &job_manager_view::overview);
  }
  void operator()(const ask_jobs& y) const {
    answer(seen, x, y.cluster_id, r, said(rest::decode_jobs), &job_manager_view::jobs);
  }
  void operator()(const ask_job& y) const {
    answer(seen, x, y.cluster_id, y.job_id, r, said(rest::decode_job), &job_manager_view::job);
  }
  void operator()(const ask_checkpoints& y) const {
    answer(seen, x, y.cluster_id, y.job_id, r, said(rest::decode_checkpoints), &job_manager_view::checkpoints);
  }
  void operator()(const ask_restarts& y) const {
    answer(seen, x, y.cluster_id, y.job_id, r, said(rest::decode_restarts), &job_manager_view::restarts);
  }
  void operator()(const ask_exceptions& y) const {
    answer(seen, x, y.cluster_id, y.job_id, r, said(rest::decode_exceptions), &job_manager_view::exceptions);
  }
  void operator()(const ask_savepoint& y) const {
    answer(seen, x, y.cluster_id, y.trigger_id, r, said(rest::decode_savepoint), &job_manager_view::savepoints);
  }
  void operator()(const ask_features& y) const {
    answer(seen, x, y.cluster_id, r, said(rest::decode_features), &job_manager_view::features);
  }
  void operator()(const ask_requirements& y) const {
    answer(seen, x, y.cluster_id, y.job_id, r, said(rest::decode_requirements), &job_manager_view::requirements);
  }
  void operator()(const compile_job& y) const {
    auto plan = said(rest::decode_plan);
    if (auto* vertices = std::get_if<rest::vertex_plan>(&plan))
      view_of(seen, y.cluster_id, r).plans[y.job.parallelism] = *vertices;
    order(plan);
  }
  void operator()(const submit_job&) const { order(said(rest::decode_run)); }
  void operator()(const take_savepoint&) const { order(said(rest::decode_trigger)); }
  void operator()(const dispose_savepoint& y) const {
    auto id = said(rest::decode_trigger);
    if (auto* drawn = std::get_if<std::string>(&id))
      view_of(seen, y.cluster_id, r).disposal_ids[y.path] = *drawn;
    order(id);
  }
  void operator()(const ask_disposal& y) const {
    answer(seen, x, y.cluster_id, y.disposal_id, r, said(rest::decode_disposal), &job_manager_view::disposals);
  }
  void operator()(const stop_job&) const { order(said(rest::decode_trigger)); }
  void operator()(const cancel_job&) const { order(said(rest::decode_done)); }
  void operator()(const rescale_job&) const { order(said(rest::decode_done)); }

  template <class T>
  rest::result<T> said(rest::result<T> (*decode)(int, std::string_view)) const {
    return r.none ? rest::result<T>{*r.none} : decode(r.status, r.body);
  }
  template <class T>
  void order(const rest::result<T>& said) const {
    auto* why = failed(said);
    record(seen, x, r, why ? std::optional{*why} : std::nullopt);
  }
};

std::optional<std::string> job_under_way(const status& x) {
  if (!x.target)
    return std::nullopt;
  auto& back = x.target->rollback;
  return back && back->job_id ? back->job_id : x.target->job_id;
}

template <class T>
void put(std::map<std::string, std::shared_ptr<const T>>& all, std::shared_ptr<const T> x, bool removed) {
  auto i = all.find(x->head.key.name);
  if (!removed)
    all.insert_or_assign(x->head.key.name, std::move(x));
  else if (i != all.end() && i->second->head.uid == x->head.uid)
    all.erase(i);
}

} // namespace

void learn(observation& seen, const application& app, const action& x, const reply& r) {
  std::visit(learner{seen, app, x, r}, x);
}

void learn_object(observation& seen, std::shared_ptr<const k8s::deployment> x, bool removed) {
  put(seen.world.deployments, std::move(x), removed);
}

void learn_object(observation& seen, std::shared_ptr<const k8s::pod> x, bool removed) {
  put(seen.world.pods, std::move(x), removed);
}

void learn_object(observation& seen, std::shared_ptr<const k8s::service> x, bool removed) {
  put(seen.world.services, std::move(x), removed);
}

void learn_object(observation& seen, std::shared_ptr<const k8s::ingress> x, bool removed) {
  put(seen.world.ingresses, std::move(x), removed);
}

void learn_application(observation& seen, const application& x) {
  auto& all = x.metadata.finalizers;
  if (x.metadata.deletion_timestamp && std::find(all.begin(), all.end(), "orphan") != all.end())
    seen.being_orphaned = true;
}

void learn_written(observation& seen, const status& before, const status& written) {
  auto job_id = job_under_way(written);
  if (job_id && job_id != job_under_way(before))
    seen.own_job_id = *job_id;
}

void forget_the_past(observation& seen, const status& present, std::chrono::steady_clock::time_point now) {
  std::erase_if(seen.outcomes, [&](auto& x) { return now - x.second.at > defaults::outcomes_remembered; });
  std::set<std::string> alive;
  for (auto& id : clusters_in(seen.world))
    alive.insert(id);
  if (present.cluster)
    alive.insert(present.cluster->id);
  if (!left_by_go_operator(present))
    seen.inspected.clear();
  std::erase_if(seen.job_managers, [&](auto& x) { return !alive.contains(x.first); });
  auto past = [&](auto& x) { return now - x.second.at > defaults::outcomes_remembered; };
  auto disposed = [&](auto& x) {
    return std::none_of(present.savepoints.begin(), present.savepoints.end(),
                        [&](auto& y) { return y.path == x.first; });
  };
  for (auto& [id, view] : seen.job_managers) {
    std::erase_if(view.savepoints, past);
    std::erase_if(view.disposals, past);
    std::erase_if(view.disposal_ids, disposed);
  }
}

} // namespace flink
