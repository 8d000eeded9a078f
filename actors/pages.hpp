// What INTROSPECTION's reports look like: JSON for programs, a page for people. Pure: reports and the time in, text
// out.
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

enum class format { json, html };

/// Returns what the header field Accept asks for: a page only if it names text/html, as browsers do.
format wanted(std::string_view accept);

/// Returns all applications, those in trouble first, and all actors.
page overview(const messages::operator_report& x, format how, k8s::wall_time now);

/// Returns one application with its history.
page application(const messages::application_report& x, format how, k8s::wall_time now);

/// Returns a text with everything replaced that means something to HTML, in quotes too.
std::string escaped(std::string_view x);

/// Returns a duration as people say it: "7 s", "3 min", "2 h 5 min", "4 d 1 h".
std::string spoken(std::chrono::seconds x);

} // namespace actors::pages
