// The properties that every action must declare: its target, and whether it only reads. An action without them does not
// compile, so that none goes to the wrong target by default.
#pragma once

#include "flink/resource/ids.hpp"
#include "flink/rest/requests.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace flink {

/// Who executes an action.
enum class action_target { kubernetes, job_manager };

enum class action_effect {
  /// Reads only. May be sent at any time, even if our copy of the status may be stale.
  query,
  /// Changes something, runs the user's code, or asks for a verdict about a version. Needs the newest status.
  command,
};

/// An answer about one thing that may not exist (404).
template <class T>
using or_not_found = std::optional<T>;

namespace traits {

template <class A>
concept described = requires {
  { A::target } -> std::same_as<const action_target&>;
  { A::effect } -> std::same_as<const action_effect&>;
};

/// An action for a JobManager names the cluster, makes its own request, and decodes the answer.
template <class A>
concept for_job_manager = requires(const A& x) {
  { x.cluster_id } -> std::same_as<const cluster_id&>;
  { x.request() } -> std::same_as<rest::request>;
  { std::get<failure>(A::decode(200, std::string_view{})) } -> std::convertible_to<failure>;
};

template <class T>
struct content_of {
  using type = T;
};
template <class T>
struct content_of<or_not_found<T>> {
  using type = T;
};

} // namespace traits

/// What the operator can do, as a value: a request to Kubernetes or to a JobManager.
template <class A>
concept action_type = traits::described<A> && (A::target == action_target::kubernetes || traits::for_job_manager<A>);

/// A question to a JobManager. The view of the JobManager keeps the `answer` under `slot()`; it is an or_not_found<> if
/// a 404 is an answer too. `decode` reads it from the REST answer. A question whose answer `is_final` is not asked
/// again.
template <class Q>
concept question = action_type<Q> && Q::target == action_target::job_manager && Q::effect == action_effect::query
                && requires(const Q& x, const typename Q::answer& answer) {
                     { x.slot() } -> std::convertible_to<std::string>;
                     {
                       Q::decode(200, std::string_view{})
                     } -> std::same_as<rest::result<typename traits::content_of<typename Q::answer>::type>>;
                   };

/// Whether a 404 is an answer to the question: what it asks about does not exist.
template <question Q>
constexpr bool may_be_missing
    = !std::same_as<typename Q::answer, typename traits::content_of<typename Q::answer>::type>;

/// Returns whether an answer stays true forever, e.g. that a job has ended.
template <question Q>
bool is_final(const typename Q::answer& x) {
  if constexpr (requires { Q::is_final(x); })
    return Q::is_final(x);
  else
    return false;
}

/// Whether the answer takes as long as the user's main() runs.
template <action_type A>
constexpr bool runs_user_code = requires { requires A::runs_main; };

/// Whether a refusal is a verdict about the user's version. A refusal by a JobManager always is. One by the API server
/// is only if the action declares it: a patch whose test failed, for example, is simply tried again.
template <action_type A>
constexpr bool refusal_is_verdict = A::target == action_target::job_manager || requires { requires A::judges_version; };

} // namespace flink
