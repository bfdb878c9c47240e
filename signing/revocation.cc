#include "signing/revocation.h"

#include "signing/time_stamp.h"

namespace quotary::signing {

std::string_view revocation_state_name(RevocationState state) {
  switch (state) {
    case RevocationState::nothing_to_revoke: return "nothing_to_revoke";
    case RevocationState::good: return "good";
    case RevocationState::revoked: return "revoked";
    case RevocationState::unknown: return "unknown";
  }
  return "unknown";
}

Result<void> check_fresh(const AnswerTimes& answer, Timestamp not_after, const RevocationQuestion& asked) {
  const std::string given = format_rfc3339(answer.this_update);
  if (answer.this_update.unix_ms > asked.now.unix_ms + clocks_differ_max_ms)
    return fail(Errc::corrupt, "revocation_not_yet", "the answer is of " + given + ", which is still to come");
  const auto stale = [&](const std::string& why) {
    return fail(Errc::corrupt, "revocation_stale",
                "the answer of " + given + " says nothing of " + format_rfc3339(asked.at) + ": " + why);
  };
  if (answer.this_update > asked.at) {
    if (answer.this_update > not_after) return stale("it was given after the certificate's end");
    return {};
  }
  if (answer.next_update) {
    if (*answer.next_update < asked.at) return stale("a newer one was due at " + format_rfc3339(*answer.next_update));
    return {};
  }
  if (asked.at.unix_ms - answer.this_update.unix_ms > revocation_age_max_ms)
    return stale("it is more than a day older and names no nextUpdate");
  return {};
}

std::string_view revocation_reason_name(int code) {
  switch (code) {
    case 1: return "keyCompromise";
    case 2: return "cACompromise";
    case 3: return "affiliationChanged";
    case 4: return "superseded";
    case 5: return "cessationOfOperation";
    case 6: return "certificateHold";
    case 8: return "removeFromCRL";
    case 9: return "privilegeWithdrawn";
    case 10: return "aACompromise";
    default: return {};
  }
}

}  // namespace quotary::signing
