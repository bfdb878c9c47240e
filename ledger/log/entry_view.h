// A canonical entry read in place: what a verifier of millions of them needs, without copies.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace quotary {

// A payload that an entry names. Text is raw: escapes as they stand in the entry.
struct ObjectView {
  std::string_view name, media_type, key_subject;
  Hash sha256;
  std::uint64_t size = 0, revision = 0;
};

// The members of an entry. Text is raw and lives as long as the canonical bytes. Reuse one for many entries.
struct EntryView {
  std::uint64_t index = 0;
  Hash prev;
  std::string_view time;  // 24 characters of one form, so that their order is time's order
  std::string_view type, actor_id, actor_role, subject, request_scope, request_body, body;
  std::uint64_t subject_seq = 0;
  std::optional<std::uint64_t> subject_prev;
  std::vector<ObjectView> objects;
};

// Whether an entry may have that place among those about its subject: the first one, or one after an earlier entry.
[[nodiscard]] constexpr bool subject_place_possible(std::uint64_t index, std::uint64_t seq,
                                                    const std::optional<std::uint64_t>& prev) {
  return prev ? seq > 1 && *prev < index : seq == 1;
}

// Accepts exactly the bytes that encode_entry writes (entry.h). Errc::corrupt `bad_entry` says at which byte and
// member.
[[nodiscard]] Result<void> view_entry(std::string_view canonical, EntryView& view);

}  // namespace quotary
