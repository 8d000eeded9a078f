// Makes the request of an action, and updates the observation with the answer. Pure.
#pragma once

#include "flink/observation/action.hpp"
#include "flink/observation/observation.hpp"
#include "flink/resource/operator_options.hpp"
#include "k8s/requests.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace flink {

/// To the API server.
struct api_server_request {
  k8s::request request;
};

/// To the JobManager of a cluster.
struct job_manager_request {
  flink::cluster_id cluster_id;
  rest::request request;
};

/// An action that cannot be executed now, e.g. because its JobManager pod has just disappeared.
struct unsendable {
  std::string why;
};

/// The request of an action. Events have another path: they are aggregated, and nothing waits for them.
using routed_request = std::variant<unsendable, api_server_request, job_manager_request>;

routed_request request_for(const action& x, const application& app, const observation& seen,
                           const render_options& options);

/// Returns the time limit of an answer.
std::chrono::milliseconds timeout_for(const action& x, const application& app);

/// An answer, independent of the transport.
struct reply {
  /// Set if there is no answer: not_sent, unknown or malformed.
  std::optional<failure> none;
  int status = 0;
  std::string body;
  std::chrono::steady_clock::time_point at;
  /// The incarnation that got the request.
  incarnation asked;
};

/// Updates the observation with the answer to an action.
void apply_reply(observation& seen, const application& app, const action& x, const reply& r);

/// Updates the observation with an object from the API server: a watch event, or the answer to a write. Drops an object
/// that was `removed`.
void apply_object(observation& seen, std::shared_ptr<const k8s::deployment> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::pod> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::service> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::ingress> x, bool removed);

/// Notes an orphaning deletion, which only some versions of the application contain.
void apply_application(observation& seen, const application& x);

/// Notes that the API server has stored a status of ours.
void apply_written_status(observation& seen, const status& before, const status& written);

/// Drops outcomes and JobManagers that no decision needs any more, so that memory does not grow over time.
void evict_stale(observation& seen, const status& present, std::chrono::steady_clock::time_point now);

} // namespace flink
