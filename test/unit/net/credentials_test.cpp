#include "net/credentials.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct credentials_test : testing::Test {
  credentials_test() {
    std::string name = testing::TempDir() + "/credentials-XXXXXX";
    directory = ::mkdtemp(name.data());
  }

  ~credentials_test() override { std::filesystem::remove_all(directory); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream{directory + "/" + name} << text;
    return directory + "/" + name;
  }

  std::string directory;
  std::string error;
};

TEST_F(credentials_test, reads_a_file_as_it_is) {
  EXPECT_EQ(net::read_file(write("f", "a\n\0b\n"), error), "a\n");
  EXPECT_EQ(net::read_file(write("e", ""), error), "");
  EXPECT_EQ(error, "");
}

TEST_F(credentials_test, says_why_a_file_cannot_be_read) {
  struct {
    std::string path;
    const char* why;
  } rows[] = {
      {directory + "/missing", "No such file or directory"},
      {directory, "must be a regular file"},
      {"/dev/zero", "must be a regular file"},
      {write("big", std::string(1024 * 1024 + 1, 'x')), "must not be larger than 1 MiB"},
  };
  for (auto& row : rows) {
    EXPECT_EQ(net::read_file(row.path, error), std::nullopt);
    EXPECT_EQ(error.find(row.path), 0u) << error;
    EXPECT_THAT(error, HasSubstr(row.why));
  }
}

struct token_file_test : credentials_test {
  net::clock::time_point now;
  net::token_file token{write("token", "first\n"), [this] { return now; }};
};

TEST_F(token_file_test, reads_again_when_the_token_is_old) {
  EXPECT_EQ(token(false), "Bearer first");
  write("token", "second");
  now += 59s;
  EXPECT_EQ(token(false), "Bearer first");
  now += 1s;
  EXPECT_EQ(token(false), "Bearer second");
}

TEST_F(token_file_test, reads_again_when_the_token_was_rejected) {
  EXPECT_EQ(token(false), "Bearer first");
  write("token", "second");
  EXPECT_EQ(token(true), "Bearer second");
}

TEST_F(token_file_test, keeps_its_token_while_the_file_is_unusable) {
  token(false);
  for (auto text : {"", " \n", "two\nlines", "a\x01"}) {
    write("token", text);
    EXPECT_EQ(token(true), "Bearer first");
    EXPECT_NE(token.error(), "");
  }
  write("token", "fine");
  EXPECT_EQ(token(true), "Bearer fine");
  EXPECT_EQ(token.error(), "");
}

TEST_F(token_file_test, has_nothing_to_say_without_a_file) {
  net::token_file missing{directory + "/missing"};
  EXPECT_EQ(missing(false), "");
}

TEST_F(credentials_test, finds_what_kubernetes_gives_to_a_pod) {
  write("token", "t\n");
  write("ca.crt", "pem\n");
  write("namespace", "flink\n");
  auto x = net::read_in_cluster("10.0.0.1", "443", directory, error);
  ASSERT_TRUE(x) << error;
  EXPECT_EQ(x->origin, "https://10.0.0.1:443");
  EXPECT_EQ(x->ca, "pem\n");
  EXPECT_EQ(x->ns, "flink");
  EXPECT_EQ(x->token_path, directory + "/token");
  EXPECT_EQ(net::read_in_cluster("fd00::1", "443", directory, error)->origin, "https://[fd00::1]:443");
}

TEST_F(credentials_test, says_what_a_pod_lacks) {
  auto why = [&](auto host, auto port) {
    EXPECT_FALSE(net::read_in_cluster(host, port, directory, error));
    return error;
  };
  EXPECT_THAT(why("", "443"), HasSubstr("not in a pod"));
  EXPECT_THAT(why("10.0.0.1", ""), HasSubstr("not in a pod"));
  EXPECT_THAT(why("10.0.0.1", "x"), HasSubstr("not a valid address"));
  EXPECT_THAT(why("10.0.0.1", "443"), HasSubstr("token"));
  write("token", "t");
  EXPECT_THAT(why("10.0.0.1", "443"), HasSubstr("ca.crt"));
  write("ca.crt", "pem");
  EXPECT_THAT(why("10.0.0.1", "443"), HasSubstr("namespace"));
}

} // namespace
