#include "ledger/base/json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace quotary {
namespace {

std::string canonical(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return value.error().code;
  const auto out = canonical_json(*value);
  return out ? *out : out.error().code;
}

std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto value = parse_json(text, limits);
  return value ? "" : value.error().code;
}

TEST(ParseJson, RefusesWhatIsNotOneJsonText) {
  for (std::string_view text :
       {"",         " ",    "{",  "[1", "\"a", "{\"a\":}", "{\"a\":1,}", "[1,]",           "nul",      "NaN",
        "Infinity", "[1]x", "01", "+1", "1.",  "{'a':1}",  "// c\n1",    "\xef\xbb\xbf{}", "\"\x01\"", "\"a\nb\""}) {
    EXPECT_EQ(code_of(text), "bad_json") << text;
  }
  EXPECT_NE(parse_json("{\"a\": tru}").error().detail.find("at byte 6"), std::string::npos)
      << parse_json("{\"a\": tru}").error().detail;
}

TEST(ParseJson, RefusesIllFormedUtf8) {
  for (std::string_view text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe4\xb8\"",
                                "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\""}) {
    EXPECT_EQ(code_of(text), "bad_json") << text;
  }
}

TEST(ParseJson, NamesTheDuplicateMember) {
  const auto value = parse_json(R"({"lines":[{"a":1},{"x/y":{"q~":1,"b":2,"q~":3}}]})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, "duplicate_member");
  ASSERT_EQ(value.error().problems.size(), 1u);
  EXPECT_EQ(value.error().problems[0].pointer, "/lines/1/x~1y/q~0");
  EXPECT_EQ(code_of(R"({"a":1,"\u0061":2})"), "duplicate_member");
}

TEST(ParseJson, HoldsItsLimits) {
  EXPECT_EQ(code_of(std::string(16, '[') + std::string(16, ']')), "");
  EXPECT_EQ(code_of(std::string(17, '[') + std::string(17, ']')), "json_too_deep");
  EXPECT_EQ(code_of(std::string(100'000, '[')), "json_too_deep");
  EXPECT_EQ(code_of("[1,2,3]", {16, 4}), "");
  EXPECT_EQ(code_of("[1,2,3,4]", {16, 4}), "json_too_large");
}

TEST(CanonicalJson, SortsByUtf16AndEscapesAsRfc8785) {
  EXPECT_EQ(canonical(R"( { "b" : [ 1 , true , "x" ] , "a" : { } } )"), R"({"a":{},"b":[1,true,"x"]})");
  // RFC 8785 section 3.2.3's example.
  EXPECT_EQ(canonical(R"({"\u20ac":"1","\r":"2","\ufb33":"3","1":"4","\ud83d\ude00":"5","\u0080":"6","\u00f6":"7"})"),
            "{\"\\r\":\"2\",\"1\":\"4\",\"\xc2\x80\":\"6\",\"\xc3\xb6\":\"7\",\"\xe2\x82\xac\":\"1\","
            "\"\xf0\x9f\x98\x80\":\"5\",\"\xef\xac\xb3\":\"3\"}");
  EXPECT_EQ(canonical(R"("\u000F\b\t\n\f\r\"\\\/\u007f 中")"), "\"\\u000f\\b\\t\\n\\f\\r\\\"\\\\/\x7f 中\"");
  EXPECT_EQ(canonical("[9007199254740992,-9007199254740992,0,-0]"), "[9007199254740992,-9007199254740992,0,0]");
}

TEST(CanonicalJson, RefusesWhatIsNotReproducible) {
  for (std::string_view text :
       {"1.5", "1e2", "null", "[null]", "9007199254740993", "18446744073709551615", "-9007199254740993"}) {
    EXPECT_EQ(canonical(text), "not_canonical") << text;
  }
  EXPECT_FALSE(canonical_json(json::value(json::string("\xff"))));
  EXPECT_FALSE(canonical_json(json::value(json::string("a\xe4\xb8"))));
}

TEST(CanonicalJson, IsFastEnoughForEntries) {
  const auto value =
      parse_json(R"({"type":"quote.issued","time":"2026-11-24T02:03:04.567Z","actor":{"id":"0192","role":"rep"},
      "subject":"SHQT2026-000001","objects":[{"sha256":"00112233445566778899aabbccddeeff","size":60412}],"version":1})");
  ASSERT_TRUE(value);
  const auto start = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  for (int i = 0; i < 100'000; ++i) bytes += canonical_json(*value)->size();
  const auto spent = std::chrono::steady_clock::now() - start;
  RecordProperty("ns_per_entry", static_cast<int>(spent / std::chrono::nanoseconds(1) / 100'000));
  EXPECT_GT(bytes, 0u);
}

TEST(CanonicalJson, WritesEveryAsciiByteTheSameAtEveryPlace) {
  for (int byte = 0; byte < 0x80; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const std::string alone = *canonical_json(json::value(one));
    for (std::size_t place = 0; place < 20; ++place) {
      const std::string text = std::string(place, 'a') + one + std::string(19 - place, 'z');
      EXPECT_EQ(*canonical_json(json::value(text)),
                '"' + std::string(place, 'a') + alone.substr(1, alone.size() - 2) + std::string(19 - place, 'z') + '"')
          << byte << " at " << place;
    }
  }
}

}  // namespace
}  // namespace quotary
