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

/// What OPERATOR needs to do its work.
struct operator_setup {
  application_setup application;
  /// Kinds that have to be seen once before anything is decided: else we would create again what we
  /// have not seen yet.
  std::vector<std::string> kinds;
  uint64_t seed = 0;
  /// Without one it leads from the start.
  election_actor election;
};

/// Knows every application and its objects, and keeps one supervisor per application alive. A supervisor
/// that dies is started again with growing pauses; its neighbours never notice.
class operator_state {
public:
  static constexpr const char* name = "operator";

  explicit operator_state(operator_actor::pointer self) : self_{self} {}

  operator_actor::behavior_type make_behavior(operator_setup setup);

private:
  /// By kind and name.
  using object_map = std::map<std::pair<std::size_t, std::string>, messages::owned_object>;

  /// All that is known of one application, by its uid.
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

  void stand_for_election();
  void begin_to_lead();
  void supervise(const std::string& uid, entry& e);
  void brief(entry& e);
  void forget_if_empty(const std::string& uid);
  void end_if_alone();

  operator_actor::pointer self_;
  operator_setup setup_;
  std::set<std::string> missing_kinds_;
  /// Until then pictures are kept, and nothing is decided.
  bool leads_ = false;
  /// Set once we are to end: the reason, given when the last supervisor has ended.
  std::optional<caf::error> ending_;
  std::unordered_map<std::string, entry> entries_;
  /// uid of the application of this name.
  std::map<k8s::object_key, std::string> uids_;
  /// Objects without an application's uid, by the name that their label says: the Go operator's.
  std::map<k8s::object_key, object_map> unlabelled_;
  std::unordered_map<caf::actor_addr, std::string> supervisors_;
  uint64_t spawned_ = 0;
};

operator_actor::behavior_type operator_root(operator_actor::stateful_pointer<operator_state> self,
                                            operator_setup setup);

} // namespace actors
