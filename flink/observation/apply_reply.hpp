// From an action to the request that carries it, and from the answer to what is known. Pure.
#pragma once

#include "flink/observation/action.hpp"
#include "flink/resource/operator_options.hpp"
#include "k8s/requests.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace flink {

/// To the API server.
struct kubernetes_call {
  k8s::request request;
};

/// To the JobManager of a cluster.
struct job_manager_call {
  std::string cluster_id;
  rest::request request;
};

/// An action that cannot be carried out now, e.g. because its JobManager pod has just gone.
struct no_call {
  std::string why;
};

/// What carries an action. Events are not among them: they are aggregated and never waited for.
using call = std::variant<no_call, kubernetes_call, job_manager_call>;

call call_for(const action& x, const application& app, const observation& seen, const render_options& options);

/// How long an answer may take.
std::chrono::milliseconds patience_for(const action& x, const application& app);

/// What came back, freed from the transport's terms.
struct reply {
  /// Set if there is no answer: not_sent, unknown or malformed.
  std::optional<failure> none;
  int status = 0;
  std::string body;
  std::chrono::steady_clock::time_point at;
  /// The incarnation that was asked.
  incarnation asked;
};

/// Takes in the answer to an action.
void learn(observation& seen, const application& app, const action& x, const reply& r);

/// Takes in an object that the API server showed: a watch event, or the answer to a write.
/// `removed` objects are forgotten.
void learn_object(observation& seen, std::shared_ptr<const k8s::deployment> x, bool removed);
void learn_object(observation& seen, std::shared_ptr<const k8s::pod> x, bool removed);
void learn_object(observation& seen, std::shared_ptr<const k8s::service> x, bool removed);
void learn_object(observation& seen, std::shared_ptr<const k8s::ingress> x, bool removed);

/// Takes in what the metadata of a new version of the application tells beyond itself.
void learn_application(observation& seen, const application& x);

/// Takes in that a status which was decided here has been written.
void learn_written(observation& seen, const status& before, const status& written);

/// Forgets outcomes and JobManagers that no decision can ask for any more, so that months of service
/// cost no memory.
void forget_the_past(observation& seen, const status& present, std::chrono::steady_clock::time_point now);

} // namespace flink
