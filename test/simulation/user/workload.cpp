// The workload: what the user may do. Add new operations at the end of the table, so that seeds keep their runs. An
// edit that the operator cannot make run sets `good = false`.
#include "test/simulation/user/user.hpp"

namespace simulation {

namespace {

struct operation {
  /// Relative frequency.
  uint32_t weight;
  void (*perform)(user& u);
};

void break_version(user& u, const char* what, void (*change)(version&)) {
  auto& x = u.fresh();
  x.good = false;
  change(x);
  u.edit(what);
}

void delete_application(user& u) {
  constexpr const char* modes[] = {"Savepoint", "ForceCancel", "None"};
  constexpr const char* ways[] = {"Background", "Foreground", "Orphan"};
  auto& mode = u.wanted_next().delete_mode;
  mode = modes[u.adversary().choose("deleteMode", 3)];
  if (mode != "Savepoint")
    u.edit("deleteMode " + mode);
  u.remove(ways[u.adversary().choose("propagation", 3)]);
}

constexpr operation workload[] = {
    {2, [](user& u) { u.edit("a new image, " + u.fresh().image); }},
    {1,
     [](user& u) {
       u.fresh().parallelism = 4;
       u.edit("parallelism 4");
     }},
    {1, [](user& u) { break_version(u, "a jar that does not exist", [](version& x) { x.jar = "missing.jar"; }); }},
    {1, [](user& u) { break_version(u, "a main() that throws", [](version& x) { x.arguments = "--throws"; }); }},
    {1,
     [](user& u) {
       break_version(u, "an image that does not exist", [](version& x) { x.image = "missing" + x.image; });
     }},
    {1,
     [](user& u) {
       u.swap_back();
       u.edit("back to the version before, " + u.wanted().image + " " + u.wanted().jar);
     }},
    {1,
     [](user& u) {
       u.fresh().parallelism = 0;
       u.edit("an impossible parallelism"); // which the API server refuses
       u.undo();
     }},
    {1,
     [](user& u) {
       u.fresh().savepoint_disabled = true;
       u.edit("savepoints disabled");
     }},
    {1, [](user& u) { break_version(u, "tasks that always fail", [](version& x) { x.arguments = "--poison"; }); }},
    {1,
     [](user& u) {
       if (!u.adversary().strikes("slow main()", 1000))
         return;
       u.fresh().arguments = "--slow";
       u.edit("a main() that takes long");
     }},
    {1,
     [](user& u) {
       break_version(u, "operators that cannot take the state", [](version& x) { x.arguments = "--other-state"; });
     }},
    {1,
     [](user& u) {
       u.wanted_next().force_rollback = true;
       u.wanted_next().good = false;
       u.edit("forceRollback");
     }},
    {1, delete_application},
    {2,
     [](user& u) {
       auto& on = u.wanted_next().suspend;
       on = !on;
       u.edit(on ? "suspend" : "resume");
     }},
    {1,
     [](user& u) {
       ++u.wanted_next().savepoint_nonce;
       u.edit("request a savepoint");
     }},
    {1,
     [](user& u) {
       u.wanted_next().scheduled = true;
       u.edit("a schedule of savepoints");
     }},
    {1,
     [](user& u) {
       auto path = u.some_savepoint();
       auto& x = u.fresh();
       x.restore_path = path;
       x.good = false; // it may be gone, or another version's
       u.edit("back to " + path);
     }},
    {1, [](user& u) { break_version(u, "pods that fit on no node", [](version& x) { x.image = "huge" + x.image; }); }},
    {1,
     [](user& u) {
       if (u.adversary().strikes("endless main()", 1000))
         break_version(u, "a main() slower than any deadline", [](version& x) { x.arguments = "--endless-main"; });
     }},
    {1,
     [](user& u) {
       u.fresh().arguments = "--bounded";
       u.edit("a job that ends by itself");
     }},
    {1,
     [](user& u) {
       if (u.adversary().strikes("namespace deleted", 400))
         u.remove_namespace();
     }},
    {1, [](user& u) { u.change_mode(); }},
    {2, [](user& u) { u.tear_down(0); }},
    {1,
     [](user& u) {
       if (!u.has_two_versions())
         return;
       u.fresh(); // the version that is torn down is not wanted any more
       u.tear_down(1);
     }},
    {6, [](user& u) { u.scale(2 + 2 * static_cast<int32_t>(u.adversary().choose("parallelism", 3))); }},
    {1,
     [](user& u) {
       u.fresh().must_checkpoint = true;
       u.edit("a version that must complete a checkpoint");
     }},
    {1,
     [](user& u) {
       auto& on = u.wanted_next().never_again;
       on = !on;
       u.edit(on ? "do not restart a failed job" : "restart a failed job");
     }},
    {2,
     [](user& u) {
       auto& on = u.wanted_next().savepoint_disabled;
       on = !on;
       u.edit(on ? "from now on no savepoints" : "from now on savepoints");
     }},
    {2,
     [](user& u) {
       auto& x = u.wanted_next();
       bool before = x.suspend, saves = !x.savepoint_disabled;
       x.suspend = true;
       x.savepoint_disabled = u.adversary().choose("with a savepoint", 2) == 1;
       u.edit("suspend");
       x.suspend = before;
       x.savepoint_disabled = !saves;
       u.edit("and takes that back at once");
     }},
};

void suspend(user& u, bool with_savepoint) {
  auto& x = u.wanted_next();
  x.suspend = true;
  x.savepoint_disabled = !with_savepoint;
  u.edit(with_savepoint ? "suspend, with a savepoint" : "suspend, without a savepoint");
}

void go_back_and_scale(user& u) {
  u.swap_back();
  u.wanted_next().parallelism += 2;
  u.edit("back to the version before, with more parallelism");
}

} // namespace

void user::interfere() {
  auto what = adversary_.choose("how the user interferes", 4);
  if (what == 0 || !wants_it_)
    return do_something();
  what == 1 ? go_back_and_scale(*this) : suspend(*this, what == 2);
}

void user::do_something() {
  if (!wants_it_) {
    if (!world_.application(name))
      create();
    return;
  }
  uint32_t all = 0;
  for (auto& x : workload)
    all += x.weight;
  auto drawn = adversary_.choose("what the user does", all);
  for (auto& x : workload) {
    if (drawn < x.weight)
      return x.perform(*this);
    drawn -= x.weight;
  }
}

} // namespace simulation
