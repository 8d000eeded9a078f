// Events of the controllers, and helpers that the controllers share.
#pragma once

#include "local/model/resources.hpp"

#include <string>

namespace local::model {

/// An Event that a controller emits about an object.
struct notice {
  /// Normal or Warning.
  std::string type;
  std::string reason;
  std::string message;
  /// The component that emits it.
  std::string component;
};

/// Records an Event about `object`; a repeated one increases its count.
void post_notice(resources& objects, const json::value& object, const notice& x, moment now);

/// Returns the ownerReference of a controller.
json::value owner_reference(const json::value& owner, std::string_view api_version, std::string_view kind);

/// Removes expired Events.
void drop_old_events(resources& objects, moment now);

} // namespace local::model
