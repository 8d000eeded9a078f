// Out: from an action to the request that carries it. The way back is learn.cpp.
#include "config/defaults.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/observation/apply_reply.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/names.hpp"
#include "k8s/finalizer.hpp"

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

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
  return {.id = cluster_id,
          .attempt = t && t->cluster_id == cluster_id ? t->attempt : 1,
          .colour = colour_of(app.status, cluster_id)};
}

std::string name_for(object_role role, const application& app, const std::string& id) {
  auto& name = app.metadata.name;
  auto colour = colour_of(app.status, id);
  switch (role) {
  case object_role::job_manager:
    return job_manager_deployment_name(name, id, colour);
  case object_role::task_manager:
    return task_manager_deployment_name(name, id, colour);
  case object_role::versioned_service:
    return versioned_service_name(name, id);
  case object_role::generic_service:
    return generic_service_name(name, colour);
  case object_role::ingress:
    return ingress_name(name, colour);
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
  call operator()(const rehearse_object& x) const {
    if (!x.pod)
      return kubernetes_call{k8s::dry_run_create(type_of(x.role), ns(), body_for(x.role, app, x.cluster_id, options))};
    auto role = x.role == object_role::job_manager ? cluster_role::job_manager : cluster_role::task_manager;
    return kubernetes_call{
        k8s::dry_run_create(k8s::pods, ns(), render_probe_pod(app, plan_for(app, x.cluster_id), options, role))};
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
    return kubernetes_call{k8s::merge_patch(k8s::services,
                                            key(name_for(object_role::generic_service, app, x.cluster_id)),
                                            service_switch_patch(app, x.cluster_id, pod_selector_of(x.cluster_id)))};
  }
  call operator()(const update_ingress& x) const {
    return kubernetes_call{k8s::merge_patch(k8s::ingresses, key(name_for(object_role::ingress, app, x.cluster_id)),
                                            ingress_patch(app, plan_for(app, x.cluster_id), options))};
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
  call operator()(const ask_features& x) const { return job_manager_call{x.cluster_id, rest::get_features()}; }
  call operator()(const ask_requirements& x) const {
    return job_manager_call{x.cluster_id, rest::get_requirements(x.job_id)};
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
  call operator()(const rescale_job& x) const {
    return job_manager_call{x.cluster_id, rest::put_requirements(x.job_id, x.bounds)};
  }
};

} // namespace

call call_for(const action& x, const application& app, const observation& seen, const render_options& options) {
  return std::visit(caller{app, seen, options}, x);
}

milliseconds patience_for(const action& x, const application& app) {
  if (job_manager_of(x).empty())
    return defaults::kubernetes_timeout;
  if (std::holds_alternative<compile_job>(x) || std::holds_alternative<submit_job>(x)) {
    auto& own = app.spec.timeouts;
    return own && own->submit_seconds ? std::chrono::seconds{*own->submit_seconds} : milliseconds{defaults::submit};
  }
  bool order = std::holds_alternative<take_savepoint>(x) || std::holds_alternative<dispose_savepoint>(x)
            || std::holds_alternative<stop_job>(x) || std::holds_alternative<cancel_job>(x)
            || std::holds_alternative<rescale_job>(x);
  return order ? defaults::flink_command_timeout : defaults::flink_query_timeout;
}

} // namespace flink
