// The Kubernetes API as a function: a request and the time in, an answer out. Does no I/O: for
// logs and proxied requests it returns a description that the caller executes.
#pragma once

#include "local/model/api/query.hpp"
#include "local/model/api/watch.hpp"
#include "local/model/moment.hpp"
#include "local/model/resources.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// A client's request. The caller has authenticated it.
struct request {
  std::string method = "GET";
  /// Path and query, percent-encoded.
  std::string target = "/";
  std::string content_type = {};
  std::string accept = {};
  std::string body = {};
};

/// A request for a container's log.
struct log_request {
  std::string ns;
  std::string pod;
  /// Empty means the only container.
  std::string container = {};
  /// The log of the container's previous run.
  bool previous = false;
  /// Follow the log as it grows.
  bool follow = false;
  /// Only this many last lines.
  std::optional<int64_t> tail_lines = {};
};

/// A request that is proxied to a pod.
struct forward_request {
  std::string host;
  int64_t port = 0;
  /// Path and query for the pod.
  std::string target;
};

/// The answer to the client.
struct answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  /// Texts for Warning headers.
  std::vector<std::string> warnings = {};
  /// If set, the answer is a stream: send what take() returns until it has ended.
  std::shared_ptr<model::watch> stream = {};
  /// If set, the answer is this log.
  std::optional<log_request> log = {};
  /// If set, the request is proxied to this pod.
  std::optional<forward_request> forward = {};
};

class api {
public:
  /// `objects` must outlive the API and its watches.
  explicit api(resources& objects) : objects_{&objects} {}

  /// Executes a request.
  answer handle(const request& x, moment now);

private:
  struct call;
  struct snapshot {
    uint64_t id = 0;
    uint64_t version = 0;
    std::vector<object_ptr> items;
  };

  /// The position in a snapshot where a page begins.
  struct page {
    snapshot shown;
    std::size_t first = 0;
  };
  /// One page of a list.
  struct selection {
    std::vector<object_ptr> items;
    uint64_t version = 0;
    /// Empty on the last page.
    std::string continue_token;
    /// The number of remaining items, where it is known.
    std::size_t rest = 0;
  };

  answer serve(call& x);
  answer serve_collection(call& x);
  answer serve_object(call& x);
  answer serve_subresource(call& x);
  answer list(call& x);
  answer start_watch(call& x);
  answer create(call& x);
  answer replace(call& x, std::string_view part);
  answer patch(call& x, std::string_view part);
  answer remove(call& x);
  answer remove_all(call& x);
  answer scale(call& x);
  answer bind(call& x);
  answer proxy(call& x);
  static std::optional<api_error> check_words(const call& x);
  std::optional<api_error> check_list(const call& x) const;
  result<page> next_page(std::string_view token) const;
  result<selection> select(call& x);

  resources* objects_;
  std::deque<snapshot> snapshots_;
  uint64_t next_snapshot_ = 1;
};

} // namespace local::model
