// The client against peers that behave, and against those that do not.
#include "net/client.hpp"
#include "test/unit/net/exchange.hpp"
#include "test/unit/net/peer.hpp"

#include <gmock/gmock.h>

#include <atomic>

namespace {

using namespace test;
using net::failure;
using testing::HasSubstr;

constexpr auto hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct client_test : testing::Test {
  net::thread io;
  net::client client{io, {}};
};

/// Answers each request on a connection with the same bytes.
peer::script always(std::string bytes) {
  return [bytes](wire& x, int) {
    while (!x.hear("\r\n\r\n").empty())
      x.send(bytes);
  };
}

/// Answers the first request with `bytes`, then closes.
peer::script once(std::string bytes) {
  return [bytes](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(bytes);
  };
}

TEST_F(client_test, says_what_it_was_asked_to_say) {
  std::promise<std::string> heard;
  peer server{[&](wire& x, int) {
    auto text = x.hear("\r\n\r\n");
    text += x.hear("body");
    heard.set_value(text);
    x.send(hello);
  }};
  auto answer = ask(client, {.origin = server.origin(),
                             .method = "PATCH",
                             .target = "/a?b=%20c",
                             .headers = {{"Content-Type", "application/json"}},
                             .body = "body"});
  EXPECT_EQ(answer.status, 200) << answer.detail;
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(net::find_header(answer.headers, "content-length"), "5");
  EXPECT_EQ(heard.get_future().get(), "PATCH /a?b=%20c HTTP/1.1\r\nHost: " + server.origin().substr(7)
                                          + "\r\nUser-Agent: flink-operator\r\nContent-Type: application/json\r\n"
                                            "Content-Length: 4\r\n\r\nbody");
}

TEST_F(client_test, keeps_a_connection_for_the_next_request) {
  peer server{always(hello)};
  for (auto i = 0; i < 5; ++i)
    EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(client_test, opens_as_many_connections_as_requests_are_under_way) {
  std::promise<void> all_there;
  auto gate = all_there.get_future().share();
  std::atomic<int> waiting = 0;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    if (++waiting == 30)
      all_there.set_value();
    gate.wait();
    x.send(hello);
  }};
  std::vector<std::future<net::response>> answers;
  for (auto i = 0; i < 30; ++i) {
    auto answer = std::make_shared<std::promise<net::response>>();
    answers.push_back(answer->get_future());
    client.send(get(server.origin()), in(long_enough), [answer](net::response r) { answer->set_value(std::move(r)); });
  }
  for (auto& x : answers)
    EXPECT_EQ(x.get().body, "hello");
  EXPECT_EQ(client.connections_opened(), 30u);
}

TEST_F(client_test, does_not_reuse_a_connection_that_the_peer_will_close) {
  for (auto header : {"Connection: close\r\n", "connection: Close\r\n"}) {
    peer server{always("HTTP/1.1 200 OK\r\n" + std::string{header} + "Content-Length: 0\r\n\r\n")};
    ask(client, get(server.origin()));
    EXPECT_EQ(ask(client, get(server.origin())).status, 200);
    EXPECT_EQ(server.accepted(), 2);
  }
}

TEST_F(client_test, takes_a_body_that_only_the_end_of_the_connection_ends) {
  peer server{once("HTTP/1.0 200 OK\r\n\r\nall of it")};
  EXPECT_EQ(ask(client, get(server.origin())).body, "all of it");
}

TEST_F(client_test, takes_chunks_split_anywhere) {
  std::string answer
      = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: t\r\n\r\n";
  peer server{[&](wire& x, int) {
    while (!x.hear("\r\n\r\n").empty())
      for (auto c : answer)
        x.send({&c, 1});
  }};
  for (auto i = 0; i < 3; ++i)
    EXPECT_EQ(ask(client, get(server.origin())).body, "abc0123456789");
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(client_test, expects_no_body_where_there_is_none) {
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
    x.hear("\r\n\r\n");
    x.send("HTTP/1.1 204 No Content\r\n\r\n");
    x.hear("\r\n\r\n");
    x.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
    x.hear_all();
  }};
  EXPECT_EQ(ask(client, {.origin = server.origin(), .method = "HEAD"}).status, 200);
  EXPECT_EQ(ask(client, get(server.origin())).status, 204);
  EXPECT_EQ(ask(client, get(server.origin())).status, 304);
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(client_test, passes_over_interim_answers) {
  peer server{always("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string{hello})};
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
}

// -- what cannot be reached --------------------------------------------------------------------------

TEST_F(client_test, says_that_nobody_listens) {
  auto port = dead_port();
  auto answer = ask(client, post("http://127.0.0.1:" + std::to_string(port), "x"));
  EXPECT_EQ(answer.failure, failure::unreachable);
  EXPECT_EQ(answer.detail, "connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_F(client_test, refuses_what_is_no_request) {
  peer server{always(hello)};
  struct {
    const char* why;
    net::request x;
  } rows[] = {
      {"no scheme", get("127.0.0.1:80")},
      {"unknown scheme", get("ftp://127.0.0.1")},
      {"a path in the origin", get("http://127.0.0.1:80/x")},
      {"no such port", get("http://127.0.0.1:65536")},
      {"an empty port", get("http://127.0.0.1:")},
      {"an open bracket", get("http://[::1")},
      {"a target that smuggles", get(server.origin(), "/ HTTP/1.1\r\nX: y")},
      {"a target with a blank", get(server.origin(), "/a b")},
      {"a target without slash", get(server.origin(), "a")},
      {"a field that smuggles", {.origin = server.origin(), .headers = {{"A", "b\r\nC: d"}}}},
      {"a field without name", {.origin = server.origin(), .headers = {{"", "b"}}}},
      {"a method that smuggles", {.origin = server.origin(), .method = "GET / HTTP/1.1\r\n"}},
  };
  for (auto& row : rows) {
    auto answer = ask(client, row.x);
    EXPECT_EQ(answer.failure, failure::unreachable) << row.why;
    EXPECT_NE(answer.detail, "") << row.why;
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(client_test, does_not_send_after_the_deadline) {
  peer server{always(hello)};
  auto answer = ask(client, get(server.origin()), -1ms);
  EXPECT_EQ(answer.failure, failure::expired);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(client_test, gives_up_a_tls_handshake_that_nobody_answers) {
  peer mute{[](wire& x, int) { x.hear_all(); }};
  auto origin = "https" + mute.origin().substr(4);
  auto late = ask(client, get(origin), moment);
  EXPECT_EQ(late.failure, failure::expired) << late.detail;
  net::client hasty{io, {.connect_timeout = moment}};
  auto hung = ask(hasty, get(origin));
  EXPECT_EQ(hung.failure, failure::unreachable) << hung.detail;
}

// -- what is lost --------------------------------------------------------------------------------------

TEST_F(client_test, tells_unknown_effects_by_their_kind) {
  struct {
    const char* story;
    peer::script play;
    failure kind;
    const char* words;
  } rows[] = {
      {"no answer", [](wire& x, int) { x.hear_all(); }, failure::timed_out, "before the deadline"},
      {"half a header",
       [](wire& x, int) {
         x.send("HTTP/1.1 200 OK\r\nA: b");
         x.hear_all();
       },
       failure::timed_out, "deadline"},
      {"half a body",
       [](wire& x, int) {
         x.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
         x.hear_all();
       },
       failure::timed_out, "deadline"},
      {"closed without a word", once(""), failure::broken, "connection closed without an answer"},
      {"closed in the header", once("HTTP/1.1 200 OK\r\nCont"), failure::broken, "closed in the middle of the answer"},
      {"closed in the body", once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), failure::broken,
       "closed in the middle of the answer"},
      {"closed in a chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhello"), failure::broken,
       "closed in the middle of the answer"},
      {"closed before the last chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n"),
       failure::broken, "closed in the middle of the answer"},
      {"reset",
       [](wire& x, int) {
         x.hear("\r\n\r\n");
         x.end_with_reset();
       },
       failure::broken, "reset by peer"},
      {"another protocol", once("SSH-2.0-OpenSSH_9.2\r\n"), failure::malformed, "not HTTP"},
      {"noise", once(std::string("\0\xff\x01noise\r\n\r\n", 12)), failure::malformed, "not HTTP"},
      {"two lengths", once("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), failure::malformed,
       "not HTTP"},
      {"a chunk without size", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), failure::malformed,
       "not HTTP"},
      {"an endless header",
       [](wire& x, int) {
         x.send("HTTP/1.1 200 OK\r\n");
         while (x.send("A: aaaaaaaaaaaaaaaaaaa\r\n")) {
         }
       },
       failure::malformed, "header exceeds"},
      {"an endless field",
       [](wire& x, int) {
         x.send("HTTP/1.1 200 OK\r\nA: ");
         while (x.send("aaaaaaaaaaaaaaaaaaaaaa")) {
         }
       },
       failure::malformed, "header exceeds"},
      {"an endless body",
       [](wire& x, int) {
         x.send("HTTP/1.1 200 OK\r\n\r\n");
         while (x.send(std::string(4096, 'x'))) {
         }
       },
       failure::malformed, "body exceeds"},
      {"a body that says it is too long", once("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
       failure::malformed, "body exceeds"},
  };
  for (auto& row : rows) {
    net::client small{io, {.max_body_bytes = 100'000}};
    peer server{row.play};
    auto timeout = row.kind == failure::timed_out ? net::clock::duration{moment} : long_enough;
    auto answer = ask(small, post(server.origin(), ""), timeout);
    EXPECT_EQ(answer.failure, row.kind) << row.story << ": " << answer.detail;
    EXPECT_EQ(answer.status, 0) << row.story;
    EXPECT_THAT(answer.detail, HasSubstr(row.words)) << row.story;
    EXPECT_TRUE(net::effect_unknown(answer.failure)) << row.story;
  }
}

TEST_F(client_test, gives_up_sending_to_a_peer_that_does_not_read) {
  std::promise<void> over;
  peer server{[&](wire&, int) { over.get_future().wait(); }};
  auto answer = ask(client, post(server.origin(), std::string(64 * 1024 * 1024, 'x')), moment);
  over.set_value();
  EXPECT_EQ(answer.failure, failure::timed_out);
}

TEST_F(client_test, takes_an_answer_that_comes_before_all_is_sent) {
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    x.finish();
    x.hear_all();
  }};
  auto answer = ask(client, post(server.origin(), std::string(8 * 1024 * 1024, 'x')));
  EXPECT_EQ(answer.status, 413) << answer.detail;
}

// -- kept-alive connections that have died ---------------------------------------------------------------

/// Answers one request on the first connection and closes it when the second request has come.
peer::script dies_at_the_second(std::atomic<int>& heard) {
  return [&heard](wire& x, int n) {
    x.hear("\r\n\r\n");
    x.send(hello);
    if (!x.hear("\r\n\r\n").empty())
      ++heard;
    if (n > 0)
      x.send(hello);
  };
}

TEST_F(client_test, repeats_a_question_once_whose_kept_alive_connection_has_died) {
  std::atomic<int> lost = 0;
  peer server{dies_at_the_second(lost)};
  ask(client, get(server.origin()));
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(client.connections_opened(), 2u);
}

TEST_F(client_test, does_not_repeat_an_order_that_may_have_been_heard) {
  std::atomic<int> lost = 0;
  peer server{dies_at_the_second(lost)};
  ask(client, get(server.origin()));
  EXPECT_EQ(ask(client, post(server.origin(), "")).failure, failure::broken);
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(client_test, does_not_repeat_a_question_that_was_half_answered) {
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(hello);
    x.hear("\r\n\r\n");
    x.send("HTTP/1.1 200");
  }};
  ask(client, get(server.origin()));
  EXPECT_EQ(ask(client, get(server.origin())).failure, failure::broken);
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(client_test, repeats_nothing_on_a_fresh_connection) {
  peer server{once("")};
  EXPECT_EQ(ask(client, get(server.origin())).failure, failure::broken);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(client_test, notices_that_an_idle_connection_was_closed) {
  std::promise<void> closed;
  peer server{[&](wire& x, int n) {
    x.hear("\r\n\r\n");
    x.send(hello);
    x.finish();
    // The client closes its end once it has noticed.
    if (n == 0 && x.hear_all().empty())
      closed.set_value();
  }};
  ask(client, get(server.origin()));
  closed.get_future().wait();
  EXPECT_EQ(ask(client, post(server.origin(), "")).body, "hello") << "an order needs no luck";
  EXPECT_EQ(client.connections_opened(), 2u);
}

TEST_F(client_test, does_not_trust_a_connection_that_speaks_unasked) {
  peer server{once(std::string{hello} + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")};
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_EQ(client.connections_opened(), 2u);
}

TEST_F(client_test, closes_connections_that_were_idle_for_long) {
  net::client restless{io, {.keep_alive = 1ms}};
  std::promise<std::string> remaining;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    x.send(hello);
    remaining.set_value(x.hear_all());
  }};
  ask(restless, get(server.origin()));
  EXPECT_EQ(remaining.get_future().get(), "") << "the client has closed it by itself";
}

TEST_F(client_test, keeps_no_more_idle_connections_than_allowed) {
  net::client lonely{io, {.max_idle_per_origin = 0}};
  peer server{always(hello)};
  ask(lonely, get(server.origin()));
  ask(lonely, get(server.origin()));
  EXPECT_EQ(lonely.connections_opened(), 2u);
}

// -- credentials ----------------------------------------------------------------------------------------

TEST_F(client_test, asks_for_a_new_token_after_the_old_one_was_rejected) {
  std::vector<std::string> asked;
  peer server{[](wire& x, int) {
    for (;;) {
      auto head = x.hear("\r\n\r\n");
      if (head.empty())
        return;
      auto good = head.find("Authorization: Bearer new\r\n") != std::string::npos;
      x.send(good ? hello : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    }
  }};
  client.configure(server.origin(), {.authorization = [&asked](bool rejected) {
                     asked.push_back(rejected ? "rejected" : "fine");
                     return asked.size() == 1 ? "Bearer old" : "Bearer new";
                   }});
  EXPECT_EQ(ask(client, get(server.origin())).status, 401);
  EXPECT_EQ(ask(client, get(server.origin())).status, 200);
  EXPECT_EQ(ask(client, get(server.origin())).status, 200);
  EXPECT_EQ(asked, (std::vector<std::string>{"fine", "rejected", "fine"}));
}

// -- cancellation ---------------------------------------------------------------------------------------

TEST_F(client_test, forgets_a_cancelled_request_in_every_phase) {
  struct {
    const char* phase;
    const char* scheme;
    std::string before;
  } rows[] = {
      {"in the TLS handshake", "https", ""},
      {"before the answer", "http", ""},
      {"in the header", "http", "HTTP/1.1 200 OK\r\nA"},
      {"in the body", "http", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nh"},
  };
  for (auto& row : rows) {
    std::promise<void> there;
    std::promise<void> gone;
    peer server{[&](wire& x, int) {
      x.hear(row.scheme == std::string{"http"} ? "\r\n\r\n" : "\x03");
      x.send(row.before);
      there.set_value();
      x.hear_all();
      gone.set_value();
    }};
    std::atomic<bool> called = false;
    auto id = client.send(get(row.scheme + server.origin().substr(4)), in(long_enough),
                          [&](net::response) { called = true; });
    there.get_future().wait();
    client.cancel(id);
    gone.get_future().wait();
    settle(io);
    EXPECT_FALSE(called) << row.phase;
  }
}

TEST_F(client_test, forgets_a_request_cancelled_before_it_was_launched) {
  peer server{always(hello)};
  std::atomic<bool> called = false;
  std::promise<void> done;
  io.post([&] {
    auto id = client.send(get(server.origin()), in(long_enough), [&](net::response) { called = true; });
    client.cancel(id);
    client.cancel(id);
    client.cancel(12345);
    done.set_value();
  });
  done.get_future().wait();
  settle(io);
  EXPECT_EQ(ask(client, get(server.origin())).body, "hello");
  EXPECT_FALSE(called);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(client_test, never_answers_inside_the_call) {
  std::promise<bool> inside;
  io.post([&] {
    auto returned = std::make_shared<bool>(false);
    client.send(get("nonsense"), in(long_enough), [&, returned](net::response) { inside.set_value(!*returned); });
    *returned = true;
  });
  EXPECT_FALSE(inside.get_future().get());
}

TEST(client, goes_cleanly_with_requests_under_way) {
  net::thread io;
  std::promise<void> there;
  std::atomic<int> arrived = 0;
  std::atomic<int> called = 0;
  peer server{[&](wire& x, int) {
    x.hear("\r\n\r\n");
    if (++arrived == 10)
      there.set_value();
    x.hear_all();
  }};
  {
    net::client client{io, {}};
    for (auto i = 0; i < 10; ++i)
      client.send(get(server.origin()), in(long_enough), [&](net::response) { ++called; });
    there.get_future().wait();
  }
  EXPECT_EQ(called, 0);
}

TEST(client, may_go_inside_its_own_answer) {
  net::thread io;
  peer server{always(hello)};
  auto client = std::make_shared<net::client>(io, net::client_options{});
  std::promise<void> gone;
  auto& sender = *client;
  sender.send(get(server.origin()), in(long_enough), [&gone, client](net::response) mutable {
    client = nullptr;
    gone.set_value();
  });
  client = nullptr;
  gone.get_future().wait();
  settle(io);
}

TEST(client, goes_cleanly_after_its_thread_was_stopped_with_work_queued) {
  auto io = std::make_unique<net::thread>();
  peer server{[](wire& x, int) { x.hear_all(); }};
  {
    net::client client{*io, {}};
    client.send(get(server.origin()), in(long_enough), [](net::response) {});
  }
  io = nullptr;
  SUCCEED();
}

} // namespace
