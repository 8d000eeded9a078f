// The pure parts: origins, lines, heads, header fields.
#include "net/head.hpp"
#include "net/lines.hpp"
#include "net/origin.hpp"

#include <gtest/gtest.h>

namespace {

TEST(origin, is_scheme_host_and_port) {
  struct {
    const char* text;
    bool tls;
    const char* host;
    const char* port;
  } rows[] = {
      {"http://127.0.0.1:8081", false, "127.0.0.1", "8081"},
      {"http://jobmanager.ns.svc", false, "jobmanager.ns.svc", "80"},
      {"https://10.0.0.1", true, "10.0.0.1", "443"},
      {"https://[fd00::1]:6443", true, "fd00::1", "6443"},
      {"http://[::1]", false, "::1", "80"},
  };
  for (auto& row : rows) {
    auto x = net::parse_origin(row.text);
    ASSERT_TRUE(x) << row.text;
    EXPECT_EQ(x->tls, row.tls) << row.text;
    EXPECT_EQ(x->host, row.host) << row.text;
    EXPECT_EQ(x->port, row.port) << row.text;
  }
}

TEST(origin, is_nothing_else) {
  for (auto text : {"", "http://", "https://:443", "http://a/", "http://a/b", "http://u:p@a", "http://a b", "HTTP://a",
                    "http://a:b", "http://a:", "http://a:70000", "http://a:123456789012", "http://::1", "http://[::1",
                    "http://[::1]x", "http://a\r\n", "http://a?b", "127.0.0.1:80"})
    EXPECT_FALSE(net::parse_origin(text)) << text;
}

TEST(line_splitter, is_indifferent_to_where_the_pieces_end) {
  std::string text = "one\n\ntwo\nthree";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::vector<std::string> lines;
    net::line_splitter x{100, [&](std::string_view line) {
                           lines.emplace_back(line);
                           return true;
                         }};
    EXPECT_TRUE(x.feed(std::string_view{text}.substr(0, cut)));
    EXPECT_TRUE(x.feed(std::string_view{text}.substr(cut)));
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"})) << cut;
    x.finish();
    EXPECT_EQ(lines.back(), "three") << cut;
  }
}

TEST(line_splitter, counts_a_line_and_not_the_piece) {
  auto lines = 0;
  net::line_splitter x{3, [&](std::string_view) { return ++lines > 0; }};
  EXPECT_TRUE(x.feed("abc\nabc\nab"));
  EXPECT_TRUE(x.feed("c"));
  EXPECT_FALSE(x.feed("d"));
  EXPECT_TRUE(x.overlong());
  EXPECT_EQ(lines, 2);
}

TEST(line_splitter, stops_when_its_sink_has_enough) {
  auto lines = 0;
  net::line_splitter x{100, [&](std::string_view) { return ++lines < 2; }};
  EXPECT_FALSE(x.feed("a\nb\nc\n"));
  EXPECT_FALSE(x.overlong());
  EXPECT_EQ(lines, 2);
}

TEST(request_head, leaves_framing_to_us_and_the_rest_to_the_caller) {
  net::request x{
      .method = "POST",
      .target = "/x",
      .headers
      = {{"content-length", "99"}, {"Transfer-Encoding", "chunked"}, {"authorization", "mine"}, {"HOST", "other"}},
      .body = "abc"};
  EXPECT_EQ(net::request_head(x, *net::parse_origin("http://h:1"), {"agent", "theirs"}),
            "POST /x HTTP/1.1\r\nUser-Agent: agent\r\nauthorization: mine\r\nHOST: other\r\nContent-Length: 3\r\n\r\n");
}

TEST(request_head, tells_that_an_order_has_no_body) {
  net::request x{.method = "PUT"};
  EXPECT_EQ(net::request_head(x, *net::parse_origin("http://h:1"), {}),
            "PUT / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 0\r\n\r\n");
}

TEST(answer_head, leaves_out_fields_that_would_break_it) {
  EXPECT_EQ(net::answer_head(404, {{"A", "b"}, {"C", "d\r\nE: f"}, {"Content-Length", "7"}}, {.body_bytes = 2}),
            "HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n");
}

TEST(find_header, does_not_mind_case) {
  net::header_fields fields{{"Content-Type", "a"}, {"CONTENT-TYPE", "b"}};
  EXPECT_EQ(net::find_header(fields, "content-type"), "a");
  EXPECT_EQ(net::find_header(fields, "content-typ"), "");
}

} // namespace
