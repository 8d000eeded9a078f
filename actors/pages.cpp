#include "actors/pages.hpp"

#include "actors/pages_style.hpp"
#include "flink/resource/enums.hpp"
#include "k8s/json/codec.hpp"
#include "k8s/requests.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

namespace actors::pages {

namespace {

using messages::actor_report;
using messages::application_report;
using messages::lane_report;

constexpr auto as_json = "application/json";
constexpr auto as_html = "text/html; charset=utf-8";

// -- pieces of HTML ----------------------------------------------------------------------------------------

/// Returns one cell. A narrow window shows the column's name beside it.
std::string cell(std::string_view column, const std::string& html) {
  return "<td data-column=\"" + escaped(column) + "\"><div>" + html + "</div></td>";
}

std::string row(const std::vector<std::string>& columns, const std::vector<std::string>& cells, bool trouble) {
  std::string out = trouble ? "<tr class=\"trouble\">" : "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i)
    out += cell(columns[i], cells[i]);
  return out + "</tr>\n";
}

std::string table(const std::vector<std::string>& columns, const std::string& rows) {
  std::string head;
  for (auto& x : columns)
    head += "<th>" + escaped(x) + "</th>";
  return "<table><thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table>\n";
}

std::string section(std::string_view title, const std::string& html) {
  return "<section><h2>" + escaped(title) + "</h2>\n" + html + "</section>\n";
}

std::string quiet(std::string_view text) {
  return "<p class=\"quiet\">" + escaped(text) + "</p>\n";
}

/// Returns two lines, the second one smaller.
std::string two_lines(std::string_view first, std::string_view second) {
  auto out = escaped(first);
  if (!second.empty())
    out += (out.empty() ? "" : "<br>") + std::string{"<small>"} + escaped(second) + "</small>";
  return out;
}

std::string number(int64_t x) {
  return x == 0 ? "<span class=\"quiet\">0</span>" : std::to_string(x);
}

page html(std::string_view title, const std::string& body, k8s::wall_time now) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta http-equiv=\"refresh\" content=\"10\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                    "'unsafe-inline'\">\n<title>";
  out += escaped(title) + "</title>\n<style>" + std::string{style} + "</style></head>\n<body>\n" + body;
  out += "<footer>As of " + k8s::format_time(now)
       + ". Reloads every 10 s. Clients that do not accept text/html, such as curl, get JSON."
         "</footer>\n</body></html>\n";
  return {as_html, std::move(out)};
}

// -- texts ---------------------------------------------------------------------------------------------------

/// Returns how long something has lasted, with its start as a tooltip.
std::string since(const std::optional<std::string>& began, k8s::wall_time now) {
  if (!began)
    return {};
  auto at = k8s::parse_time(*began);
  auto text = at ? human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *at)) : *began;
  return "<time title=\"" + escaped(*began) + "\">" + escaped(text) + "</time>";
}

std::string name_of(const application_report& x) {
  return x.namespace_ + "/" + x.name;
}

std::string path_of(const application_report& x) {
  return "/applications/" + k8s::percent_encode(x.namespace_) + "/" + k8s::percent_encode(x.name);
}

std::string phase_of(const application_report& x) {
  return x.phase.empty() ? "not yet deployed" : x.phase;
}

/// Returns true if a person has to act: the application is blocked, or its deploy has failed and needs an edit.
bool needs_attention(const application_report& x) {
  return x.trouble || x.phase == boost::describe::enum_to_string(flink::phase::DeployFailed, "");
}

std::string mark_of(const application_report& x) {
  return needs_attention(x) ? std::string{" <b class=\"mark\">"} + (x.trouble ? "blocked" : "failed") + "</b>" : "";
}

/// Returns what an application waits for, or "nothing".
std::string wait_of(const application_report& x) {
  return x.waiting_for.empty() ? "<span class=\"quiet\">nothing</span>" : two_lines(x.waiting_for, x.waiting_message);
}

std::string breaker_of(const lane_report& x) {
  if (!x.breaker_milliseconds)
    return "closed";
  return "open for another " + human_duration(std::chrono::seconds{(*x.breaker_milliseconds + 999) / 1000});
}

/// Sorts by attention first, then by the longest wait.
std::vector<application_report> sorted(std::vector<application_report> all) {
  auto rank = [](const application_report& x) {
    bool first = needs_attention(x);
    return std::tuple{!first, first ? x.waiting_since.value_or("") : std::string{}, x.namespace_, x.name};
  };
  std::ranges::sort(all, {}, rank);
  return all;
}

// -- tables ----------------------------------------------------------------------------------------------------

std::string table_of(const std::vector<application_report>& all, k8s::wall_time now) {
  if (all.empty())
    return quiet("No FlinkApplication in the watched namespaces.");
  const std::vector<std::string> columns{"Application", "Phase", "Waits for", "For", "Current step", "Restarts"};
  std::string rows;
  for (auto& x : sorted(all))
    rows += row(columns,
                {"<a href=\"" + escaped(path_of(x)) + "\">" + escaped(name_of(x)) + "</a>" + mark_of(x),
                 escaped(phase_of(x)), wait_of(x), since(x.waiting_since, now), escaped(x.step), number(x.restarts)},
                needs_attention(x));
  return table(columns, rows);
}

std::string table_of(const std::vector<lane_report>& all) {
  if (all.empty())
    return quiet("No requests in flight and no open breakers.");
  const std::vector<std::string> columns{"JobManager", "In flight", "Waiting", "Timeouts in a row", "Breaker"};
  std::string rows;
  for (auto& x : all)
    rows += row(columns,
                {escaped(x.namespace_ + "/" + x.pod), number(x.in_flight), number(x.waiting), number(x.timeouts),
                 escaped(breaker_of(x))},
                x.timeouts > 0);
  return table(columns, rows);
}

std::string table_of(const std::vector<actor_report>& all) {
  const std::vector<std::string> columns{"Actor", "Mailbox", "State"};
  std::string rows;
  for (auto& x : all)
    rows += row(columns, {escaped(x.name), number(x.mailbox), escaped(x.state)}, x.silent);
  return table(columns, rows);
}

std::string table_of(const std::vector<messages::decision_report>& all) {
  if (all.empty())
    return quiet("No decisions since the operator started.");
  const std::vector<std::string> columns{"Time", "Phase", "Reason", "Actions"};
  std::string rows;
  for (auto i = all.rbegin(); i != all.rend(); ++i) {
    std::string actions;
    for (auto& action : i->actions)
      actions += "<li>" + escaped(action) + "</li>";
    rows += row(columns,
                {escaped(i->time), escaped(i->phase.empty() ? "New" : i->phase), escaped(i->reason),
                 actions.empty() ? "" : "<ul>" + actions + "</ul>"},
                false);
  }
  return table(columns, rows);
}

std::string table_of(std::vector<messages::outcome_report> all) {
  if (all.empty())
    return quiet("No commands or queries in the last hour.");
  std::ranges::sort(all, {}, [](auto& x) { return std::pair{!x.failure, x.action}; });
  const std::vector<std::string> columns{"Command or query", "Outcome", "Attempts"};
  std::string rows;
  for (auto& x : all)
    rows += row(
        columns,
        {escaped(x.action), x.failure ? two_lines(*x.failure, x.message.value_or("")) : "done", number(x.attempts)},
        x.failure.has_value());
  return table(columns, rows);
}

std::string summary(const messages::operator_report& x) {
  auto attention = std::ranges::count_if(x.applications, needs_attention);
  auto text = std::to_string(x.applications.size()) + (x.applications.size() == 1 ? " application" : " applications");
  return text + (attention == 0 ? ", none blocked or failed" : ", " + std::to_string(attention) + " blocked or failed");
}

/// Returns who the leader is. A standby has no decisions to show; only the leader does.
std::string leader_of(const messages::election_report& x, k8s::wall_time now) {
  if (x.leads)
    return "<p>This operator (" + escaped(x.identity) + ") has been the leader for " + since(x.since, now) + ".</p>\n";
  auto who = x.leader.empty() ? "There is no leader"
                              : "<b>" + escaped(x.leader) + "</b> has been the leader for " + since(x.since, now);
  auto why = x.trouble.empty() ? "" : " The last request for the Lease failed: " + escaped(x.trouble) + ".";
  return "<p class=\"banner\">" + who + ". This operator (" + escaped(x.identity)
       + ") is a standby: it watches the cluster but changes nothing." + why + "</p>\n";
}

std::string facts(const application_report& x, k8s::wall_time now) {
  std::string out = "<dl>";
  auto fact = [&](std::string_view name, const std::string& html) {
    if (!html.empty())
      out += "<dt>" + escaped(name) + "</dt><dd>" + html + "</dd>\n";
  };
  fact("Phase", escaped(phase_of(x)));
  fact("Waits for", needs_attention(x) ? std::string{} : wait_of(x)); // otherwise shown in the banner
  fact("For", since(x.waiting_since, now));
  fact("Current step", escaped(x.step));
  if (x.last_deploy)
    fact("Last deploy",
         escaped("cluster " + x.last_deploy->cluster_id + ", "
                 + human_duration(std::chrono::seconds{x.last_deploy->total_milliseconds / 1000}) + ", of that "
                 + std::to_string(static_cast<int64_t>(x.last_deploy->own_share_milliseconds))
                 + " ms by the operator itself"));
  fact("Supervisor",
       std::to_string(x.restarts) + " restarts, " + std::to_string(x.mailbox) + " messages in its mailbox");
  fact("uid", escaped(x.uid));
  return out + "</dl>\n";
}

} // namespace

std::string escaped(std::string_view x) {
  std::string out;
  out.reserve(x.size());
  for (auto c : x)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  return out;
}

std::string human_duration(std::chrono::seconds x) {
  auto count = std::max<int64_t>(x.count(), 0);
  auto pair = [](int64_t big, const char* unit, int64_t small, const char* smaller) {
    auto out = std::to_string(big) + unit;
    return small == 0 ? out : out + " " + std::to_string(small) + smaller;
  };
  if (count < 60)
    return std::to_string(count) + " s";
  if (count < 3600)
    return pair(count / 60, " min", count < 600 ? count % 60 : 0, " s");
  if (count < 86'400)
    return pair(count / 3600, " h", count % 3600 / 60, " min");
  return pair(count / 86'400, " d", count % 86'400 / 3600, " h");
}

format wanted(std::string_view accept) {
  return accept.find("text/html") == std::string_view::npos ? format::json : format::html;
}

page overview(const messages::operator_report& x, format how, k8s::wall_time now) {
  if (how == format::json)
    return {as_json, json::write(x)};
  std::string body = "<header><h1>flink-operator</h1><p>" + escaped(summary(x)) + "</p></header>\n";
  if (!x.synced)
    body += "<p class=\"banner\">Waiting for the first list of every watched kind. Until then the operator changes "
            "nothing.</p>\n";
  if (x.election)
    body += leader_of(*x.election, now);
  std::vector<lane_report> lanes;
  for (auto& actor : x.actors)
    lanes.insert(lanes.end(), actor.lanes.begin(), actor.lanes.end());
  body += section("Applications", table_of(x.applications, now)) + section("Requests to JobManagers", table_of(lanes))
        + section("Actors", table_of(x.actors));
  return html("flink-operator: " + summary(x), body, now);
}

page application(const messages::application_report& x, format how, k8s::wall_time now) {
  if (how == format::json)
    return {as_json, json::write(x)};
  std::string body = "<header><p><a href=\"/\">all applications</a></p><h1>" + escaped(name_of(x)) + "</h1></header>\n";
  if (needs_attention(x))
    body += "<p class=\"banner\"><b>" + escaped(x.waiting_for) + "</b> " + escaped(x.waiting_message) + "</p>\n";
  body += facts(x, now) + section("Latest decisions, newest first", table_of(x.decisions))
        + section("Commands and queries, failures first", table_of(x.outcomes))
        + section("Requests to its JobManagers", table_of(x.lanes));
  return html(name_of(x) + (needs_attention(x) ? ": " + x.waiting_for : ""), body, now);
}

} // namespace actors::pages
