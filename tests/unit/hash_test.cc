#include "ledger/base/hash.h"

#include <gtest/gtest.h>

namespace quotary {
namespace {

// FIPS 180-4's examples.
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Hash, AgreesOneShotStreamedAndByteByByte) {
  EXPECT_EQ(sha256("abc").hex(), kAbc);
  EXPECT_EQ(sha256("").hex(), kEmpty);
  Sha256 hasher;
  for (const char c : std::string("abc")) hasher.update(std::string_view(&c, 1));
  EXPECT_EQ(hasher.finish().hex(), kAbc);
  EXPECT_EQ(hasher.finish().hex(), kEmpty);
}

TEST(Hash, PeekLeavesTheRunningStateAlone) {
  Sha256 hasher;
  EXPECT_EQ(hasher.peek().hex(), kEmpty);
  hasher.update("ab");
  EXPECT_EQ(hasher.peek(), sha256("ab"));
  hasher.update("c");
  EXPECT_EQ(hasher.finish().hex(), kAbc);
}

TEST(Hash, TextAndBytesFormsRefuseOtherLengths) {
  EXPECT_EQ(Hash::from_hex(kAbc)->hex(), kAbc);
  EXPECT_EQ(*Hash::from_bytes(sha256("abc").view()), sha256("abc"));
  EXPECT_EQ(Hash::from_hex("ba78").error().code, "bad_hash");
  EXPECT_EQ(Hash::from_bytes("short").error().code, "bad_hash");
}

}  // namespace
}  // namespace quotary
