// Makes the requests of actions. apply_reply.cpp handles the answers.
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

cluster_plan plan_for(const application& app, const cluster_id& cluster_id) {
  auto& t = app.status.target;
  return {.id = cluster_id,
          .attempt = t && t->cluster_id == cluster_id ? t->attempt : 1,
          .colour = colour_of(app.status, cluster_id)};
}

std::string name_for(object_role role, const application& app, const cluster_id& id) {
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

std::string body_for(object_role role, const application& app, const cluster_id& id, const render_options& options) {
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

const k8s::object_head* head_of(const objects& x, object_role role, const std::string& name) {
  auto find = [&](auto& all) -> const k8s::object_head* {
    auto i = all.find(name);
    return i == all.end() ? nullptr : &i->second->head;
  };
  auto& type = type_of(role);
  return &type == &k8s::deployments ? find(x.deployments)
       : &type == &k8s::services    ? find(x.services)
                                    : find(x.ingresses);
}

struct router {
  const application& app;
  const observation& seen;
  const render_options& options;

  const std::string& ns() const { return app.metadata.namespace_; }
  k8s::object_key key() const { return k8s::key_of(app.metadata); }
  k8s::object_key key(std::string name) const { return {ns(), std::move(name)}; }

  /// A cluster of the Go operator has its own selector.
  std::string pod_selector_of(const cluster_id& cluster_id) const {
    auto* service = look_at_cluster(seen, cluster_id).versioned_service;
    if (!service)
      return {};
    auto i = service->selector.find(std::string{labels::pod_selector});
    return i == service->selector.end() ? std::string{} : i->second;
  }

  routed_request operator()(const add_finalizer&) const {
    auto patch = k8s::add_finalizer(app.metadata, finalizer_name);
    if (!patch)
      return unsendable{"the finalizer cannot be added"};
    return api_server_request{k8s::json_patch(k8s::flink_applications, key(), *patch)};
  }
  routed_request operator()(const remove_finalizer&) const {
    auto patch = k8s::remove_finalizer(app.metadata, finalizer_name);
    if (!patch)
      return unsendable{"the finalizer is gone already"};
    return api_server_request{k8s::json_patch(k8s::flink_applications, key(), *patch)};
  }
  routed_request operator()(const create_object& x) const {
    return api_server_request{k8s::create(type_of(x.role), ns(), body_for(x.role, app, x.cluster_id, options))};
  }
  routed_request operator()(const dry_run_object& x) const {
    if (!x.pod)
      return api_server_request{
          k8s::dry_run_create(type_of(x.role), ns(), body_for(x.role, app, x.cluster_id, options))};
    auto role = x.role == object_role::job_manager ? cluster_role::job_manager : cluster_role::task_manager;
    return api_server_request{
        k8s::dry_run_create(k8s::pods, ns(), render_probe_pod(app, plan_for(app, x.cluster_id), options, role))};
  }
  routed_request operator()(const read_object& x) const {
    return api_server_request{k8s::get(type_of(x.role), key(name_for(x.role, app, x.cluster_id)))};
  }
  routed_request operator()(const delete_object& x) const {
    return api_server_request{k8s::remove(type_of(x.role), key(x.name), {.uid = x.uid})};
  }
  routed_request operator()(const scale_deployment& x) const {
    return api_server_request{
        k8s::merge_patch(k8s::deployments, key(x.name), R"({"spec":{"replicas":)" + std::to_string(x.replicas) + "}}")};
  }
  routed_request operator()(const switch_service& x) const {
    return api_server_request{k8s::merge_patch(k8s::services,
                                               key(name_for(object_role::generic_service, app, x.cluster_id)),
                                               service_switch_patch(app, x.cluster_id, pod_selector_of(x.cluster_id)))};
  }
  routed_request operator()(const update_ingress& x) const {
    return api_server_request{k8s::merge_patch(k8s::ingresses, key(name_for(object_role::ingress, app, x.cluster_id)),
                                               ingress_patch(app, plan_for(app, x.cluster_id), options))};
  }
  routed_request operator()(const orphan_object& x) const {
    return api_server_request{
        k8s::merge_patch(type_of(x.role), key(x.name),
                         R"({"metadata":{"labels":{")" + std::string{labels::orphaned} + R"(":"true"}}})")};
  }
  routed_request operator()(const inspect_deployment& x) const {
    return api_server_request{k8s::get(k8s::deployments, key(x.name))};
  }
  routed_request operator()(const take_over_object& x) const {
    auto* head = head_of(seen.objects, x.role, x.name);
    if (!head)
      return unsendable{"it is gone"};
    return api_server_request{
        k8s::json_patch(type_of(x.role), key(x.name), take_over_patch(app, *head, keeps_owner(x.role)))};
  }
  routed_request operator()(const ask_namespace&) const {
    return api_server_request{k8s::get(k8s::namespaces, {"", ns()})};
  }
  routed_request operator()(const ask_application&) const {
    return api_server_request{k8s::get(k8s::flink_applications, key())};
  }
  routed_request operator()(const record_event&) const { return unsendable{"events are sent separately"}; }
  template <action_type A>
    requires(A::target == action_target::job_manager)
  routed_request operator()(const A& x) const {
    return job_manager_request{x.cluster_id, x.request()};
  }
};

} // namespace

routed_request request_for(const action& x, const application& app, const observation& seen,
                           const render_options& options) {
  return std::visit(router{app, seen, options}, x);
}

milliseconds timeout_for(const action& x, const application& app) {
  if (target_of(x) == action_target::kubernetes)
    return defaults::kubernetes_timeout;
  if (runs_main(x)) {
    auto& own = app.spec.timeouts;
    return own && own->submit_seconds ? std::chrono::seconds{*own->submit_seconds} : milliseconds{defaults::submit};
  }
  return effect_of(x) == action_effect::command ? defaults::flink_command_timeout : defaults::flink_query_timeout;
}

} // namespace flink
