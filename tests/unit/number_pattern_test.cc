#include "ledger/quote/number_pattern.h"
#include "quote_fixture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <sstream>

namespace quotary {
namespace {

SeriesPeriod period_of(std::string_view name) {
  if (name == "year") return SeriesPeriod::year;
  return name == "month" ? SeriesPeriod::month : SeriesPeriod::none;
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, '|');) {
    const std::size_t first = field.find_first_not_of(' ');
    out.push_back(first == std::string::npos ? "" : field.substr(first, field.find_last_not_of(' ') - first + 1));
  }
  return out;
}

TEST(NumberPattern, Golden) {
  std::istringstream lines(read_golden("patterns.txt"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    SCOPED_TRACE(line);
    const auto f = fields(line);
    ASSERT_EQ(f.size(), 6u);
    const auto pattern = NumberPattern::parse(f[0], period_of(f[1]), f[2]);
    ASSERT_TRUE(pattern) << pattern.error().detail;
    EXPECT_EQ(pattern->format(parse_date(f[3]).value(), std::stoull(f[4])), f[5]);
  }
}

TEST(NumberPattern, RefusesWhatBreaksARule) {
  struct Bad {
    const char* pattern;
    SeriesPeriod period;
    const char* branch;
  };
  for (const Bad& bad : {Bad{"", SeriesPeriod::none, ""},
                         Bad{"Q", SeriesPeriod::none, ""},
                         Bad{"{SEQ:6}{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"{SEQ:6}-Q", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:0}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:13}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:06}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:6", SeriesPeriod::none, ""},
                         Bad{"q{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"Q}{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"Q{DD}{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"Q{SEQ:6}", SeriesPeriod::year, ""},
                         Bad{"Q{YYYY}{SEQ:6}", SeriesPeriod::month, ""},
                         Bad{"Q{MM}{SEQ:6}", SeriesPeriod::month, ""},
                         Bad{"Q{SEQ:6}", SeriesPeriod::none, "SH"},
                         Bad{"{BR}{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"{BR}{SEQ:6}", SeriesPeriod::none, "sh"},
                         Bad{"ABCDEFGHIJKLMNOPQRSTUVWXYZ123{SEQ:6}", SeriesPeriod::none, ""},
                         Bad{"报价{SEQ:6}", SeriesPeriod::none, ""}}) {
    const auto pattern = NumberPattern::parse(bad.pattern, bad.period, bad.branch);
    ASSERT_FALSE(pattern) << bad.pattern;
    EXPECT_EQ(pattern.error().code, "bad_pattern");
    EXPECT_FALSE(pattern.error().detail.empty());
  }
}

TEST(NumberPattern, PeriodKeys) {
  const Date date{2026, 11, 24};
  EXPECT_EQ(NumberPattern::parse("Q{SEQ:6}", SeriesPeriod::none, "").value().period_key(date), "");
  EXPECT_EQ(NumberPattern::parse("Q{YYYY}{SEQ:6}", SeriesPeriod::year, "").value().period_key(date), "2026");
  EXPECT_EQ(NumberPattern::parse("Q{YY}{MM}{SEQ:6}", SeriesPeriod::month, "").value().period_key(date), "2026-11");
}

TEST(NumberPattern, Collisions) {
  const auto make = [](const char* pattern, const char* branch = "") {
    return NumberPattern::parse(pattern, SeriesPeriod::none, branch).value();
  };
  const auto both = [](const NumberPattern& a, const NumberPattern& b) {
    EXPECT_EQ(a.may_collide(b), b.may_collide(a));
    return a.may_collide(b);
  };
  EXPECT_TRUE(both(make("Q{SEQ:6}"), make("Q{SEQ:6}")));
  EXPECT_TRUE(both(make("Q{SEQ:4}"), make("Q{SEQ:6}")));
  EXPECT_TRUE(both(make("Q{YYYY}{SEQ:6}"), make("Q{SEQ:10}")));
  EXPECT_TRUE(both(make("Q1{SEQ:6}"), make("Q{SEQ:1}")));
  EXPECT_FALSE(both(make("Q0{SEQ:6}"), make("Q{SEQ:1}")));
  EXPECT_TRUE(both(make("Q{MM}{SEQ:6}"), make("Q1{SEQ:6}")));
  EXPECT_FALSE(both(make("Q{MM}{SEQ:6}"), make("Q2{SEQ:7}")));
  EXPECT_FALSE(both(make("{BR}QT{YYYY}-{SEQ:6}", "SH"), make("{BR}QT{YYYY}-{SEQ:6}", "BJ")));
  EXPECT_FALSE(both(make("Q{YYYY}-{SEQ:6}"), make("Q{YYYY}{SEQ:6}")));
  EXPECT_TRUE(both(make("{BR}{SEQ:6}", "AB"), make("{BR}B{SEQ:6}", "A")));
}

// Hands out the bytes it was given.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(void* out, std::size_t size) override { std::memcpy(out, bytes_.data(), size); }

 private:
  std::string bytes_;
};

TEST(VerifyCode, KnownValues) {
  FixedRandom zero(std::string(10, '\0')), ones(std::string(10, '\xff'));
  EXPECT_EQ(make_verify_code(zero), "00000000000000000");
  EXPECT_EQ(make_verify_code(ones).substr(0, 16), "ZZZZZZZZZZZZZZZZ");
}

TEST(VerifyCode, ForgivesTypingAndFindsErrors) {
  SystemRandom random;
  for (int round = 0; round < 200; ++round) {
    const std::string code = make_verify_code(random);
    ASSERT_EQ(code.size(), 17u);
    EXPECT_EQ(normalise_verify_code(code).value(), code);
    std::string typed;
    for (std::size_t i = 0; i < code.size(); ++i) {
      if (i % 4 == 0 && i > 0) typed += i % 8 == 0 ? '-' : ' ';
      typed += code[i] == '1' ? 'l' : code[i] == '0' ? 'o' : static_cast<char>(std::tolower(code[i]));
    }
    EXPECT_EQ(normalise_verify_code(typed).value(), code) << typed;
    std::string wrong = code;
    wrong[static_cast<std::size_t>(round) % 16] = wrong[static_cast<std::size_t>(round) % 16] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(normalise_verify_code(wrong)) << wrong;
    if (code[0] != code[1]) {
      std::string swapped = code;
      std::swap(swapped[0], swapped[1]);
      EXPECT_FALSE(normalise_verify_code(swapped)) << swapped;
    }
  }
  for (std::string_view bad : {"", "0", "000000000000000000", "U0000000000000000", "!0000000000000000"}) {
    ASSERT_FALSE(normalise_verify_code(bad)) << bad;
    EXPECT_EQ(normalise_verify_code(bad).error().code, "bad_code");
  }
}

}  // namespace
}  // namespace quotary
