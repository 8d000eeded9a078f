// From an action to the request that carries it out, and from the answer to what is known. Pure.
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
  std::string cluster_id;
  rest::request request;
};

/// An action that cannot be carried out now, e.g. because its JobManager pod has just gone.
struct unsendable {
  std::string why;
};

/// What carries an action out. Events are sent in another way: they are aggregated, and nothing waits for them.
using routed_request = std::variant<unsendable, api_server_request, job_manager_request>;

routed_request request_for(const action& x, const application& app, const observation& seen,
                           const render_options& options);

/// How long an answer may take.
std::chrono::milliseconds timeout_for(const action& x, const application& app);

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
void apply_reply(observation& seen, const application& app, const action& x, const reply& r);

/// Takes in an object that the API server has shown: a watch event, or the answer to a write.
/// An object that was `removed` is dropped.
void apply_object(observation& seen, std::shared_ptr<const k8s::deployment> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::pod> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::service> x, bool removed);
void apply_object(observation& seen, std::shared_ptr<const k8s::ingress> x, bool removed);

/// Notes an orphaning deletion, which only some versions of the application show.
void apply_application(observation& seen, const application& x);

/// Notes that a status which was decided here has been written.
void apply_written_status(observation& seen, const status& before, const status& written);

/// Drops outcomes and JobManagers that no decision can ask for any more, so that memory does not grow with the age of
/// the process.
void evict_stale(observation& seen, const status& present, std::chrono::steady_clock::time_point now);

} // namespace flink
