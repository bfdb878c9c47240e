// The policy of a demonstration, and the evidence of a case under it.
#pragma once

#include "ledger/gates/gate.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::testing {

inline constexpr std::string_view demonstration_toml = R"(name = "demonstration"
title = { zh = "现场演示", en = "On-site demonstration" }
action_types = ["demonstration"]
gates = ["quote.issue", "case.close"]

[[note]]
id = "decision_chain"
kind = "roles"
title = { zh = "决策链", en = "Decision chain" }
required = true

[[requirement]]
id = "site_photo"
kind = "photo"
title = { zh = "现场照片", en = "Photo on site" }
min_count = 1
max_age = "24h"
needs = ["geo", "captured_at"]
refuse_flags = ["future_time", "duplicate_of"]
waive = ["manager", "region_director"]

[[requirement]]
id = "deck"
kind = "deck"
title = { zh = "演示文稿", en = "Slide deck" }
needs = ["version_label", "change_note"]

[[requirement]]
id = "trial_confirmation"
kind = "confirmation"
title = { zh = "试用确认书", en = "Trial confirmation" }
needs = ["signature"]
signature_at_least = "recorded"
target = "deck"
waive = ["region_director"]
)";

inline gates::Policy demonstration() { return gates::parse_policy_toml(demonstration_toml).value(); }

inline constexpr std::int64_t hour_ms = 3'600'000;
inline const Timestamp received = parse_rfc3339("2026-11-24T10:00:00.000Z").value();

inline gates::EvidenceVersion photo_version(std::uint64_t number = 1) {
  gates::EvidenceVersion out;
  out.number = number;
  out.received_at = received;
  out.captured_at = Timestamp{received.unix_ms - hour_ms};
  out.has_geo = true;
  return out;
}

inline gates::EvidenceVersion deck_version(std::uint64_t number) {
  gates::EvidenceVersion out;
  out.number = number;
  out.received_at = received;
  out.has_version_label = true;
  out.has_change_note = number > 1;
  return out;
}

inline gates::EvidenceVersion confirmation_version(std::uint64_t deck) {
  gates::EvidenceVersion out;
  out.number = 1;
  out.received_at = received;
  out.signature = gates::SignatureGrade::recorded;
  out.target = gates::Target{"deck-1", deck};
  return out;
}

inline gates::EvidenceItem photo(std::string id = "photo-1") {
  return {std::move(id), gates::EvidenceKind::photo, "site_photo", {photo_version()}};
}
inline gates::EvidenceItem deck() {
  return {"deck-1", gates::EvidenceKind::deck, "deck", {deck_version(1), deck_version(2)}};
}
inline gates::EvidenceItem confirmation(std::uint64_t of_deck = 2) {
  return {"confirmation-1", gates::EvidenceKind::confirmation, "trial_confirmation", {confirmation_version(of_deck)}};
}
inline gates::NoteFact decision_chain() { return {"decision_chain", 1, received, true}; }

// Nothing is missing.
inline gates::CaseEvidence whole_case() { return {{photo(), deck(), confirmation()}, {}, {decision_chain()}}; }

}  // namespace quotary::testing
