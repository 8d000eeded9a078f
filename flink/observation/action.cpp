#include "flink/observation/action.hpp"

namespace flink {

namespace {

std::string name_of(const record_event& x) {
  return "event " + x.reason;
}

struct words {
  std::string operator()(const add_finalizer&) const { return "add finalizer"; }
  std::string operator()(const remove_finalizer&) const { return "remove finalizer"; }
  std::string operator()(const create_object& x) const {
    return "create " + std::string{to_string(x.role)} + " of " + x.cluster_id;
  }
  std::string operator()(const rehearse_object& x) const {
    return "rehearse " + std::string{to_string(x.role)} + (x.pod ? "'s pod of " : " of ") + x.cluster_id;
  }
  std::string operator()(const read_object& x) const {
    return "read " + std::string{to_string(x.role)} + " of " + x.cluster_id;
  }
  std::string operator()(const delete_object& x) const {
    return "delete " + std::string{to_string(x.role)} + " " + x.name + " (" + x.uid + ")";
  }
  std::string operator()(const scale_deployment& x) const {
    return "scale " + x.name + " to " + std::to_string(x.replicas);
  }
  std::string operator()(const switch_service& x) const { return "switch service to " + x.cluster_id; }
  std::string operator()(const update_ingress& x) const {
    return "update ingress of " + x.cluster_id + " to " + x.hash;
  }
  std::string operator()(const orphan_object& x) const {
    return "orphan " + std::string{to_string(x.role)} + " " + x.name;
  }
  std::string operator()(const inspect_deployment& x) const { return "inspect Deployment " + x.name; }
  std::string operator()(const take_over_object& x) const {
    return "take over " + std::string{to_string(x.role)} + " " + x.name;
  }
  std::string operator()(const ask_namespace&) const { return "ask namespace"; }
  std::string operator()(const ask_application&) const { return "ask application"; }
  std::string operator()(const record_event& x) const { return name_of(x); }
  std::string operator()(const ask_overview& x) const { return "ask overview of " + x.cluster_id; }
  std::string operator()(const ask_jobs& x) const { return "ask jobs of " + x.cluster_id; }
  std::string operator()(const ask_job& x) const { return "ask job " + x.job_id + " of " + x.cluster_id; }
  std::string operator()(const ask_checkpoints& x) const {
    return "ask checkpoints of " + x.job_id + " of " + x.cluster_id;
  }
  std::string operator()(const ask_restarts& x) const { return "ask restarts of " + x.job_id + " of " + x.cluster_id; }
  std::string operator()(const ask_exceptions& x) const {
    return "ask exceptions of " + x.job_id + " of " + x.cluster_id;
  }
  std::string operator()(const ask_savepoint& x) const {
    return "ask savepoint " + x.trigger_id + " of " + x.job_id + " of " + x.cluster_id;
  }
  std::string operator()(const ask_features& x) const { return "ask features of " + x.cluster_id; }
  std::string operator()(const ask_requirements& x) const {
    return "ask requirements of " + x.job_id + " of " + x.cluster_id;
  }
  std::string operator()(const compile_job& x) const {
    return "compile job on " + x.cluster_id + " with parallelism " + std::to_string(x.job.parallelism);
  }
  std::string operator()(const submit_job& x) const { return "submit job " + x.job_id + " to " + x.cluster_id; }
  std::string operator()(const take_savepoint& x) const {
    return "take savepoint " + x.trigger_id + " of " + x.job_id + " of " + x.cluster_id;
  }
  std::string operator()(const dispose_savepoint& x) const {
    return "dispose savepoint " + x.path + " on " + x.cluster_id;
  }
  std::string operator()(const ask_disposal& x) const {
    return "ask disposal " + x.disposal_id + " of " + x.cluster_id;
  }
  std::string operator()(const stop_job& x) const {
    return "stop job " + x.job_id + " of " + x.cluster_id + " by " + x.trigger_id;
  }
  std::string operator()(const cancel_job& x) const { return "cancel job " + x.job_id + " of " + x.cluster_id; }
  std::string operator()(const rescale_job& x) const {
    return "rescale job " + x.job_id + " of " + x.cluster_id + " to " + std::to_string(x.parallelism);
  }
};

} // namespace

std::string to_string(const action& x) {
  return std::visit(words{}, x);
}

std::string job_manager_of(const action& x) {
  return std::visit(
      [](const auto& y) -> std::string {
        using type = std::decay_t<decltype(y)>;
        constexpr bool on_kubernetes = std::is_same_v<type, create_object> || std::is_same_v<type, rehearse_object>
                                    || std::is_same_v<type, read_object> || std::is_same_v<type, switch_service>
                                    || std::is_same_v<type, update_ingress>;
        if constexpr (!on_kubernetes && requires { y.cluster_id; })
          return y.cluster_id;
        else
          return {};
      },
      x);
}

bool runs_main(const action& x) {
  return std::holds_alternative<submit_job>(x) || std::holds_alternative<compile_job>(x);
}

std::string_view to_string(object_role x) {
  switch (x) {
  case object_role::job_manager:
    return "JobManager Deployment";
  case object_role::task_manager:
    return "TaskManager Deployment";
  case object_role::versioned_service:
    return "versioned Service";
  case object_role::generic_service:
    return "generic Service";
  case object_role::ingress:
    return "Ingress";
  }
  return "";
}

} // namespace flink
