// What is known of a certificate's revocation, whichever kind of answer says it.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::signing {

enum class RevocationState {
  nothing_to_revoke,  // a trust anchor, or its own root: nobody above it could revoke it. Never to be shown as good
  good,               // not revoked at the time that was asked about
  revoked,            // at that time or before
  unknown,            // no answer that may be relied on
};
// "nothing_to_revoke", "good", "revoked", "unknown".
[[nodiscard]] std::string_view revocation_state_name(RevocationState state);

struct Revocation {
  RevocationState state = RevocationState::unknown;
  // When it was revoked; with `good`, after the time that was asked about.
  std::optional<Timestamp> revoked_at;
  std::string reason;  // CRLReason of RFC 5280 section 5.3.1 ("keyCompromise"); empty: none is given
  std::string detail;  // one line for people: what says so, or why nothing does
  Timestamp this_update;
};

// An answer without nextUpdate counts as fresh so long.
inline constexpr std::int64_t revocation_age_max_ms = 86'400'000;

// When an answer was given, and what it is held against.
struct AnswerTimes {
  Timestamp this_update;
  std::optional<Timestamp> next_update;
};
struct RevocationQuestion {
  Timestamp at;   // the time that is asked about
  Timestamp now;  // our clock: no answer is from later than this and clocks_differ_max_ms
};

// Whether an answer may be relied on for a certificate that ends at `not_after`: it is from after the time asked about,
// and from before the certificate's end (behind which an authority may forget it), or that time lies before its
// nextUpdate. Errc::corrupt `revocation_stale`, `revocation_not_yet`.
[[nodiscard]] Result<void> check_fresh(const AnswerTimes& answer, Timestamp not_after, const RevocationQuestion& asked);

// The name of a CRLReason; empty for unspecified (0), absent (-1) and those that there are not.
[[nodiscard]] std::string_view revocation_reason_name(int code);

}  // namespace quotary::signing
