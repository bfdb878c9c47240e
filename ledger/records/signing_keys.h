// The keys by which people of the organisation sign for themselves: whose, which, and whether they still count.
// Values and rules of the fold; each call reads the state it is given and nothing else.
#pragma once

#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

inline constexpr std::size_t signing_keys_max = 20;  // of one person, ever
inline constexpr std::string_view signing_key_added_type = "person.signing_key_added",
                                  signing_key_revoked_type = "person.signing_key_revoked";

struct SigningKeyRecord {
  std::string certificate;  // SHA-256 of its DER, lower-case hex
  std::uint64_t index = 0;  // of the entry that has it
  bool revoked = false;
};

// In the order of adding; none for who has none. At most the last is in use: a new one ends those before it.
[[nodiscard]] Result<std::vector<SigningKeyRecord>> find_signing_keys(const StateReader& state,
                                                                      std::string_view person);
// The one in use, or null.
[[nodiscard]] const SigningKeyRecord* key_in_use(const std::vector<SigningKeyRecord>& keys);

// Rules of the fold. Errc::conflict `person_unknown`, `certificate_unnamed`, `certificate_again`, `not_own_key`,
// `too_many_signing_keys`, `signing_key_unknown`.
[[nodiscard]] Result<void> signing_key_added(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signing_key_revoked(const Entry& entry, StateWriter& state);

}  // namespace quotary::records
