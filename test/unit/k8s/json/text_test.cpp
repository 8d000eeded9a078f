#include "k8s/json/text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

TEST(json_text, unescapes_strings) {
  struct row {
    std::string_view text;
    std::string content;
  };
  for (auto& [text, content] : std::initializer_list<row>{
           {R"("")", ""},
           {R"("a\"\\\/\b\f\n\r\t")", "a\"\\/\b\f\n\r\t"},
           {R"("\u0041\u00fc\u20AC")", "Aü€"},
           {R"("\ud83d\ude00")", "😀"},
           {R"("\ud83d")", "\xEF\xBF\xBD"},
           {R"("\ude00")", "\xEF\xBF\xBD"},
           {R"("\ud83d\u0041")", "\xEF\xBF\xBD"
                                 "A"},
           {R"("\ud83d\ue000")", "\xEF\xBF\xBD\xEE\x80\x80"},
           {R"("\u00")", "\xEF\xBF\xBD"
                         "00"},
           {"17", ""},
       })
    EXPECT_EQ(json::cursor{text}.string(), content) << text;
}

TEST(json_text, escapes_strings_so_that_they_are_json) {
  struct row {
    std::string plain;
    std::string_view text;
  };
  for (auto& [plain, text] : std::initializer_list<row>{
           {"", R"("")"},
           {"a\"b\\c/", R"("a\"b\\c/")"},
           {std::string{"\0\x1f\n", 3}, R"("\u0000\u001f\n")"},
           {"ü€😀", R"("ü€😀")"},
           {"a\xff"
            "b\xC3",
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\""},
           {"\xC0\xAF", R"("��")"},
           {"\xE2\x82", R"("��")"},
           {"\xF0\x9F\x98\xF5", R"("����")"},
       }) {
    EXPECT_EQ(json::escape(plain), text);
    EXPECT_EQ(json::flaw(text), std::nullopt);
  }
}

TEST(json_text, finds_members_along_a_path) {
  json::cursor c{R"( {"a": {"b" : [1, {"c":"x"}], "d\n":"y"} } )"};
  EXPECT_EQ(c.find({"a", "b"})->text(), R"([1, {"c":"x"}])");
  EXPECT_EQ(c.string_at({"a", "d\n"}), "y");
  EXPECT_FALSE(c.find({"a", "x", "c"}));
  EXPECT_EQ(c.string_at({"a", "b", "c"}), "");
}

TEST(json_text, has_one_canonical_spelling) {
  struct row {
    std::string_view text;
    std::string_view canonical;
  };
  for (auto& [text, canonical] : std::initializer_list<row>{
           {R"({"b":1,"a":{"d":[2,1],"c":null}})", R"({"a":{"c":null,"d":[2,1]},"b":1})"},
           {"[1.0, 1e2, -0, -0.0, 0.10, 1e400, 12345678901234567890]", "[1,100,0,0,0.1,1e400,12345678901234567890]"},
           {R"("\u0041\/")", R"("A/")"},
           {R"({"é":1,"z":2,"Z":3})", R"({"Z":3,"z":2,"é":1})"},
           {" true ", "true"},
           {"{}", "{}"},
       })
    EXPECT_EQ(json::canonical(text), canonical);
}

TEST(json_text, spells_numbers_shortest) {
  EXPECT_EQ(json::number_text(4), "4");
  EXPECT_EQ(json::number_text(-0.0), "0");
  EXPECT_EQ(json::number_text(0.1), "0.1");
  EXPECT_EQ(json::number_text(1e20), "1e+20");
  EXPECT_EQ(json::number_text(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(json::number_text(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(json_text, diffs_and_merges_back) {
  struct row {
    std::string_view before;
    std::string_view after;
    std::string_view patch;
  };
  for (auto& [before, after, patch] : std::initializer_list<row>{
           {R"({"a":1})", R"({"a":1.0})", ""},
           {R"({"a":1,"b":2})", R"({"a":1})", R"({"b":null})"},
           {R"({"a":1})", R"({"a":1,"b":{"c":[1, 2]}})", R"({"b":{"c":[1,2]}})"},
           {R"({"a":{"x":1,"y":2}})", R"({"a":{"y":3}})", R"({"a":{"y":3,"x":null}})"},
           {R"({"a":[1,2]})", R"({"a":[2]})", R"({"a":[2]})"},
           {R"({"a":{"b":1}})", R"({"a":"t"})", R"({"a":"t"})"},
           {R"({"a":"t"})", R"({"a":{}})", R"({"a":{}})"},
           {R"({"a":1})", "{}", R"({"a":null})"},
           {R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":1}}})", ""},
           {"{}", R"({"a":{"b":{"c":1}}})", R"({"a":{"b":{"c":1}}})"},
       }) {
    EXPECT_EQ(json::merge_diff(before, after), patch) << before << " -> " << after;
    if (!patch.empty())
      EXPECT_EQ(json::canonical(json::apply_merge_patch(before, patch)), json::canonical(after)) << patch;
  }
}

// The cases of RFC 7386, appendix A.
TEST(json_text, merges_as_the_standard_says) {
  struct row {
    std::string_view target;
    std::string_view patch;
    std::string_view result;
  };
  for (auto& [target, patch, result] : std::initializer_list<row>{
           {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
           {R"({"a":"b"})", R"({"a":null})", R"({})"},
           {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
           {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
           {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
           {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
           {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
           {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
           {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
           {R"({"a":"foo"})", "null", "null"},
           {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
           {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
           {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
       })
    EXPECT_EQ(json::apply_merge_patch(target, patch), result) << target << " " << patch;
}

} // namespace
