// The Kubernetes API as a function: a request and the time in, an answer out. Opens nothing; what needs the
// outside (logs, proxied requests) is handed back as a description for the caller to carry out.
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

/// What a client asked. The caller has checked who it is.
struct request {
  std::string method = "GET";
  /// Path and query, percent-encoded.
  std::string target = "/";
  std::string content_type = {};
  std::string accept = {};
  std::string body = {};
};

/// Whose log is wanted.
struct log_request {
  std::string ns;
  std::string pod;
  /// Empty means the only container.
  std::string container = {};
  /// That of the container's previous run.
  bool previous = false;
  /// Go on as the log grows.
  bool follow = false;
  /// Only so many last lines.
  std::optional<int64_t> tail_lines = {};
};

/// A request that goes to a pod.
struct forward_request {
  std::string host;
  int64_t port = 0;
  /// Path and query for the pod.
  std::string target;
};

/// What the client gets.
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
  /// If set, the answer is what this pod says.
  std::optional<forward_request> forward = {};
};

class api {
public:
  /// `objects` must outlive the API and its watches.
  explicit api(resources& objects) : objects_{&objects} {}

  /// Carries a request out.
  answer handle(const request& x, moment now);

private:
  struct call;
  struct snapshot {
    uint64_t id = 0;
    uint64_t version = 0;
    std::vector<object_ptr> items;
  };

  /// Where in a snapshot an answer begins.
  struct page {
    snapshot shown;
    std::size_t first = 0;
  };
  /// What one answer to a list holds.
  struct selection {
    std::vector<object_ptr> items;
    uint64_t version = 0;
    /// Empty if nothing follows.
    std::string continue_token;
    /// How many follow, where that is told.
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
