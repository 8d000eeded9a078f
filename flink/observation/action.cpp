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
  std::string operator()(const dry_run_object& x) const {
    return "dry-run " + std::string{to_string(x.role)} + (x.pod ? "'s pod of " : " of ") + x.cluster_id;
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

rest::run_options run_options_of(const job_parameters& job, job_id id, std::string restore_path) {
  return {.jar_name = job.jar_name,
          .job_id = std::move(id),
          .parallelism = job.parallelism,
          .entry_class = job.entry_class.value_or(""),
          .program_args_list = job.program_args_list,
          .savepoint_path = std::move(restore_path),
          .allow_non_restored_state = job.allow_non_restored_state};
}

} // namespace

rest::request compile_job::request() const {
  return rest::plan(run_options_of(job, "", ""));
}

rest::request submit_job::request() const {
  return rest::run(run_options_of(job, job_id, restore_path));
}

std::string to_string(const action& x) {
  return std::visit(words{}, x);
}

action_target target_of(const action& x) {
  return std::visit([](const auto& y) { return y.target; }, x);
}

action_effect effect_of(const action& x) {
  return std::visit([](const auto& y) { return y.effect; }, x);
}

cluster_id job_manager_of(const action& x) {
  return std::visit(
      []<class A>(const A& y) -> cluster_id {
        if constexpr (A::target == action_target::job_manager)
          return y.cluster_id;
        else
          return {};
      },
      x);
}

bool runs_main(const action& x) {
  return std::visit([]<class A>(const A&) { return runs_user_code<A>; }, x);
}

bool is_verdict(const action& x) {
  return std::visit([]<class A>(const A&) { return refusal_is_verdict<A>; }, x);
}

bool by_identity::operator()(const action& a, const action& b) const {
  if (a.index() != b.index())
    return a.index() < b.index();
  return std::visit(
      [&]<class A>(const A& x) {
        auto& y = std::get<A>(b);
        if constexpr (requires { x.identity(); })
          return x.identity() < y.identity();
        else
          return x < y;
      },
      a);
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
