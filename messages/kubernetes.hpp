// Messages to and from the gateways and the watches.
// Values only; shared objects are immutable.
#pragma once

#include "flink/admission/record.hpp"
#include "flink/rest/requests.hpp"
#include "k8s/objects.hpp"
#include "k8s/requests.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace messages {

/// Send a request to the API server.
struct kube_request {
  /// Application that the rate limit counts this write for, as "namespace/name".
  std::string lane;
  k8s::request request;
  /// The request is not sent after this time and fails then.
  net::clock::time_point deadline;
};

/// Identifies one JobManager and how to reach it.
struct job_manager_address {
  std::string ns;
  std::string service;
  std::string pod;
  std::string pod_ip;
  std::string pod_uid;
  int32_t port = 0;
};

/// Send a request to a JobManager.
struct flink_request {
  job_manager_address to;
  flink::rest::request request;
  net::clock::time_point deadline;
};

/// Answer of a gateway. It always comes; a failure is part of `response`.
struct answer {
  net::response response;
  /// Time that the request waited in the gateway before it was sent.
  std::chrono::microseconds queued{0};
};

/// An object that an application owns.
using owned_object = std::variant<std::shared_ptr<const k8s::deployment>, std::shared_ptr<const k8s::pod>,
                                  std::shared_ptr<const k8s::service>, std::shared_ptr<const k8s::ingress>>;

/// Returns the identity and labels of an owned object.
inline const k8s::object_head& head_of(const owned_object& x) {
  return std::visit([](auto& y) -> const k8s::object_head& { return y->head; }, x);
}

/// An owned object was created or changed, or was removed.
struct object_news {
  owned_object object;
  bool removed = false;
};

/// A FlinkApplication was created or changed, or was removed.
struct application_news {
  std::shared_ptr<const flink::application_record> record;
  bool removed = false;
};

/// One kind has been listed completely.
struct kind_synced {
  std::string kind;
};

// -- INTERNAL: from the transport's thread to the actor that sent the request -------------------------

/// The transport has the answer to a request, or the end of a stream.
struct response_arrived {
  uint64_t id = 0;
  net::response response;
};

/// The transport has received a line of a stream.
struct line_arrived {
  uint64_t id = 0;
  std::string line;
};

} // namespace messages
