// Photos that look alike, as they are kept in memory: which is found by which, and that an erased case's are forgotten.
#include "api/use_cases/cases/picture_index.h"

#include <gtest/gtest.h>

#include <vector>

namespace quotary::api {
namespace {

constexpr std::uint64_t seen = 0x0123456789abcdef, much_like_it = seen ^ 1, another = ~seen;

PicturePlace photo(std::uint64_t index, std::uint64_t hash, const std::string& case_id) {
  return {index, hash, case_id, "item-" + std::to_string(index), 1};
}

class Pictures : public ::testing::Test {
 protected:
  void fill(const std::vector<PicturePlace>& known) {
    const auto filled = index.fill([&](const auto& give) -> Result<void> {
      for (const auto& each : known) give(each);
      return {};
    });
    EXPECT_TRUE(filled);
  }
  // Of a photo of another case that comes now.
  bool is_like_one(std::uint64_t hash) {
    const bool like = index.claim("asked", photo(0, hash, "other"));
    index.release("asked");
    return like;
  }

  PictureIndex index;
};

TEST_F(Pictures, OneOfAnotherCaseIsFoundWhetherItIsKnownOrComing) {
  fill({photo(5, seen, "a")});
  EXPECT_TRUE(is_like_one(much_like_it));
  EXPECT_FALSE(is_like_one(another));
  EXPECT_FALSE(index.claim("own", photo(0, seen, "a")));
  index.release("own");
  EXPECT_FALSE(index.claim("coming", photo(0, another, "b")));
  EXPECT_TRUE(is_like_one(another));
  index.settle("coming", 9);
  EXPECT_TRUE(is_like_one(another));
  EXPECT_FALSE(index.like(9));
}

TEST_F(Pictures, AnErasedCasesAreForgottenHoweverTheyCome) {
  fill({photo(5, seen, "a"), photo(6, much_like_it, "b"), photo(7, another, "b")});
  ASSERT_TRUE(index.like(6));
  (void)index.claim("in time", photo(0, another, "a"));
  index.forget_case("a", 10);
  EXPECT_FALSE(index.like(6));
  EXPECT_TRUE(is_like_one(seen));  // b's is another photo
  index.settle("in time", 9);      // its entry was before the erasure's
  index.forget_case("b", 10);
  EXPECT_FALSE(is_like_one(seen));
  EXPECT_FALSE(is_like_one(another));
  // What the case is given after it stands under another key.
  EXPECT_FALSE(index.claim("after", photo(0, seen, "a")));
  index.settle("after", 11);
  EXPECT_TRUE(is_like_one(seen));
}

TEST_F(Pictures, WhatWasReadBeforeAnErasureIsNotKeptBehindIt) {
  const auto filled = index.fill([&](const auto& give) -> Result<void> {
    give(photo(5, seen, "a"));
    index.forget_case("a", 10);
    give(photo(6, another, "a"));
    return {};
  });
  EXPECT_TRUE(filled);
  EXPECT_FALSE(is_like_one(seen));
  EXPECT_FALSE(is_like_one(another));
}

}  // namespace
}  // namespace quotary::api
