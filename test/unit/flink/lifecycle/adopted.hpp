// Worlds that the Go operator left, one per phase, from test/unit/flink/adopted; and the part of the API server that
// makes objects ours or takes them away.
#pragma once

#include "flink/migration/go_operator.hpp"
#include "flink/observation/apply_reply.hpp"
#include "k8s/decode.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"
#include "test/unit/flink/yaml.hpp"

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace flink {

inline const cluster_id old_cluster = "0a1b2c3d";
inline const cluster_id new_cluster = "4e5f6071";
inline const job_id old_job{std::string(32, 'a')};
inline const job_id new_job{std::string(32, 'b')};
inline const trigger_id go_trigger{std::string(32, 'c')};

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

struct adopted : scene {
  /// Deployments by name, as the API server returns them.
  std::map<std::string, std::string> texts;
  /// Everything ordered so far that touches a job or makes a cluster.
  std::vector<std::string> touched;

  explicit adopted(const std::string& phase) {
    auto folder = std::string{"test/unit/flink/adopted/"};
    auto worlds = yaml::load(folder + "worlds.yaml");
    auto found = json::cursor{worlds}.find({"worlds", phase});
    if (!found)
      throw std::runtime_error{"no world " + phase};
    std::vector<json::field_error> ignored;
    app = decode_application(yaml::load(folder + "application.yaml"), ignored);
    app.status = decode_status(status_text(found->find("status")->text()), errors);
    auto relabelled = found->string_at({"relabelled"});
    json::elements colours{found->find("colours").value_or(json::cursor{})};
    for (json::elements all{*found->find("clusters")}; auto id = all.next();)
      if (auto colour = colours.next())
        show_version(cluster_id{id->string()}, colour->string());
      else
        show_cluster(cluster_id{id->string()}, relabelled);
    if (!found->find("colours"))
      show(service_of(old_cluster));
  }

  static std::string service_of(const cluster_id& id) {
    return replaced(yaml::load("test/unit/flink/adopted/service.yaml"), "HASH", id);
  }

  /// The old job runs, and nothing is under way.
  static adopted running() {
    adopted s{"Running"};
    s.job(old_cluster, old_job, rest::job_state::running).checkpoints(old_cluster, old_job, {});
    return s;
  }

  /// YAML's merge key, which the reader leaves alone.
  static std::string status_text(std::string_view text) {
    auto base = json::cursor{text}.find("<<");
    auto own = json::apply_merge_patch(text, R"({"<<":null})");
    return base ? json::apply_merge_patch(base->text(), own) : own;
  }

  void show_cluster(const cluster_id& id, const std::string& relabelled = {}) {
    auto text = replaced(yaml::file("test/unit/flink/adopted/cluster.yaml"), "HASH", id);
    for (auto& x : yaml::documents(text)) {
      auto kind = json::cursor{x}.string_at({"kind"});
      bool renamed = kind == "Deployment" && !relabelled.empty();
      show(renamed ? json::apply_merge_patch(x, R"({"metadata":{"labels":{"flink-app-hash":")" + relabelled + "\"}}}")
                   : x);
    }
  }

  /// BlueGreen: Deployments, pods, the generic Service, and a label contain the colour.
  void show_version(const cluster_id& id, const std::string& colour) {
    app.spec.deployment_mode = deployment_mode::BlueGreen;
    auto text = replaced(yaml::file("test/unit/flink/adopted/cluster.yaml"), "HASH", id);
    text = replaced(replaced(text, id + "-jm", id + "-" + colour + "-jm"), id + "-tm", id + "-" + colour + "-tm");
    auto label = R"({"metadata":{"labels":{"flink-application-version":")" + colour + "\"}}}";
    for (auto& x : yaml::documents(text))
      show(json::apply_merge_patch(x, label));
    auto name = R"({"metadata":{"name":"orders-)" + colour + "\"}}";
    show(json::apply_merge_patch(json::apply_merge_patch(service_of(id), label), name));
  }

  void show(const std::string& text) {
    json::field_error problem;
    auto kind = json::cursor{text}.string_at({"kind"});
    if (kind == "Deployment") {
      texts[json::cursor{text}.string_at({"metadata", "name"})] = text;
      apply_object(seen, std::make_shared<const k8s::deployment>(*k8s::decode_deployment(text, problem)), false);
    } else if (kind == "Service")
      apply_object(seen, std::make_shared<const k8s::service>(*k8s::decode_service(text, problem)), false);
    else
      apply_object(seen, std::make_shared<const k8s::pod>(*k8s::decode_pod(text, problem)), false);
  }

  adopted& edited(const std::string& name, const std::string& patch) {
    show(json::apply_merge_patch(texts.at(name), patch));
    return *this;
  }

  adopted& deleted() {
    app.metadata.deletion_timestamp = "2026-11-26T07:00:00Z";
    seen.namespace_terminating = false;
    return *this;
  }

  // The words of a scene, for sentences that go on.
  template <class... T>
  adopted& job(const T&... x) {
    scene::job(x...);
    return *this;
  }
  adopted& checkpoints(const cluster_id& id, const flink::job_id& job_id, rest::checkpoints x) {
    scene::checkpoints(id, job_id, std::move(x));
    return *this;
  }
  adopted& savepoint(const cluster_id& id, const trigger_id& trigger, rest::savepoint x) {
    scene::savepoint(id, trigger, std::move(x));
    return *this;
  }
  adopted& jobs(const cluster_id& id, std::vector<rest::job_summary> all) {
    scene::jobs(id, std::move(all));
    return *this;
  }

  // -- the API server's part ------------------------------------------------------------------------------

  template <class T>
  void take(std::map<std::string, std::shared_ptr<const T>>& all, const take_over_object& x) {
    auto copy = std::make_shared<T>(*all.at(x.name));
    copy->head.labels[std::string{labels::application_uid}] = app.metadata.uid;
    if (!keeps_owner(x.role))
      copy->head.owner_uids.clear();
    all[x.name] = std::move(copy);
  }

  void carry_out(const action& x) {
    if (auto* taken = std::get_if<take_over_object>(&x)) {
      bool service = taken->role == object_role::versioned_service || taken->role == object_role::generic_service;
      service ? take(seen.objects.services, *taken) : take(seen.objects.deployments, *taken);
    } else if (auto* look = std::get_if<inspect_deployment>(&x))
      seen.inspected[look->name] = texts.at(look->name);
    else if (auto* gone = std::get_if<delete_object>(&x)) {
      seen.objects.deployments.erase(gone->name);
      seen.objects.services.erase(gone->name);
      std::erase_if(seen.objects.pods, [&](auto& d) { return d.first.starts_with(gone->name + "-"); });
    } else if (auto* asked = std::get_if<ask_overview>(&x))
      replies(asked->cluster_id).all<ask_overview>()[""]
          = observed<rest::overview>{{.task_managers = 1, .slots_total = 16, .slots_available = 13}, now.steady};
    else if (!std::holds_alternative<record_event>(x) && !std::holds_alternative<ask_job>(x)
             && !std::holds_alternative<ask_checkpoints>(x)) {
      touched.push_back(to_string(x));
      return;
    }
    done(x);
  }

  /// Decides until there is nothing to do but ask.
  adopted& settle() {
    for (int i = 0; i < 12; ++i) {
      decide();
      for (auto& x : last.actions)
        carry_out(x);
    }
    return *this;
  }

  adopted& jobs_are(const cluster_id& id, std::vector<rest::job_summary> all) {
    for (auto& x : all)
      if (!rest::is_terminal(x.state))
        job(id, x.id, x.state).checkpoints(id, x.id, {});
    jobs(id, std::move(all));
    return *this;
  }

  std::set<cluster_id> clusters() const {
    auto all = clusters_in(seen.objects);
    return {all.begin(), all.end()};
  }

  cluster_id serving() const { return app.status.cluster ? app.status.cluster->id : cluster_id{}; }
  flink::job_id job_id() const { return app.status.job_status->job_id.value_or(flink::job_id{}); }
};

} // namespace flink
