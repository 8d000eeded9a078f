// Trust: our client and our server over TLS.
#include "net/client.hpp"
#include "net/server.hpp"
#include "test/unit/net/certificate.hpp"
#include "test/unit/net/exchange.hpp"
#include "test/unit/net/peer.hpp"

#include <gmock/gmock.h>

namespace {

using namespace test;
using net::failure;
using testing::ElementsAre;
using testing::HasSubstr;

struct tls_test : testing::Test {
  /// A server that shows `x` and echoes.
  net::server serve(const identity& x, std::string client_ca = {}) {
    return {io,
            {.tls_certificate = x.certificate, .tls_private_key = x.key, .tls_client_ca = std::move(client_ca)},
            [](const net::server_request& asked, const std::shared_ptr<net::exchange>& answer) {
              answer->reply(200, {}, asked.body);
            }};
  }

  static std::string origin_of(const net::server& x) { return "https://127.0.0.1:" + std::to_string(x.port()); }

  net::response ask_with(const net::server& server, net::tls_options tls) {
    client.configure(origin_of(server), {.tls = std::move(tls)});
    return ask(client, post(origin_of(server), "hello"));
  }

  identity ca = make_authority("ours");
  identity stranger = make_authority("stranger");
  identity good = make_certificate(ca, {});
  net::thread io;
  net::client client{io, {}};
};

TEST_F(tls_test, trusts_whom_the_authority_signed) {
  auto server = serve(good);
  EXPECT_EQ(ask_with(server, {.ca = ca.certificate}).body, "hello");
  auto big = std::string(3'000'000, 'b');
  EXPECT_EQ(ask(client, post(origin_of(server), big)).body, big);
  EXPECT_EQ(client.connections_opened(), 1u) << "kept alive";
}

TEST_F(tls_test, trusts_each_of_several_authorities) {
  auto server = serve(good);
  EXPECT_EQ(ask_with(server, {.ca = stranger.certificate + ca.certificate}).body, "hello");
}

TEST_F(tls_test, refuses_peers_that_it_cannot_trust) {
  struct {
    const char* story;
    identity shown;
    std::string trusted;
    const char* words;
  } rows[] = {
      {"signed by somebody else", good, stranger.certificate, "unable to get local issuer"},
      {"the system's authorities", good, "", "unable to get local issuer"},
      {"expired", make_certificate(ca, {.lifetime = -3600}), ca.certificate, "expired"},
      {"another address", make_certificate(ca, {.alternatives = "IP:127.0.0.2"}), ca.certificate, "not trusted"},
      {"a name, not the address", make_certificate(ca, {.alternatives = "DNS:localhost"}), ca.certificate,
       "not trusted"},
  };
  for (auto& row : rows) {
    auto server = serve(row.shown);
    auto answer = ask_with(server, {.ca = row.trusted});
    EXPECT_EQ(answer.failure, failure::unreachable) << row.story;
    EXPECT_THAT(answer.detail, HasSubstr(row.words)) << row.story;
    EXPECT_EQ(ask_with(server, {.ca = row.trusted, .insecure_skip_verify = true}).body, "hello") << row.story;
  }
}

TEST_F(tls_test, verifies_the_name_that_it_was_given) {
  auto server = serve(make_certificate(ca, {.alternatives = "DNS:kubernetes"}));
  EXPECT_EQ(ask_with(server, {.ca = ca.certificate, .server_name = "kubernetes"}).body, "hello");
  EXPECT_EQ(ask_with(server, {.ca = ca.certificate, .server_name = "other"}).failure, failure::unreachable);
}

TEST_F(tls_test, shows_its_own_certificate) {
  auto server = serve(good, ca.certificate);
  auto ours = make_certificate(ca, {.name = "operator"});
  EXPECT_EQ(ask_with(server, {.ca = ca.certificate, .certificate = ours.certificate, .private_key = ours.key}).body,
            "hello");
}

TEST_F(tls_test, gets_nothing_without_the_certificate_that_is_demanded) {
  auto server = serve(good, ca.certificate);
  auto foreign = make_certificate(stranger, {});
  EXPECT_NE(ask_with(server, {.ca = ca.certificate}).failure, failure::none);
  EXPECT_NE(
      ask_with(server, {.ca = ca.certificate, .certificate = foreign.certificate, .private_key = foreign.key}).failure,
      failure::none);
}

TEST_F(tls_test, says_what_is_wrong_with_its_own_texts) {
  struct {
    net::tls_options tls;
    const char* words;
  } rows[] = {
      {{.ca = "nonsense"}, "CA certificate"},
      {{.ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}, "CA certificate"},
      {{.ca = ca.certificate, .certificate = "nonsense", .private_key = good.key}, "certificate"},
      {{.ca = ca.certificate, .certificate = good.certificate, .private_key = "nonsense"}, "private key"},
      {{.ca = ca.certificate, .certificate = good.certificate, .private_key = ca.key}, "private key"},
      {{.ca = ca.certificate, .certificate = good.certificate}, "must be set together"},
  };
  auto server = serve(good);
  for (auto& row : rows) {
    auto answer = ask_with(server, row.tls);
    EXPECT_EQ(answer.failure, failure::unreachable) << row.words;
    EXPECT_THAT(answer.detail, HasSubstr(row.words));
  }
}

TEST_F(tls_test, streams) {
  net::server server{io,
                     {.tls_certificate = good.certificate, .tls_private_key = good.key},
                     [](const net::server_request&, const std::shared_ptr<net::exchange>& answer) {
                       answer->begin(200, {});
                       answer->write("a\nb");
                       answer->write("\n");
                       answer->end();
                     }};
  client.configure(origin_of(server), {.tls = {.ca = ca.certificate}});
  EXPECT_THAT(stream(client, get(origin_of(server))).lines, ElementsAre("a", "b"));
}

TEST_F(tls_test, refuses_a_peer_that_speaks_no_tls) {
  peer plain{[](wire& x, int) { x.send("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
  EXPECT_EQ(ask(client, get("https" + plain.origin().substr(4))).failure, failure::unreachable);
}

} // namespace
