// The server with our own client, and with clients that misbehave.
#include "net/server.hpp"
#include "test/unit/net/exchange.hpp"
#include "test/unit/net/peer.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <system_error>
#include <thread>

namespace {

using namespace test;
using net::failure;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using exchange_ptr = std::shared_ptr<net::exchange>;

/// Answers with what was asked.
void echo(const net::server_request& x, const exchange_ptr& answer) {
  answer->reply(200, {{"X-Method", x.method}, {"X-Target", x.target}}, x.body);
}

std::string origin_of(const net::server& x) {
  return "http://127.0.0.1:" + std::to_string(x.port());
}

struct server_test : testing::Test {
  net::thread io;
  net::client client{io, {}};
};

TEST_F(server_test, answers_one_request_after_the_other) {
  net::server server{io, {}, echo};
  for (auto i = 0; i < 5; ++i) {
    auto answer = ask(client, {.origin = origin_of(server), .method = "PUT", .target = "/a?b", .body = "body"});
    EXPECT_EQ(answer.status, 200) << answer.detail;
    EXPECT_EQ(answer.body, "body");
    EXPECT_EQ(net::find_header(answer.headers, "x-method"), "PUT");
    EXPECT_EQ(net::find_header(answer.headers, "x-target"), "/a?b");
  }
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(server_test, answers_on_ipv6) {
  net::server server{io, {.address = "::1"}, echo};
  EXPECT_EQ(ask(client, get("http://[::1]:" + std::to_string(server.port()))).status, 200);
}

TEST_F(server_test, says_that_an_address_cannot_be_had) {
  net::server server{io, {}, echo};
  EXPECT_THROW((net::server{io, {.port = server.port()}, echo}), std::system_error);
  EXPECT_THROW((net::server{io, {.address = "nonsense"}, echo}), std::system_error);
  EXPECT_THROW((net::server{io, {.tls_certificate = "nonsense", .tls_private_key = "x"}, echo}), std::system_error);
}

TEST_F(server_test, takes_answers_from_other_threads) {
  std::thread worker;
  net::server server{io, {}, [&](const net::server_request&, exchange_ptr answer) {
                       worker = std::thread{[answer] { answer->reply(202, {}, "later"); }};
                     }};
  EXPECT_EQ(ask(client, get(origin_of(server))).body, "later");
  worker.join();
}

TEST_F(server_test, keeps_the_order_of_an_answer_that_another_thread_goes_on_with) {
  net::server server{io, {}, [](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       std::thread{[&] {
                         answer->write("a\n");
                         answer->end();
                       }}.join(); // all of it is sent before this handler returns on the io thread
                     }};
  auto got = stream(client, get(origin_of(server)), 1s);
  EXPECT_THAT(got.lines, ElementsAre("a"));
  EXPECT_EQ(got.end.status, 200) << got.end.detail;
}

TEST_F(server_test, streams) {
  net::server server{io, {}, [](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       for (auto chunk : {"a\nb", "", "b\n", "c\n"})
                         EXPECT_TRUE(answer->write(chunk));
                       answer->end();
                     }};
  for (auto i = 0; i < 2; ++i)
    EXPECT_THAT(stream(client, get(origin_of(server))).lines, ElementsAre("a", "bb", "c"));
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(server_test, streams_to_old_clients_without_chunks) {
  net::server server{io, {}, [](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       answer->write("abc");
                       answer->end();
                     }};
  auto x = wire::to(server.port());
  x.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(x.hear_all(), EndsWith("Connection: close\r\n\r\nabc"));
}

TEST_F(server_test, says_500_for_a_request_that_its_handler_dropped) {
  net::server server{io, {}, [](const net::server_request& x, const exchange_ptr&) {
                       if (x.target == "/throw")
                         throw std::runtime_error{"bug"};
                     }};
  EXPECT_EQ(ask(client, get(origin_of(server))).status, 500);
  EXPECT_EQ(ask(client, get(origin_of(server), "/throw")).status, 500);
}

TEST_F(server_test, cuts_a_stream_that_its_handler_dropped) {
  net::server server{io, {}, [](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       answer->write("a\n");
                     }};
  EXPECT_EQ(stream(client, get(origin_of(server))).end.failure, failure::broken);
}

TEST_F(server_test, takes_only_the_first_of_several_answers) {
  net::server server{io, {}, [](const net::server_request&, const exchange_ptr& answer) {
                       answer->reply(200, {}, "first");
                       answer->reply(201, {}, "second");
                       answer->begin(202, {});
                       EXPECT_FALSE(answer->write("x"));
                       answer->end();
                     }};
  for (auto i = 0; i < 3; ++i)
    EXPECT_EQ(ask(client, get(origin_of(server))).body, "first");
}

TEST_F(server_test, sends_no_body_where_none_belongs) {
  net::server server{io, {}, [](const net::server_request& x, const exchange_ptr& answer) {
                       answer->reply(x.method == "HEAD" ? 200 : 204, {}, "body");
                     }};
  auto head = ask(client, {.origin = origin_of(server), .method = "HEAD"});
  EXPECT_EQ(net::find_header(head.headers, "content-length"), "4");
  auto empty = ask(client, get(origin_of(server)));
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(net::find_header(empty.headers, "content-length"), "");
  EXPECT_EQ(client.connections_opened(), 1u);
}

TEST_F(server_test, answers_pipelined_requests_in_their_order) {
  net::server server{io, {}, echo};
  auto x = wire::to(server.port());
  x.send("GET /1 HTTP/1.1\r\n\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET /3 HTTP/1.1\r\nConnection: "
         "close\r\n\r\n");
  auto all = x.hear_all();
  auto at = [&](auto text) { return all.find(text); };
  EXPECT_LT(at("X-Target: /1"), at("X-Target: /2"));
  EXPECT_LT(at("X-Target: /2"), at("X-Target: /3"));
  EXPECT_NE(at("X-Target: /3"), std::string::npos);
}

TEST_F(server_test, invites_a_body_that_waits_for_it) {
  net::server server{io, {}, echo};
  auto x = wire::to(server.port());
  x.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(x.hear("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  x.send("ab");
  EXPECT_THAT(x.hear("ab"), StartsWith("HTTP/1.1 200 OK"));
}

// -- limits ---------------------------------------------------------------------------------------------

TEST_F(server_test, refuses_what_is_too_much_or_no_request) {
  net::server server{io, {.max_header_bytes = 1000, .max_body_bytes = 1000}, echo};
  struct {
    const char* story;
    std::string bytes;
    const char* status;
  } rows[] = {
      {"a long header", "GET / HTTP/1.1\r\nA: " + std::string(2000, 'a'), "431"},
      {"a long target", "GET /" + std::string(2000, 'a'), "431"},
      {"a long body", "POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", "413"},
      {"a long chunked body", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'a'),
       "413"},
      {"a body of negative length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
      {"another version", "GET / HTTP/2.0\r\n\r\n", "400"},
      {"noise", "\x16\x03\x01 noise\r\n\r\n", "400"},
  };
  for (auto& row : rows) {
    auto x = wire::to(server.port());
    x.send(row.bytes);
    EXPECT_THAT(x.hear_all(), StartsWith("HTTP/1.1 " + std::string{row.status})) << row.story;
  }
}

TEST_F(server_test, tells_why_even_if_the_client_is_still_sending) {
  net::server server{io, {.max_body_bytes = 1000}, echo};
  auto x = wire::to(server.port());
  x.send("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  EXPECT_THAT(x.hear_all(), StartsWith("HTTP/1.1 413"));
}

TEST_F(server_test, closes_connections_on_which_no_request_gets_complete) {
  net::server server{io, {.io_timeout = moment}, echo};
  for (auto bytes : {"", "GET / HT", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na"}) {
    auto x = wire::to(server.port());
    x.send(bytes);
    EXPECT_EQ(x.hear_all(), "") << bytes;
  }
}

TEST_F(server_test, closes_idle_connections) {
  net::server server{io, {.idle_timeout = moment}, echo};
  auto x = wire::to(server.port());
  x.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(x.hear_all(), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(server_test, gives_up_clients_that_do_not_take_their_answer) {
  std::promise<void> gone;
  net::server server{io, {.io_timeout = moment}, [&](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       answer->on_closed([&] { gone.set_value(); });
                       for (auto i = 0; i < 15; ++i)
                         answer->write(std::string(1024 * 1024, 'x'));
                     }};
  auto x = wire::to(server.port());
  x.shrink();
  x.send("GET / HTTP/1.1\r\n\r\n");
  gone.get_future().wait();
}

TEST_F(server_test, cuts_a_stream_whose_reader_is_too_slow) {
  std::promise<void> gone;
  std::promise<int> taken;
  net::server server{io, {}, [&](const net::server_request&, const exchange_ptr& answer) {
                       answer->begin(200, {});
                       answer->on_closed([&] { gone.set_value(); });
                       auto n = 0;
                       while (answer->write(std::string(1024 * 1024, 'x')))
                         ++n;
                       taken.set_value(n);
                     }};
  auto x = wire::to(server.port());
  x.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(taken.get_future().get(), 16);
  gone.get_future().wait();
}

TEST_F(server_test, makes_room_by_closing_the_connection_that_was_idle_longest) {
  net::server server{io, {.max_connections = 2}, echo};
  auto first = wire::to(server.port());
  first.send("GET / HTTP/1.1\r\n\r\n");
  first.hear("\r\n\r\n");
  auto second = wire::to(server.port());
  second.send("GET / HTTP/1.1\r\n\r\n");
  second.hear("\r\n\r\n");
  auto third = wire::to(server.port());
  third.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(third.hear("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(first.hear_all(), "");
  second.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(second.hear("\r\n\r\n"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(server_test, turns_clients_away_while_all_connections_are_busy) {
  std::promise<void> there;
  exchange_ptr held;
  net::server server{io, {.max_connections = 1}, [&](const net::server_request&, exchange_ptr answer) {
                       held = std::move(answer);
                       there.set_value();
                     }};
  auto first = wire::to(server.port());
  first.send("GET / HTTP/1.1\r\n\r\n");
  there.get_future().wait();
  EXPECT_EQ(wire::to(server.port()).hear_all(), "");
  std::exchange(held, nullptr)->reply(200, {}, "served");
  EXPECT_THAT(first.hear("served"), StartsWith("HTTP/1.1 200 OK"));
}

// -- peers that go, and the end ---------------------------------------------------------------------------

TEST_F(server_test, tells_that_the_peer_has_gone) {
  for (auto hard : {true, false}) {
    std::promise<void> there;
    std::promise<void> gone;
    exchange_ptr held;
    net::server server{io, {}, [&](const net::server_request&, exchange_ptr answer) {
                         answer->begin(200, {});
                         answer->on_closed([&] { gone.set_value(); });
                         held = std::move(answer);
                         there.set_value();
                       }};
    {
      auto x = wire::to(server.port());
      x.send("GET / HTTP/1.1\r\n\r\n");
      there.get_future().wait();
      if (hard)
        x.end_with_reset();
    }
    gone.get_future().wait();
    EXPECT_FALSE(held->write("x"));
    std::promise<void> at_once;
    held->on_closed([&] { at_once.set_value(); });
    held->end();
    settle(io);
    held = nullptr;
  }
}

TEST_F(server_test, answers_a_client_that_has_said_all_and_listens) {
  net::server server{io, {}, echo};
  auto x = wire::to(server.port());
  x.send("GET /x HTTP/1.1\r\n\r\n");
  x.finish();
  EXPECT_THAT(x.hear_all(), HasSubstr("X-Target: /x"));
}

TEST_F(server_test, lets_an_answer_under_way_finish_before_it_stops) {
  std::promise<void> there;
  exchange_ptr held;
  net::server server{io, {}, [&](const net::server_request&, exchange_ptr answer) {
                       held = std::move(answer);
                       there.set_value();
                     }};
  auto idle = wire::to(server.port());
  auto x = wire::to(server.port());
  x.send("GET / HTTP/1.1\r\n\r\n");
  there.get_future().wait();
  std::thread stopper{[&] { server.stop(long_enough); }};
  EXPECT_EQ(idle.hear_all(), "") << "idle connections end at once";
  std::exchange(held, nullptr)->reply(200, {}, "the last one");
  EXPECT_THAT(x.hear_all(), EndsWith("Connection: close\r\n\r\nthe last one"));
  {
    auto closing = std::move(x);
  }
  stopper.join();
  EXPECT_THROW(wire::to(server.port()), std::runtime_error);
}

TEST_F(server_test, stops_without_an_answer_after_the_grace) {
  std::promise<void> there;
  exchange_ptr held;
  net::server server{io, {}, [&](const net::server_request&, exchange_ptr answer) {
                       held = std::move(answer);
                       there.set_value();
                     }};
  auto x = wire::to(server.port());
  x.send("GET / HTTP/1.1\r\n\r\n");
  there.get_future().wait();
  server.stop(moment);
  EXPECT_EQ(x.hear_all(), "");
  held->reply(200, {}, "too late");
}

TEST_F(server_test, goes_cleanly_while_answers_are_held) {
  exchange_ptr held;
  std::promise<void> there;
  std::promise<void> gone;
  auto x = [&] {
    net::server server{io, {}, [&](const net::server_request&, exchange_ptr answer) {
                         answer->begin(200, {});
                         answer->on_closed([&] { gone.set_value(); });
                         held = std::move(answer);
                         there.set_value();
                       }};
    auto out = wire::to(server.port());
    out.send("GET / HTTP/1.1\r\n\r\n");
    there.get_future().wait();
    return out;
  }();
  gone.get_future().wait();
  EXPECT_FALSE(held->write("x"));
  held = nullptr;
  // Whether the header still got out depends on who was faster; that the connection ends does not.
  auto heard = x.hear_all();
  EXPECT_TRUE(heard.empty() || heard.find("chunked") != std::string::npos) << heard;
}

TEST_F(server_test, serves_many_at_once) {
  net::server server{
      io, {}, [](const net::server_request& x, const exchange_ptr& answer) { answer->reply(200, {}, x.body); }};
  std::vector<std::future<std::string>> answers;
  for (auto i = 0; i < 300; ++i) {
    auto answer = std::make_shared<std::promise<std::string>>();
    answers.push_back(answer->get_future());
    client.send(post(origin_of(server), std::to_string(i)), in(long_enough),
                [answer](net::response r) { answer->set_value(r.body); });
  }
  for (auto i = 0; i < 300; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), std::to_string(i));
}

} // namespace
