// Canonical entries: the bytes that are chained and hashed. FORMAT.md specifies them. Pure.
#pragma once

#include "ledger/log/sequencer.h"

namespace quotary {

inline constexpr std::size_t entry_bytes_max = 65'535;

// Fills `entry.canonical` and `entry.leaf` from the other members and `salt` (16 random bytes). Errc::invalid
// `entry_too_large`, `subject_place`, `object_twice`, or `not_canonical` when the body holds what RFC 8785 bytes may
// not.
[[nodiscard]] Result<void> encode_entry(Entry& entry, std::string_view salt);

// Strict inverse: the bytes must be exactly what encode_entry writes. Errc::corrupt `bad_entry` says which member.
[[nodiscard]] Result<Entry> parse_entry(std::string_view canonical);

// The id that binds an encrypted object to its place: "<entry index>/<name>".
[[nodiscard]] std::string object_id(std::uint64_t index, std::string_view name);

}  // namespace quotary
