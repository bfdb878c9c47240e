// The rungs of the ladder with an authority's lists and answers, and what keeps a document where it stands.
#include "api/long_term/climb.h"

#include "tests/support/test_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary::long_term {
namespace {

using quotary::testing::seal_time;
using signing::Fetch;
using signing::SealLevel;
using ::testing::HasSubstr;
namespace made = quotary::testing;

class Climb : public ::testing::Test {
 protected:
  static const made::TestAuthority& pki() {
    static const made::TestAuthority authority = made::test_authority();
    return authority;
  }
  static signing::LevelQuestion question() {
    return {pki().roots(), pki().roots(), {seal_time.unix_ms + 2 * 3'600'000}, {}, ""};
  }
  // Lists where they are asked for; the answers of the responder fail.
  ClimbPorts ports(const made::ListProfile& profile = {}) {
    return {[this, profile](const Fetch& place) -> Result<std::string> {
              ++fetched;
              if (place.kind == Fetch::Kind::ocsp_answer) return fail(Errc::unavailable, "status_503", "busy");
              if (lists_down) return fail(Errc::unavailable, "unreachable", "no route");
              return place.url.find("root.example") != std::string::npos ? made::make_list(pki().root, {})
                                                                         : made::make_list(pki().intermediate, profile);
            },
            [this](const Hash& imprint) -> Result<std::string> {
              if (authority_down) return fail(Errc::unavailable, "timed_out", "no answer in time");
              return pki().token(imprint, {seal_time.unix_ms + 3'600'000});
            }};
  }
  Result<std::optional<Rung>> step(const std::string& pdf, const ClimbPorts& with, Timestamp renew_before = {0}) {
    return climb(pdf, question(), SealLevel::b_lta, renew_before, with);
  }
  std::string sealed() const { return seal_->seal(made::unsealed_document(), made::seal_request()).value(); }

  made::TemporaryFolder folder_;
  std::shared_ptr<const signing::Seal> seal_ = made::seal_of(folder_, pki().signer, pki());
  int fetched = 0;
  bool lists_down = false, authority_down = false;
};

TEST_F(Climb, FirstWhatItIsJudgedByThenATimeOverIt) {
  std::string pdf = sealed();
  std::vector<std::string> kinds;
  for (int rungs = 0; rungs < 6; ++rungs) {
    auto rung = step(pdf, ports());
    ASSERT_TRUE(rung) << rung.error().code << " " << rung.error().detail;
    if (!*rung) break;
    ASSERT_TRUE((*rung)->pdf.starts_with(pdf));
    kinds.emplace_back((*rung)->kind);
    pdf = (*rung)->pdf;
  }
  ASSERT_GE(kinds.size(), 2u);
  EXPECT_EQ(kinds.front(), store_kind);
  EXPECT_EQ(kinds.back(), time_kind);
  const auto standing = standing_of(pdf, question());
  ASSERT_TRUE(standing);
  EXPECT_EQ(standing->level, SealLevel::b_lta);
  ASSERT_TRUE(standing->ends);
  // At the top nothing more is done, until the end comes near.
  EXPECT_FALSE(*step(pdf, ports()));
  // A token by the same certificate would not last longer.
  const Timestamp soon{standing->ends->time.unix_ms + 1};
  const auto useless = step(pdf, ports(), soon);
  ASSERT_TRUE(useless) << useless.error().detail;
  EXPECT_FALSE(*useless);
  // One whose certificate ends later does: its turn comes after the store that keeps what the earlier one is judged by.
  made::CertificateProfile profile;
  profile.name = "Time of tomorrow";
  profile.extended_key_usage = "critical,timeStamping";
  profile.list_points = "URI:http://ca.example/list.crl";
  profile.not_after = {seal_time.unix_ms + 4 * made::year_ms};
  made::TestAuthority next;
  next.time = made::issue(&pki().intermediate, profile);
  auto with_next = ports();
  with_next.token = [&](const Hash& imprint) -> Result<std::string> {
    return next.token(imprint, {seal_time.unix_ms + 3'700'000});
  };
  std::vector<std::string> renewals;
  for (int rungs = 0; rungs < 6; ++rungs) {
    const auto rung = step(pdf, with_next, soon);
    ASSERT_TRUE(rung) << rung.error().code << " " << rung.error().detail;
    if (!*rung) break;
    renewals.emplace_back((*rung)->kind);
    pdf = (*rung)->pdf;
  }
  ASSERT_FALSE(renewals.empty());
  EXPECT_LT(renewals.size(), 6u);
  EXPECT_EQ(renewals.back(), time_kind);
  const auto longer = standing_of(pdf, question());
  ASSERT_TRUE(longer);
  EXPECT_EQ(longer->level, SealLevel::b_lta);
  EXPECT_GT(longer->ends->time, standing->ends->time);
}

TEST_F(Climb, NothingIsMadeUp) {
  lists_down = true;
  const auto missing = step(sealed(), ports());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "material_missing");
  EXPECT_THAT(missing.error().detail, HasSubstr("http://"));
  EXPECT_EQ(missing.error().kind, Errc::unavailable);
  EXPECT_LE(fetched, static_cast<int>(fetches_max));
  lists_down = false;
  const auto stored = step(sealed(), ports());
  ASSERT_TRUE(stored && *stored);
  authority_down = true;
  EXPECT_EQ(step((*stored)->pdf, ports()).error().code, "timed_out");
}

TEST_F(Climb, GarbageFromAnAuthorityIsNotKept) {
  auto wrong = ports();
  wrong.fetch = [](const Fetch&) -> Result<std::string> { return std::string("<html>sign in</html>"); };
  EXPECT_EQ(step(sealed(), wrong).error().code, "material_missing");
  const auto stored = step(sealed(), ports());
  ASSERT_TRUE(stored && *stored);
  wrong = ports();
  wrong.token = [](const Hash&) -> Result<std::string> {
    return pki().token(sha256("another"), {seal_time.unix_ms + 3'600'000});
  };
  EXPECT_EQ(step((*stored)->pdf, wrong).error().code, "token_imprint");
}

TEST_F(Climb, ARevokedSealIsNamed) {
  made::ListProfile revoking;
  revoking.revoked = {{&pki().signer, {seal_time.unix_ms - 3'600'000}, 1}};
  std::string pdf = sealed();
  auto rung = step(pdf, ports(revoking));
  std::string said = rung ? "" : rung.error().code + " " + rung.error().detail;
  for (int rungs = 0; rung && *rung && rungs < 6; ++rungs) {
    pdf = (*rung)->pdf;
    rung = step(pdf, ports(revoking));
    if (!rung) said = rung.error().code + " " + rung.error().detail;
  }
  EXPECT_THAT(said, HasSubstr("certificate_revoked"));
}

TEST_F(Climb, WhatIsNoDocumentOfOursClimbsNothing) {
  EXPECT_FALSE(step("no PDF", ports()));
  EXPECT_EQ(fetched, 0);
}

}  // namespace
}  // namespace quotary::long_term
