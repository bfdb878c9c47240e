// One certificate follows another: by the entry that names the one before, and by what keys signed only where it says
// so.
#include "ledger/records/certificates.h"
#include "tests/support/map_state.h"

#include <gtest/gtest.h>

namespace quotary::records {
namespace {

struct Certificates : ::testing::Test {
  testing::MapState state;

  // -> the code of the refusal
  std::string add(std::uint64_t index, const char* certificate, json::object more = {}, bool renewal = false) {
    Entry entry;
    entry.index = index;
    entry.type = sealing.type;
    entry.body = std::move(more);
    entry.body["certificate"] = sha256(certificate).hex();
    entry.objects = {{"certificate", "application/x-pem-file", "", sha256(certificate), 10, 1}};
    if (renewal) entry.objects.push_back({"renewal", "text/plain", "", sha256("renewal"), 10, 1});
    const auto done = certificate_adopted(entry, sealing, state);
    return done ? "" : done.error().code;
  }
};

TEST_F(Certificates, EachNamesTheOneBefore) {
  EXPECT_EQ(add(3, "a", {{"previous", 1}}), "certificate_moved");
  EXPECT_EQ(add(3, "a"), "");
  EXPECT_EQ(add(5, "a", {{"previous", 3}}), "certificate_again");
  EXPECT_EQ(add(5, "b"), "certificate_moved");
  EXPECT_EQ(add(5, "b", {{"previous", 4}}), "certificate_moved");
  EXPECT_EQ(add(5, "b", {{"previous", 3}}), "");
  EXPECT_EQ(find_certificate(state, sealing)->value().index, 5u);
}

TEST_F(Certificates, WhoSaysThatKeysSignedItHoldsWhatTheySigned) {
  ASSERT_EQ(add(3, "a"), "");
  EXPECT_EQ(add(5, "b", {{"previous", 3}, {"before", "renewed"}}), "renewal_unnamed");
  EXPECT_EQ(add(5, "b", {{"previous", 3}}, true), "renewal_unnamed");
  EXPECT_EQ(add(5, "b", {{"previous", 3}, {"before", "lost"}}, true), "renewal_unnamed");
  EXPECT_EQ(add(5, "b", {{"previous", 3}, {"before", "renewed"}}, true), "");
  EXPECT_EQ(add(7, "c", {{"previous", 5}, {"before", "revoked"}}, true), "");
}

TEST_F(Certificates, TheFirstOneFollowsNone) {
  EXPECT_EQ(add(3, "a", {{"before", "renewed"}}, true), "renewal_unnamed");
}

}  // namespace
}  // namespace quotary::records
