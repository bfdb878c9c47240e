#include "ledger/base/bytes.h"
#include "ledger/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace quotary {
namespace {

TEST(Bytes, HexRoundTripsAndRefusesWhatItDoesNotWrite) {
  const std::string all("\x00\x7f\xff\x10", 4);
  EXPECT_EQ(to_hex(all), "007fff10");
  std::string digits = "x";
  append_hex(digits, all);
  EXPECT_EQ(digits, "x007fff10");
  EXPECT_EQ(*from_hex("007fff10"), all);
  for (const char* bad : {"0", "0G", "FF", "0x", " 00"}) EXPECT_EQ(from_hex(bad).error().code, "bad_hex") << bad;
}

TEST(Bytes, Base64IsStrict) {
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(*from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(to_base64url("\xfb\xff\xfe"
                         "f"),
            "-__-Zg");
  EXPECT_EQ(*from_base64url("-__-Zg"),
            "\xfb\xff\xfe"
            "f");
  for (const char* wrong : {"+__-Zg", "-__-Zg==", "-__-Zh", "Z", "-__-Z g"})
    EXPECT_FALSE(from_base64url(wrong)) << wrong;
  // No padding, white space, unused bits set, the URL alphabet, padding in the middle.
  for (const char* bad : {"Zg", "Zg==\n", " Zg==", "Zh==", "-_==", "Zg==Zg==", "===="}) {
    EXPECT_FALSE(from_base64(bad).has_value()) << bad;
  }
}

TEST(Bytes, IntegersAreBigEndian) {
  std::string out;
  put_u16(out, 0x0102);
  put_u32(out, 0x03040506);
  put_u64(out, 0x0708090a0b0c0d0e);
  EXPECT_EQ(to_hex(out), "0102030405060708090a0b0c0d0e");
  EXPECT_EQ(get_u16(out), 0x0102);
  EXPECT_EQ(get_u32(std::string_view(out).substr(2)), 0x03040506u);
  EXPECT_EQ(get_u64(std::string_view(out).substr(6)), 0x0708090a0b0c0d0eu);
  EXPECT_DEATH((void)get_u64("short"), "check failed");
}

TEST(Bytes, DecimalRefusesSignsLeadingZerosAndOverflow) {
  EXPECT_EQ(*parse_u64("0"), 0u);
  EXPECT_EQ(*parse_u64("18446744073709551615"), 18446744073709551615u);
  for (const char* bad : {"", "00", "01", "+1", "-1", "1 ", "18446744073709551616", "1e3"}) {
    EXPECT_FALSE(parse_u64(bad).has_value()) << bad;
  }
}

TEST(Random, UuidV7HasItsVersionVariantAndTime) {
  SystemRandom random;
  const std::string id = uuid_v7(0x0123456789ab, random);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7");
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(uuid_v7(1, random));
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace quotary
