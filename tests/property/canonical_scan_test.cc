// The scanner in place and the general JSON code must agree on what canonical is. The seed is printed; QUOTARY_SEED
// sets it.
#include "ledger/base/canonical_scan.h"
#include "ledger/base/json.h"
#include "tests/support/settings.h"

#include <gtest/gtest.h>

#include <random>

namespace quotary {
namespace {

json::value any_value(std::mt19937_64& random, int depth) {
  static const char* const texts[] = {
      "",       "a",     "plain text of more than eight bytes", "\"\\/\b\f\n\r\t", "\x01\x1f\x7f", "中文报价", "é", "𝄞",
      "\uffff", "\ue000"};
  switch (random() % (depth > 0 ? 6 : 4)) {
    case 0: return static_cast<std::int64_t>(random() % 1000) - 500;
    case 1: return static_cast<std::int64_t>(random() >> (11 + random() % 50)) * (random() % 2 == 0 ? 1 : -1);
    case 2: return random() % 2 == 0;
    case 3: return texts[random() % std::size(texts)];
    case 4: {
      json::array items;
      for (std::uint64_t i = random() % 4; i > 0; --i) items.push_back(any_value(random, depth - 1));
      return items;
    }
    default: {
      json::object members;
      for (std::uint64_t i = random() % 5; i > 0; --i)
        members[texts[random() % std::size(texts)]] = any_value(random, depth - 1);
      return members;
    }
  }
}

bool scanner_accepts(std::string_view text) {
  CanonicalScanner scanner(text);
  std::string_view raw;
  return scanner.value(raw, 15) && scanner.at_end() && raw == text;
}

bool round_trip_accepts(std::string_view text) {
  const auto parsed = parse_json(text, JsonLimits{15, 100'000});
  const auto again = parsed ? canonical_json(*parsed) : Result<std::string>(Error{});
  return again && *again == text;
}

TEST(CanonicalScan, AgreesWithARoundTripOnValuesAndOnDamagedOnes) {
  const std::uint64_t seed = testing::chosen_seed();
  SCOPED_TRACE("QUOTARY_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 4000; ++round) {
    const std::string text = *canonical_json(any_value(random, 4));
    ASSERT_TRUE(scanner_accepts(text)) << text;
    for (int damage = 0; damage < 8; ++damage) {
      std::string bad = text;
      const std::size_t at = random() % bad.size();
      static constexpr std::string_view likely = "\"\\{}[],:0123456789-+.eEtrfalsn u/b\x01\x80\xc3\xed\xf0";
      switch (random() % 3) {
        case 0: bad[at] = likely[random() % likely.size()]; break;
        case 1: bad.insert(at, 1, likely[random() % likely.size()]); break;
        default: bad.erase(at, 1 + random() % 3);
      }
      const bool expected = round_trip_accepts(bad);
      ++(expected ? accepted : refused);
      ASSERT_EQ(scanner_accepts(bad), expected) << bad;
    }
  }
  EXPECT_GT(accepted, 100);
  EXPECT_GT(refused, 1000);
}

TEST(CanonicalScan, UnescapesWhatItTakes) {
  for (const std::string& plain : {std::string("a\"\\\b\t\n\f\r/\x01\x1f中"), std::string(), std::string(20, '\n')}) {
    const std::string text = *canonical_json(json::value(plain));
    CanonicalScanner scanner(text);
    std::string_view raw;
    ASSERT_TRUE(scanner.string(raw));
    EXPECT_EQ(unescape(raw), plain);
  }
}

}  // namespace
}  // namespace quotary
