#include "net/head.hpp"

#include <boost/beast/http/status.hpp>

namespace net {

namespace {

/// Returns true for header fields that only this file may write: with a wrong length the next message would become part
/// of this one.
bool is_framing(std::string_view name) {
  header_fields framing{{"Content-Length", "x"}, {"Transfer-Encoding", "x"}};
  return !find_header(framing, name).empty();
}

bool is_field(std::string_view name, std::string_view value) {
  return !name.empty() && is_plain(name) && name.find_first_of(": \t") == std::string_view::npos && is_plain(value);
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

void add_fields(std::string& head, const header_fields& fields) {
  for (auto& [name, value] : fields)
    if (!is_framing(name) && is_field(name, value))
      add_field(head, name, value);
}

std::string_view reason_of(int status) {
  auto text = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

} // namespace

bool is_well_formed(const request& x) {
  for (auto& [name, value] : x.headers)
    if (!is_field(name, value))
      return false;
  return !x.method.empty() && is_plain(x.method) && x.method.find_first_of(" \t") == std::string::npos
      && x.target.starts_with('/') && is_plain(x.target) && x.target.find_first_of(" \t") == std::string::npos;
}

std::string request_head(const request& x, const origin_parts& origin, const request_defaults& defaults) {
  auto head = x.method + ' ' + x.target + " HTTP/1.1\r\n";
  auto add_default = [&](std::string_view name, std::string_view value) {
    if (!value.empty() && is_plain(value) && find_header(x.headers, name).empty())
      add_field(head, name, value);
  };
  add_default("Host", origin.authority);
  add_default("User-Agent", defaults.user_agent);
  add_default("Authorization", defaults.authorization);
  add_fields(head, x.headers);
  if (!x.body.empty() || x.method == "POST" || x.method == "PUT" || x.method == "PATCH")
    add_field(head, "Content-Length", std::to_string(x.body.size()));
  return head + "\r\n";
}

std::string answer_head(int status, const header_fields& headers, const answer_frame& frame) {
  auto head = "HTTP/1.1 " + std::to_string(status) + ' ' + std::string{reason_of(status)} + "\r\n";
  add_fields(head, headers);
  if (frame.framing == framing::length)
    add_field(head, "Content-Length", std::to_string(frame.body_bytes));
  if (frame.framing == framing::chunked)
    add_field(head, "Transfer-Encoding", "chunked");
  // Always sent: the default of HTTP/1.0 is the opposite of that of HTTP/1.1.
  if (find_header(headers, "Connection").empty())
    add_field(head, "Connection", frame.keep_alive ? "keep-alive" : "close");
  return head + "\r\n";
}

} // namespace net
