// One request in the API: its path and its parameters. Private to the API's
// sources.
#pragma once

#include "local/model/api/api.hpp"

#include <string>
#include <string_view>

namespace local::model {

struct api::call {
  const request* asked = nullptr;
  moment now;
  target what;
  kind_ptr kind = {};
  std::string ns = {};
  std::string name = {};
  std::string part = {};
  /// What follows the name of the part in the path.
  std::string rest = {};
  presentation form = presentation::object;

  /// Returns the key of the object that the path names.
  key object() const { return {ns, name}; }

  /// Returns the write options in the parameters.
  write_call write() const;

  /// Returns how much of an object a row of a table carries.
  row_object include() const;
};

/// Returns the answer for an error.
answer refuse(const api_error& x);

/// Returns an answer with a JSON body.
answer reply(const json::value& body, int status = 200);

/// Returns a metav1.Status of success.
json::value success(const kind_info& kind, const json::value& object);

/// Returns the body of a request, which may be JSON or YAML.
result<json::value> read_body(const request& x);

} // namespace local::model
