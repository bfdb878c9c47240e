// The codes that policies and evidence are written in, and the values that stand for them. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace quotary::gates {

enum class EvidenceKind { photo, deck, document, confirmation, other };
// What a version of an item must carry. change_note and parent_version are asked of version 2 and later ones alone: the
// first has nothing that it changed or came from.
enum class EvidenceNeed { geo, captured_at, version_label, change_note, signature, parent_version };
// How much a signature shows of who signed, weakest first: these compare.
enum class SignatureGrade { wet_scan, recorded, passkey, certificate };
// What a case may be held back from.
enum class GatePoint { quote_issue, case_close };
enum class NoteKind { text, roles, quote, step };
// How a requirement stands.
enum class Standing { met, waived, invalid, missing };

// The code of each value, in the order of the values.
template <class Value>
inline constexpr std::array<std::string_view, 0> codes{};
template <>
inline constexpr std::array<std::string_view, 5> codes<EvidenceKind> = {"photo", "deck", "document", "confirmation",
                                                                        "other"};
template <>
inline constexpr std::array<std::string_view, 6> codes<EvidenceNeed> = {"geo",         "captured_at", "version_label",
                                                                        "change_note", "signature",   "parent_version"};
template <>
inline constexpr std::array<std::string_view, 4> codes<SignatureGrade> = {"wet_scan", "recorded", "passkey",
                                                                          "certificate"};
template <>
inline constexpr std::array<std::string_view, 2> codes<GatePoint> = {"quote.issue", "case.close"};
template <>
inline constexpr std::array<std::string_view, 4> codes<NoteKind> = {"text", "roles", "quote", "step"};
template <>
inline constexpr std::array<std::string_view, 4> codes<Standing> = {"met", "waived", "invalid", "missing"};

template <class Value>
[[nodiscard]] constexpr std::string_view code_of(Value value) {
  return codes<Value>[static_cast<std::size_t>(value)];
}

// Nothing for a code that stands for no value.
template <class Value>
[[nodiscard]] constexpr std::optional<Value> find_code(std::string_view code) {
  const auto& all = codes<Value>;
  const auto found = std::find(all.begin(), all.end(), code);
  if (found == all.end()) return std::nullopt;
  return static_cast<Value>(found - all.begin());
}

// The doubts about a version that a policy may refuse.
inline constexpr std::array<std::string_view, 10> refusable_flags = {
    "exif_missing", "clock_skew",    "geo_far_from_site", "duplicate_of", "edited_software",
    "future_time",  "mime_mismatch", "encrypted",         "macro",        "near_duplicate_of"};

}  // namespace quotary::gates
