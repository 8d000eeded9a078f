// What every action says of itself: where it goes, and whether it only reads. An action that leaves this out does not
// compile, so that none goes to the wrong place by default.
#pragma once

#include "flink/rest/requests.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace flink {

/// Who carries an action out.
enum class action_target { kubernetes, job_manager };

enum class action_effect {
  /// Reads only. May be sent at any time, also while the status that we know may be old.
  query,
  /// Changes something, runs the user's code, or asks for a verdict about a version. Sent only on the newest status.
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

/// An action for a JobManager names the cluster, makes its own request, and reads the answer to it.
template <class A>
concept for_job_manager = requires(const A& x) {
  { x.cluster_id } -> std::convertible_to<std::string>;
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

/// A question to a JobManager. `answer` is what the view of the JobManager keeps under `slot()`; it is an
/// or_not_found<> where a 404 is an answer, too. `decode` reads it from the REST answer. An answer that `is_final` is
/// never asked for again.
template <class Q>
concept question = action_type<Q> && Q::target == action_target::job_manager && Q::effect == action_effect::query
                && requires(const Q& x, const typename Q::answer& answer) {
                     { x.slot() } -> std::convertible_to<std::string>;
                     {
                       Q::decode(200, std::string_view{})
                     } -> std::same_as<rest::result<typename traits::content_of<typename Q::answer>::type>>;
                   };

/// Whether a 404 answers the question: then the thing that it is about does not exist.
template <question Q>
constexpr bool may_be_missing
    = !std::same_as<typename Q::answer, typename traits::content_of<typename Q::answer>::type>;

/// Returns whether an answer stays true for good, e.g. that of a job that has ended.
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

/// Whether a refusal says something about the user's version. A JobManager's always does. Of the API server's, only
/// those do that the action says so of: a patch whose test failed, for one, is tried again, as nobody else would.
template <action_type A>
constexpr bool refusal_is_verdict = A::target == action_target::job_manager || requires { requires A::judges_version; };

} // namespace flink
