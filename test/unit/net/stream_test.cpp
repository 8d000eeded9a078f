// Streams of lines, against peers that cut them anywhere.
#include "net/client.hpp"
#include "test/unit/net/exchange.hpp"
#include "test/unit/net/peer.hpp"

#include <gmock/gmock.h>

#include <atomic>

namespace {

using namespace test;
using net::failure;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view x) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", x.size());
  return size + std::string{x} + "\r\n";
}

struct stream_test : testing::Test {
  net::thread io;
  net::client client{io, {}};
};

/// Answers each request on a connection in pieces of `size` bytes.
peer::script in_pieces(std::string bytes, std::size_t size) {
  return [=](wire& x, int) {
    while (!x.hear("\r\n\r\n").empty())
      for (std::size_t i = 0; i < bytes.size(); i += size)
        x.send(std::string_view{bytes}.substr(i, size));
  };
}

TEST_F(stream_test, tells_each_line_wherever_the_bytes_are_cut) {
  auto body = std::string{chunked} + chunk("one\ntw") + chunk("o\n\nfo") + chunk("u") + chunk("r\nlast") + "0\r\n\r\n";
  for (std::size_t size : {1u, 2u, 3u, 7u, 1000u}) {
    peer server{in_pieces(body, size)};
    auto seen = stream(client, get(server.origin()));
    EXPECT_THAT(seen.lines, ElementsAre("one", "two", "", "four", "last")) << size;
    EXPECT_EQ(seen.end.failure, failure::none) << seen.end.detail;
    EXPECT_EQ(seen.end.status, 200);
    EXPECT_EQ(seen.end.body, "");
  }
}

TEST_F(stream_test, tells_lines_before_the_stream_ends) {
  std::promise<void> received;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(std::string{chunked} + chunk("first\n"));
    received.get_future().wait(); // only the line itself lets the stream go on
    x.send(chunk("second\n") + "0\r\n\r\n");
  }};
  std::promise<int> end;
  auto lines = 0;
  client.stream(
      get(server.origin()), in(long_enough), long_enough,
      [&](std::string_view) {
        if (++lines == 1)
          received.set_value();
      },
      [&](net::response) { end.set_value(lines); });
  EXPECT_EQ(end.get_future().get(), 2);
}

TEST_F(stream_test, reuses_the_connection_of_a_stream_that_ended_in_order) {
  peer server{in_pieces(std::string{chunked} + chunk("x\n") + "0\r\n\r\n", 1000)};
  stream(client, get(server.origin()));
  EXPECT_THAT(stream(client, get(server.origin())).lines, ElementsAre("x"));
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(stream_test, takes_lines_of_five_megabytes) {
  auto giant = std::string(5 * 1024 * 1024, 'g');
  peer server{in_pieces(std::string{chunked} + chunk(giant + "\nsmall\n") + "0\r\n\r\n", 100'000)};
  EXPECT_THAT(stream(client, get(server.origin())).lines, ElementsAre(giant, "small"));
}

TEST_F(stream_test, has_no_limit_on_the_whole) {
  net::client small{io, {.max_body_bytes = 1000}};
  std::string line(999, 'x');
  std::string body{chunked};
  for (auto i = 0; i < 20'000; ++i)
    body += chunk(line + '\n');
  peer server{in_pieces(body + "0\r\n\r\n", 1 << 20)};
  EXPECT_EQ(stream(small, get(server.origin())).lines.size(), 20'000u);
}

TEST_F(stream_test, ends_at_a_line_beyond_the_limit) {
  net::client small{io, {.max_line_bytes = 10}};
  peer server{in_pieces(std::string{chunked} + chunk("0123456789\n") + chunk("01234567") + chunk("890\nx\n"), 1000)};
  auto seen = stream(small, get(server.origin()));
  EXPECT_THAT(seen.lines, ElementsAre("0123456789"));
  EXPECT_EQ(seen.end.failure, failure::malformed);
  EXPECT_THAT(seen.end.detail, HasSubstr("a line of the answer exceeds 10 bytes"));
}

TEST_F(stream_test, keeps_half_a_line_to_itself_when_the_stream_is_cut) {
  struct {
    const char* story;
    std::string bytes;
    failure kind;
  } rows[] = {
      {"in a chunk", std::string{chunked} + chunk("whole\n") + "8\r\nhal", failure::broken},
      {"between chunks", std::string{chunked} + chunk("whole\nhal"), failure::broken},
      {"in a body of known length", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nwhole\nhal", failure::broken},
      {"in a body without end", "HTTP/1.0 200 OK\r\n\r\nwhole\nhal", failure::none},
  };
  for (auto& row : rows) {
    peer server{[&](wire& x, int) {
      x.hear("\r\n\r\n");
      x.send(row.bytes);
    }};
    auto seen = stream(client, get(server.origin()));
    EXPECT_THAT(seen.lines, ElementsAre("whole")) << row.story;
    EXPECT_EQ(seen.end.failure, row.kind) << row.story;
  }
}

TEST_F(stream_test, gives_any_other_status_as_an_answer_with_its_body) {
  peer server{in_pieces("HTTP/1.1 410 Gone\r\nContent-Length: 8\r\n\r\ntoo\nold\n", 3)};
  auto seen = stream(client, get(server.origin()));
  EXPECT_THAT(seen.lines, ElementsAre());
  EXPECT_EQ(seen.end.status, 410);
  EXPECT_EQ(seen.end.body, "too\nold\n");
}

TEST_F(stream_test, ends_after_silence) {
  peer server{[](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(std::string{chunked} + chunk("a\n"));
    x.hear_all();
  }};
  auto seen = stream(client, get(server.origin()), moment);
  EXPECT_THAT(seen.lines, ElementsAre("a"));
  EXPECT_EQ(seen.end.failure, failure::timed_out);
  EXPECT_THAT(seen.end.detail, HasSubstr("silent for 50 ms"));
}

TEST_F(stream_test, is_not_bound_by_the_deadline_once_the_header_has_come) {
  std::promise<void> past;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(chunked);
    past.get_future().wait();
    x.send(chunk("late\n") + "0\r\n\r\n");
  }};
  std::promise<std::string> line;
  std::promise<int> end;
  client.stream(
      get(server.origin()), in(200ms), net::clock::duration::max(),
      [&](std::string_view x) { line.set_value(std::string{x}); }, [&](net::response r) { end.set_value(r.status); });
  io.post_after(400ms, [&] { past.set_value(); });
  EXPECT_EQ(line.get_future().get(), "late");
  EXPECT_EQ(end.get_future().get(), 200);
}

TEST_F(stream_test, is_bound_by_the_deadline_until_the_header_has_come) {
  peer server{[](wire& x, int) { x.hear_all(); }};
  EXPECT_EQ(stream(client, get(server.origin()), long_enough, moment).end.failure, failure::timed_out);
}

TEST_F(stream_test, tells_no_line_after_it_was_cancelled_by_a_line) {
  std::promise<void> gone;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(std::string{chunked} + chunk("a\nb\nc\n"));
    x.hear_all();
    gone.set_value();
  }};
  std::atomic<int> lines = 0;
  std::atomic<bool> called = false;
  io.post([&] {
    auto id = std::make_shared<net::request_id>();
    *id = client.stream(
        get(server.origin()), in(long_enough), long_enough,
        [&, id](std::string_view) {
          ++lines;
          client.cancel(*id);
        },
        [&](net::response) { called = true; });
  });
  gone.get_future().wait();
  settle(io);
  EXPECT_EQ(lines, 1);
  EXPECT_FALSE(called);
}

} // namespace
