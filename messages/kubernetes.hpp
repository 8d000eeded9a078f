// What is said to and by the gateways and the watches.
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

/// Carry this to the API server.
struct kube_request {
  /// Whose share of the write budget it is: "namespace/name".
  std::string lane;
  k8s::request request;
  /// Not sent after this.
  net::clock::time_point deadline;
};

/// How to reach one JobManager.
struct job_manager_address {
  std::string ns;
  std::string service;
  std::string pod;
  std::string pod_ip;
  std::string pod_uid;
  int32_t port = 0;
};

/// Carry this to a JobManager.
struct flink_request {
  job_manager_address to;
  flink::rest::request request;
  net::clock::time_point deadline;
};

/// What a gateway brings back; it always answers, also with failures.
struct answer {
  net::response response;
  /// Time between our asking and the sending.
  std::chrono::microseconds queued{0};
};

/// One of the objects that applications own.
using owned_object = std::variant<std::shared_ptr<const k8s::deployment>, std::shared_ptr<const k8s::pod>,
                                  std::shared_ptr<const k8s::service>, std::shared_ptr<const k8s::ingress>>;

/// The head of whatever object it is.
inline const k8s::object_head& head_of(const owned_object& x) {
  return std::visit([](auto& y) -> const k8s::object_head& { return y->head; }, x);
}

/// An owned object was seen, or is gone.
struct object_news {
  owned_object object;
  bool removed = false;
};

/// A FlinkApplication was seen, or is gone.
struct application_news {
  std::shared_ptr<const flink::application_record> record;
  bool removed = false;
};

/// The first picture of one kind is complete.
struct kind_synced {
  std::string kind;
};

// -- INTERNAL: from the transport's thread to the actor that asked -------------------------------------

struct response_arrived {
  uint64_t id = 0;
  net::response response;
};

struct line_arrived {
  uint64_t id = 0;
  std::string line;
};

} // namespace messages
