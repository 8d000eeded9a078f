#include "flink/resource/program_args.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

struct cut {
  const char* text;
  std::vector<std::string> arguments;
  friend void PrintTo(const cut& x, std::ostream* out) { *out << testing::PrintToString(x.text); }
};

// Recorded from Flink 1.20.5 (JarHandlerUtils.tokenizeArguments), with odd cases.
const cut recorded[] = {
    {"", {}},
    {"--a 1", {"--a", "1"}},
    {"  --a   1  ", {"", "--a", "1"}},
    {"--pattern \\d+", {"--pattern", "\\d+"}},
    {"--name 'a b'", {"--name", "a b"}},
    {"--name \"a b\"", {"--name", "a b"}},
    {"a\"b c\"d", {"ab", "cd"}},
    {"it's fine", {"its", "fine"}},
    {"'it's'", {"it", "s"}},
    {"''", {}},
    {"\"\"", {}},
    {"' '", {" "}},
    {"\" \"", {" "}},
    {"--x=\"a b\"", {"--x=a", "b"}},
    {"--x='a b'", {"--x=a", "b"}},
    {"'a", {"a"}},
    {"\"a", {"a"}},
    {"a'", {"a"}},
    {"'a b", {"a", "b"}},
    {"\"a b", {"a", "b"}},
    {"'a'b'", {"a", "b"}},
    {"'a' 'b'", {"a", "b"}},
    {"\"a\"\"b\"", {"a", "b"}},
    {"\"a\" \"b\"", {"a", "b"}},
    {"'a\"b'", {"ab"}},
    {"\"a'b\"", {"ab"}},
    {"\"it's\"", {"its"}},
    {"a\tb\nc", {"a", "b", "c"}},
    {"--json {\"k\":\"v w\"}", {"--json", "{k:v", "w}"}},
    {"--json '{\"k\": \"v w\"}'", {"--json", "{k: v w}"}},
    {"\"\"\"", {""}},
    {"'''", {""}},
    {"\"a\\\"b\"", {"a\\", "b"}},
    {"--gr\303\266\303\237e '\303\244 \303\266'", {"--gr\303\266\303\237e", "\303\244 \303\266"}},
    {"a\\ b", {"a\\", "b"}},
    {"--e= ", {"--e="}},
    {"\"a\nb\"", {"a", "b"}},
    {"'a\nb'", {"a", "b"}},
    {"'a\nb' c'", {"a", "b", "c"}},
    {"a\302\240b", {"a\302\240b"}},
    {"a\013b", {"a", "b"}},
    {"'\"'", {""}},
    {"\"'\" x", {"", "x"}},
    {"'", {}},
    {"\"", {}},
    {"x '' y", {"x", "y"}},
    {"x \"\" y", {"x", "y"}},
    {"'' y'", {" y"}},
    {"\"\" \"y\"", {" ", "y"}},
    {"'a''b'", {"a", "b"}},
    {"'a' b 'c d' \"e f\" g", {"a", "b", "c d", "e f", "g"}},
    {"--sql \"select * from t where x = 'y'\"", {"--sql", "select * from t where x = y"}},
    {" 'lead'", {"lead"}},
    {"\ta", {"a"}},
    {"'a'\t'b'", {"a", "b"}},
    {"a\342\200\203b", {"a\342\200\203b"}},
    {"'a\rb' c", {"a", "b", "c"}},
    {"'a\342\200\250b'", {"a\342\200\250b"}},
    {"'a\302\205b' c'", {"a\302\205b", "c"}},
    {"' a '", {" a "}},
    {"\037a b\037", {"a", "b"}},
    {"\"\007\"", {"\007"}},
    {"   ", {""}},
    {"\n\n", {""}},
    {"'a\342\200\251b' c'", {"a\342\200\251b", "c"}},
    {"'\303\244'", {"\303\244"}},
    {"\"\303\244 ", {"\303\244"}},
    {"\303\251", {"\303\251"}},
};

class program_args : public testing::TestWithParam<cut> {};

TEST_P(program_args, are_cut_as_flink_cuts_them) {
  EXPECT_EQ(split_program_args(GetParam().text), GetParam().arguments);
}

INSTANTIATE_TEST_SUITE_P(recorded, program_args, testing::ValuesIn(recorded));

TEST(program_args, of_a_megabyte_are_cut_in_one_pass) {
  std::string quotes(1'000'000, ' ');
  quotes[0] = '\'';
  EXPECT_EQ(split_program_args(quotes).size(), 1u);
}

} // namespace
} // namespace flink
