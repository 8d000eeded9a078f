#include "flink/learn.hpp"

#include "config/defaults.hpp"
#include "flink/adopt.hpp"
#include "flink/decode.hpp"
#include "flink/labels.hpp"
#include "flink/names.hpp"
#include "flink/render.hpp"
#include "k8s/decode.hpp"
#include "k8s/finalizer.hpp"

#include <algorithm>
#include <set>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

// -- out: from an action to a request -------------------------------------------------------------------

const k8s::resource_type& type_of(object_role x) {
  switch (x) {
  case object_role::job_manager:
  case object_role::task_manager:
    return k8s::deployments;
  case object_role::versioned_service:
  case object_role::generic_service:
    return k8s::services;
  case object_role::ingress:
    return k8s::ingresses;
  }
  return k8s::services;
}

cluster_plan plan_for(const application& app, const std::string& cluster_id) {
  auto& t = app.status.target;
  return {.id = cluster_id, .attempt = t && t->cluster_id == cluster_id ? t->attempt : 1};
}

std::string name_for(object_role role, const application& app, const std::string& id) {
  auto& name = app.metadata.name;
  switch (role) {
  case object_role::job_manager:
    return job_manager_deployment_name(name, id);
  case object_role::task_manager:
    return task_manager_deployment_name(name, id);
  case object_role::versioned_service:
    return versioned_service_name(name, id);
  case object_role::generic_service:
    return generic_service_name(name);
  case object_role::ingress:
    return ingress_name(name);
  }
  return name;
}

std::string body_for(object_role role, const application& app, const std::string& id, const render_options& options) {
  auto plan = plan_for(app, id);
  switch (role) {
  case object_role::job_manager:
    return render_job_manager(app, plan, options);
  case object_role::task_manager:
    return render_task_manager(app, plan, options);
  case object_role::versioned_service:
    return render_versioned_service(app, plan);
  case object_role::generic_service:
    return render_generic_service(app, plan);
  case object_role::ingress:
    return render_ingress(app, plan, options);
  }
  return {};
}

const k8s::object_head* head_of(const world& x, object_role role, const std::string& name) {
  auto find = [&](auto& all) -> const k8s::object_head* {
    auto i = all.find(name);
    return i == all.end() ? nullptr : &i->second->head;
  };
  auto& type = type_of(role);
  return &type == &k8s::deployments ? find(x.deployments)
       : &type == &k8s::services    ? find(x.services)
                                    : find(x.ingresses);
}

rest::run_options run_options_of(const job_parameters& job, std::string job_id, std::string restore_path) {
  return {.jar_name = job.jar_name,
          .job_id = std::move(job_id),
          .parallelism = job.parallelism,
          .entry_class = job.entry_class.value_or(""),
          .program_args_list = job.program_args_list,
          .savepoint_path = std::move(restore_path),
          .allow_non_restored_state = job.allow_non_restored_state};
}

struct caller {
  const application& app;
  const observation& seen;
  const render_options& options;

  const std::string& ns() const { return app.metadata.namespace_; }
  k8s::object_key key() const { return k8s::key_of(app.metadata); }
  k8s::object_key key(std::string name) const { return {ns(), std::move(name)}; }

  /// Of a cluster that another operator made, the selector is its own.
  std::string pod_selector_of(const std::string& cluster_id) const {
    auto* service = look_at_cluster(seen, cluster_id).versioned_service;
    if (!service)
      return {};
    auto i = service->selector.find(std::string{labels::pod_selector});
    return i == service->selector.end() ? std::string{} : i->second;
  }

  call operator()(const add_finalizer&) const {
    auto patch = k8s::add_finalizer(app.metadata, finalizer_name);
    if (!patch)
      return no_call{"the finalizer cannot be added"};
    return kubernetes_call{k8s::json_patch(k8s::flink_applications, key(), *patch)};
  }
  call operator()(const remove_finalizer&) const {
    auto patch = k8s::remove_finalizer(app.metadata, finalizer_name);
    if (!patch)
      return no_call{"the finalizer is gone already"};
    return kubernetes_call{k8s::json_patch(k8s::flink_applications, key(), *patch)};
  }
  call operator()(const create_object& x) const {
    return kubernetes_call{k8s::create(type_of(x.role), ns(), body_for(x.role, app, x.cluster_id, options))};
  }
  call operator()(const read_object& x) const {
    return kubernetes_call{k8s::get(type_of(x.role), key(name_for(x.role, app, x.cluster_id)))};
  }
  call operator()(const delete_object& x) const {
    return kubernetes_call{k8s::remove(type_of(x.role), key(x.name), {.uid = x.uid})};
  }
  call operator()(const scale_deployment& x) const {
    return kubernetes_call{
        k8s::merge_patch(k8s::deployments, key(x.name), R"({"spec":{"replicas":)" + std::to_string(x.replicas) + "}}")};
  }
  call operator()(const switch_service& x) const {
    return kubernetes_call{k8s::merge_patch(k8s::services, key(generic_service_name(app.metadata.name)),
                                            service_switch_patch(app, x.cluster_id, pod_selector_of(x.cluster_id)))};
  }
  call operator()(const orphan_object& x) const {
    return kubernetes_call{
        k8s::merge_patch(type_of(x.role), key(x.name),
                         R"({"metadata":{"labels":{")" + std::string{labels::orphaned} + R"(":"true"}}})")};
  }
  call operator()(const inspect_deployment& x) const {
    return kubernetes_call{k8s::get(k8s::deployments, key(x.name))};
  }
  call operator()(const take_over_object& x) const {
    auto* head = head_of(seen.world, x.role, x.name);
    if (!head)
      return no_call{"it is gone"};
    return kubernetes_call{
        k8s::json_patch(type_of(x.role), key(x.name), take_over_patch(app, *head, keeps_owner(x.role)))};
  }
  call operator()(const ask_namespace&) const { return kubernetes_call{k8s::get(k8s::namespaces, {"", ns()})}; }
  call operator()(const ask_application&) const { return kubernetes_call{k8s::get(k8s::flink_applications, key())}; }
  call operator()(const record_event&) const { return no_call{"events go their own way"}; }
  call operator()(const ask_overview& x) const { return job_manager_call{x.cluster_id, rest::get_overview()}; }
  call operator()(const ask_jobs& x) const { return job_manager_call{x.cluster_id, rest::get_jobs()}; }
  call operator()(const ask_job& x) const { return job_manager_call{x.cluster_id, rest::get_job(x.job_id)}; }
  call operator()(const ask_checkpoints& x) const {
    return job_manager_call{x.cluster_id, rest::get_checkpoints(x.job_id)};
  }
  call operator()(const ask_restarts& x) const { return job_manager_call{x.cluster_id, rest::get_restarts(x.job_id)}; }
  call operator()(const ask_exceptions& x) const {
    return job_manager_call{x.cluster_id, rest::get_exceptions(x.job_id)};
  }
  call operator()(const ask_savepoint& x) const {
    return job_manager_call{x.cluster_id, rest::get_savepoint(x.job_id, x.trigger_id)};
  }
  call operator()(const compile_job& x) const {
    return job_manager_call{x.cluster_id, rest::plan(run_options_of(x.job, "", ""))};
  }
  call operator()(const submit_job& x) const {
    return job_manager_call{x.cluster_id, rest::run(run_options_of(x.job, x.job_id, x.restore_path))};
  }
  call operator()(const take_savepoint& x) const {
    return job_manager_call{x.cluster_id, rest::take_savepoint(x.job_id, x.trigger_id)};
  }
  call operator()(const dispose_savepoint& x) const {
    return job_manager_call{x.cluster_id, rest::dispose_savepoint(x.path)};
  }
  call operator()(const ask_disposal& x) const {
    return job_manager_call{x.cluster_id, rest::get_disposal(x.disposal_id)};
  }
  call operator()(const stop_job& x) const {
    return job_manager_call{x.cluster_id, rest::stop_with_savepoint(x.job_id, x.trigger_id)};
  }
  call operator()(const cancel_job& x) const { return job_manager_call{x.cluster_id, rest::cancel(x.job_id)}; }
};

// -- in: from an answer to what is known --------------------------------------------------------------------

bool succeeded(const reply& r) {
  return !r.none && r.status >= 200 && r.status < 300;
}

failure failure_of(const action& x, const reply& r) {
  if (r.none)
    return *r.none;
  return job_manager_of(x).empty() ? classify_kubernetes(r.status, r.body) : classify_flink(r.status, r.body);
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
    view = {.asked = r.asked};
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
  void operator()(const orphan_object& y) const { shown(y.role); }
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
  void operator()(const compile_job&) const { order(said(rest::decode_done)); }
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

template <class T>
void put(std::map<std::string, std::shared_ptr<const T>>& all, std::shared_ptr<const T> x, bool removed) {
  auto i = all.find(x->head.key.name);
  if (!removed)
    all.insert_or_assign(x->head.key.name, std::move(x));
  else if (i != all.end() && i->second->head.uid == x->head.uid)
    all.erase(i);
}

} // namespace

call call_for(const action& x, const application& app, const observation& seen, const render_options& options) {
  return std::visit(caller{app, seen, options}, x);
}

milliseconds patience_for(const action& x, const application& app) {
  if (job_manager_of(x).empty())
    return defaults::kubernetes_request;
  if (std::holds_alternative<compile_job>(x) || std::holds_alternative<submit_job>(x)) {
    auto& own = app.spec.timeouts;
    return own && own->submit_seconds ? std::chrono::seconds{*own->submit_seconds} : milliseconds{defaults::submit};
  }
  bool order = std::holds_alternative<take_savepoint>(x) || std::holds_alternative<dispose_savepoint>(x)
            || std::holds_alternative<stop_job>(x) || std::holds_alternative<cancel_job>(x);
  return order ? defaults::flink_order : defaults::flink_question;
}

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
