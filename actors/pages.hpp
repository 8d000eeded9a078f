// Lays out INTROSPECTION's reports: JSON for programs, HTML for people.
// Pure: takes reports and the time, returns text. Escapes everything that comes from outside.
#pragma once

#include "k8s/time.hpp"
#include "messages/lifecycle.hpp"

#include <string>
#include <string_view>

namespace actors::pages {

/// A page's content and its media type.
struct page {
  std::string type;
  std::string body;
};

/// Representation of a page.
enum class format { json, html };

/// Returns the format for an Accept header: HTML only if it names text/html, as browsers do.
format wanted(std::string_view accept);

/// Returns all applications, those that need attention first, and all actors.
page overview(const messages::operator_report& x, format how, k8s::wall_time now);

/// Returns one application with its history.
page application(const messages::application_report& x, format how, k8s::wall_time now);

/// Escapes a text for HTML, also for use in quoted attributes.
std::string escaped(std::string_view x);

/// Returns a duration for people: "7 s", "3 min", "2 h 5 min", "4 d 1 h".
std::string human_duration(std::chrono::seconds x);

} // namespace actors::pages
