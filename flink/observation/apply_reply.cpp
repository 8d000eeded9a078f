// Updates the observation with answers. to_request.cpp makes the requests.
#include "flink/observation/apply_reply.hpp"

#include "config/defaults.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/decode.hpp"

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
  return target_of(x) == action_target::kubernetes ? k8s::classify(r.status, r.body) : classify_flink(r.status, r.body);
}

void record(observation& seen, const action& x, const reply& r, std::optional<failure> failed) {
  auto& o = seen.outcomes[x];
  o.attempts = failed ? o.attempts + 1 : 0;
  o.failed = std::move(failed);
  o.at = r.at;
  o.asked = r.asked;
}

/// Returns the view of the incarnation that was asked. A new incarnation starts with an empty one.
job_manager_view& view_of(observation& seen, const cluster_id& cluster_id, const reply& r) {
  auto& view = seen.job_managers[cluster_id];
  if (view.asked != r.asked)
    view = {.asked = r.asked, .since = r.at};
  return view;
}

template <class T>
const failure* failed(const rest::result<T>& x) {
  return std::get_if<failure>(&x);
}

template <action_type A>
auto decode(const reply& r) {
  return r.none ? decltype(A::decode(r.status, r.body)){*r.none} : A::decode(r.status, r.body);
}

/// Stores the answer to a question: a value, or that nothing exists, or why there is no answer.
template <question Q>
void answer(observation& seen, const Q& x, const reply& r) {
  auto said = decode<Q>(r);
  auto* why = failed(said);
  bool missing = may_be_missing<Q> && why && why->kind == failure_class::gone;
  if (why && !missing)
    return record(seen, x, r, *why);
  typename Q::answer value{};
  if (!missing)
    value = std::get<0>(std::move(said));
  view_of(seen, x.cluster_id, r).template all<Q>()[x.slot()] = {std::move(value), r.at};
  record(seen, x, r, std::nullopt);
}

/// Stores the additional content of the answer to a command.
void keep(job_manager_view& view, const compile_job& x, rest::vertex_plan vertices) {
  view.plans[x.job.parallelism] = std::move(vertices);
}

void keep(job_manager_view& view, const dispose_savepoint& x, std::string disposal_id) {
  view.disposal_ids[x.path] = std::move(disposal_id);
}

/// Stores the answer to a command.
template <action_type C>
void confirm(observation& seen, const C& x, const reply& r) {
  auto said = decode<C>(r);
  auto* why = failed(said);
  if constexpr (requires(job_manager_view& view) { keep(view, x, std::get<0>(said)); })
    if (!why)
      keep(view_of(seen, x.cluster_id, r), x, std::get<0>(said));
  record(seen, x, r, why ? std::optional{*why} : std::nullopt);
}

template <class T>
void show(observation& seen, std::optional<T> (*decode)(std::string_view, json::field_error&),
          const std::string& body) {
  json::field_error ignored;
  if (auto x = decode(body, ignored))
    apply_object(seen, std::make_shared<const T>(std::move(*x)), false);
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

/// Notes whether the object with our name is ours, belongs to somebody else, or is gone.
void note_owner(observation& seen, const application& app, const read_object& x, const reply& r) {
  action creation = create_object{x.role, x.cluster_id};
  seen.name_conflicts.erase(creation);
  if (r.status == 404) {
    seen.outcomes.erase(creation); // it may be created again
    return;
  }
  json::field_error ignored;
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
                                  + " already exists and does not belong to this application: delete it; if the deploy "
                                    "has failed meanwhile, also change spec.restartNonce";
}

template <class T>
void forget(std::map<std::string, std::shared_ptr<const T>>& all, const delete_object& x) {
  if (auto i = all.find(x.name); i != all.end() && i->second->head.uid == x.uid)
    all.erase(i);
}

/// Removes an object that does not exist. No watch reports its end if it was only in the answer to its creation.
void forget_object(observation& seen, const delete_object& x) {
  forget(seen.objects.deployments, x);
  forget(seen.objects.services, x);
  forget(seen.objects.ingresses, x);
}

void forget_object(observation& seen, const orphan_object& x) {
  seen.objects.deployments.erase(x.name);
  seen.objects.services.erase(x.name);
}

struct reply_applier {
  observation& seen;
  const application& app;
  const action& x;
  const reply& r;

  bool says_not_found() const { return !r.none && r.status == 404; }

  void plain() const { record(seen, x, r, succeeded(r) ? std::nullopt : std::optional{failure_of(x, r)}); }

  template <question Q>
  void operator()(const Q& y) const {
    answer(seen, y, r);
  }
  template <action_type A>
    requires(A::target == action_target::job_manager && A::effect == action_effect::command)
  void operator()(const A& y) const {
    confirm(seen, y, r);
  }
  template <action_type A>
    requires(A::target == action_target::kubernetes)
  void operator()(const A& y) const {
    if constexpr (requires { y.shows(); })
      if (succeeded(r))
        show_object(seen, y.shows(), r.body);
    plain();
  }

  // Kubernetes: actions whose answers need special handling
  void operator()(const record_event&) const {}
  void operator()(const read_object& y) const {
    if (succeeded(r) || says_not_found())
      note_owner(seen, app, y, r);
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
  void operator()(const orphan_object& y) const {
    if (says_not_found())
      forget_object(seen, y);
    if (succeeded(r))
      show_object(seen, y.role, r.body);
    plain();
  }
  void operator()(const inspect_deployment& y) const {
    if (succeeded(r))
      seen.inspected[y.name] = r.body;
    plain();
  }
  void operator()(const ask_namespace&) const {
    json::field_error ignored;
    if (succeeded(r))
      if (auto meta = k8s::decode_meta(r.body, ignored))
        seen.namespace_terminating = meta->deletion_timestamp.has_value();
    if (says_not_found())
      seen.namespace_terminating = true;
    plain();
  }
  void operator()(const ask_application&) const {
    json::field_error ignored;
    auto meta = succeeded(r) ? k8s::decode_meta(r.body, ignored) : std::nullopt;
    if (meta)
      seen.application_gone = meta->uid != app.metadata.uid;
    if (says_not_found())
      seen.application_gone = true;
    plain();
  }
};

std::optional<job_id> job_under_way(const status& x) {
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

void apply_reply(observation& seen, const application& app, const action& x, const reply& r) {
  std::visit(reply_applier{seen, app, x, r}, x);
}

void apply_object(observation& seen, std::shared_ptr<const k8s::deployment> x, bool removed) {
  put(seen.objects.deployments, std::move(x), removed);
}

void apply_object(observation& seen, std::shared_ptr<const k8s::pod> x, bool removed) {
  put(seen.objects.pods, std::move(x), removed);
}

void apply_object(observation& seen, std::shared_ptr<const k8s::service> x, bool removed) {
  put(seen.objects.services, std::move(x), removed);
}

void apply_object(observation& seen, std::shared_ptr<const k8s::ingress> x, bool removed) {
  put(seen.objects.ingresses, std::move(x), removed);
}

void apply_application(observation& seen, const application& x) {
  auto& all = x.metadata.finalizers;
  if (x.metadata.deletion_timestamp && std::find(all.begin(), all.end(), "orphan") != all.end())
    seen.being_orphaned = true;
}

void apply_written_status(observation& seen, const status& before, const status& written) {
  auto job_id = job_under_way(written);
  if (job_id && job_id != job_under_way(before))
    seen.own_job_id = *job_id;
}

void evict_stale(observation& seen, const status& present, std::chrono::steady_clock::time_point now) {
  std::erase_if(seen.outcomes, [&](auto& x) { return now - x.second.at > defaults::outcomes_remembered; });
  std::set<cluster_id> alive;
  for (auto& id : clusters_in(seen.objects))
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
    std::erase_if(view.all<ask_savepoint>(), past);
    std::erase_if(view.all<ask_disposal>(), past);
    std::erase_if(view.disposal_ids, disposed);
  }
}

} // namespace flink
