// OPERATOR: the root actor. Keeps the objects of every application and one supervisor (APPLICATION) per application.
// Promises that a crash of one supervisor does not affect the others. Decides nothing about an application.
#pragma once

#include "actors/application.hpp"
#include "actors/interfaces.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace actors {

/// Dependencies of OPERATOR.
struct operator_setup {
  application_setup application;
  /// Kinds that must be listed before decisions start. Otherwise the operator would create objects that exist already.
  std::vector<std::string> kinds;
  uint64_t seed = 0;
  /// Null without leader election: this operator is the leader from the start.
  election_actor election;
};

/// State of OPERATOR. Restarts a crashed supervisor with growing pauses.
class operator_state {
public:
  static constexpr const char* name = "operator";

  explicit operator_state(operator_actor::pointer self) : self_{self} {}

  operator_actor::behavior_type make_behavior(operator_setup setup);

private:
  /// By kind and name.
  using object_map = std::map<std::pair<std::size_t, std::string>, messages::owned_object>;

  /// Everything known about one application.
  struct entry {
    k8s::object_key key;
    std::shared_ptr<const flink::application_record> record;
    object_map objects;
    application_actor supervisor;
    int32_t restarts = 0;
    bool pausing = false;
    std::string last_crash;
  };

  void on(const messages::application_news& x);
  void on(const messages::object_news& x);
  void on_unlabelled(const messages::object_news& x, const k8s::object_key& key);
  void on(const messages::kind_synced& x);
  void on(const messages::restart& x);
  void on_down(const caf::down_msg& x);
  caf::result<messages::operator_report> on(messages::describe);
  caf::result<messages::application_report> on(const messages::describe_application& x);

  void request_leadership();
  void start_leading();
  void supervise(const std::string& uid, entry& e);
  void send_known_state(entry& e);
  void forget_if_empty(const std::string& uid);
  void end_if_alone();

  operator_actor::pointer self_;
  operator_setup setup_;
  std::set<std::string> missing_kinds_;
  /// False: the objects are kept up to date, but nothing is decided.
  bool leads_ = false;
  /// Exit reason; set when OPERATOR must end as soon as the last supervisor has ended.
  std::optional<caf::error> ending_;
  /// By uid of the application.
  std::unordered_map<std::string, entry> entries_;
  /// uid of the application with this name.
  std::map<k8s::object_key, std::string> uids_;
  /// Objects without a uid label, made by the Go operator, by the application in their label.
  std::map<k8s::object_key, object_map> unlabelled_;
  std::unordered_map<caf::actor_addr, std::string> supervisors_;
  uint64_t spawned_ = 0;
};

operator_actor::behavior_type operator_root(operator_actor::stateful_pointer<operator_state> self,
                                            operator_setup setup);

} // namespace actors
