// Reads the members of a JobManager's answer. Only for answers.cpp.
#pragma once

#include "flink/rest/requests.hpp"

#include <simdjson.h>

#include <limits>

namespace flink::rest {

namespace dom = simdjson::dom;

/// Reads members by name, and remembers the first one that is missing or has the wrong type.
class reader {
public:
  bool failed() const { return !problem_.empty(); }

  const std::string& problem() const { return problem_; }

  void fail(std::string_view name, std::string_view expected) {
    if (!failed())
      problem_ = "expected " + std::string{expected} + " in member \"" + std::string{name} + "\"";
  }

  std::string text(dom::element x, std::string_view name) {
    std::string_view out;
    if (x[name].get(out))
      fail(name, "a text");
    return std::string{out};
  }

  std::string optional_text(dom::element x, std::string_view name) {
    std::string_view out;
    return x[name].get(out) ? std::string{} : std::string{out};
  }

  int64_t integer(dom::element x, std::string_view name) {
    int64_t out = 0;
    if (x[name].get(out))
      fail(name, "an integer");
    return out;
  }

  /// Returns 0 if there is none.
  int64_t optional_integer(dom::element x, std::string_view name) {
    int64_t out = 0;
    return x[name].get(out) ? 0 : out;
  }

  /// Reads a count: not negative, and no greater than any cluster needs.
  int32_t count(dom::element x, std::string_view name) {
    auto out = integer(x, name);
    if (out < 0 || out > std::numeric_limits<int32_t>::max()) {
      fail(name, "a count");
      return 0;
    }
    return static_cast<int32_t>(out);
  }

  bool flag(dom::element x, std::string_view name) {
    bool out = false;
    if (x[name].get(out))
      fail(name, "true or false");
    return out;
  }

  dom::element object(dom::element x, std::string_view name) {
    dom::element out;
    if (x[name].get(out) || !out.is_object()) {
      fail(name, "an object");
      return x;
    }
    return out;
  }

  /// Returns the member unless it is absent or null.
  std::optional<dom::element> optional_object(dom::element x, std::string_view name) {
    dom::element out;
    if (x[name].get(out) || out.is_null())
      return std::nullopt;
    if (!out.is_object()) {
      fail(name, "an object or null");
      return std::nullopt;
    }
    return out;
  }

  /// Calls `read` for each object of a list.
  template <class F>
  void each(dom::element x, std::string_view name, F read) {
    dom::array items;
    if (x[name].get(items))
      return fail(name, "a list");
    for (auto item : items) {
      if (!item.is_object())
        return fail(name, "a list of objects");
      read(item);
    }
  }

private:
  std::string problem_;
};

inline failure malformed(int status, std::string_view why) {
  return {.kind = failure_class::malformed,
          .status = status,
          .message = useful_line("the JobManager's answer cannot be understood: " + std::string{why})};
}

/// Parses the body of a 2xx answer and hands it to `read`; everything else becomes a failure.
template <class T, class F>
result<T> decode(int status, std::string_view body, F read, bool list = false) {
  if (status < 200 || status > 299)
    return classify_flink(status, body);
  dom::parser parser;
  dom::element root;
  if (auto error = parser.parse(body.data(), body.size()).get(root))
    return malformed(status, simdjson::error_message(error));
  if (list ? !root.is_array() : !root.is_object())
    return malformed(status, list ? "expected a list" : "expected an object");
  reader r;
  T out = read(r, root);
  if (r.failed())
    return malformed(status, r.problem());
  return out;
}

} // namespace flink::rest
