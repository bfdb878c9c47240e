// How many cases were brought to their end: by somebody who is new, and before and after a policy's new version. Pure.
// Times lie within RFC 3339's years.
#pragma once

#include "ledger/base/time.h"
#include "ledger/health/fraction.h"

#include <optional>
#include <span>

namespace quotary::health {

inline constexpr int onboarding_days = 30;
inline constexpr int comparison_days = 30;

// When a case was opened, and when it was complete.
struct CaseTimes {
  Timestamp opened_at;
  std::optional<Timestamp> completed_at;
};

// From `from` on, before `until`.
struct Window {
  Timestamp from, until;
  [[nodiscard]] bool holds(Timestamp time) const { return from <= time && time < until; }
};

// Of the cases opened within a window, those complete within the same window. What a window that is not over says may
// still change.
struct WindowShare {
  Window window;
  Share complete;
};
[[nodiscard]] WindowShare complete_within(const Window& window, std::span<const CaseTimes> cases);

// Of one person's cases. The window is onboarding_days local days long, the day of `added_at` being the first.
[[nodiscard]] WindowShare onboarding_rate(Timestamp added_at, std::span<const CaseTimes> cases, const TimeZone& zone);

struct PolicyComparison {
  WindowShare before, after;
  // After less before, in percentage points (-100 to 100, limits::percent_decimals); absent when either share is.
  std::optional<Figure> difference;
};
// The comparison_days times 24 hours up to the publication, and those from it on.
[[nodiscard]] PolicyComparison compare_policy(Timestamp published_at, std::span<const CaseTimes> cases);

}  // namespace quotary::health
