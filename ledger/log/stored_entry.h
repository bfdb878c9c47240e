// One entry and its payloads, read from a store and held against their hashes. Inside ledger/log.
#pragma once

#include "ledger/log/ledger_impl.h"

namespace quotary {

// The entry whose bytes are those of its leaf in `nodes`. Errc::corrupt `entry_missing`, `entry_damaged`.
[[nodiscard]] Result<Entry> read_entry(const StoreView& view, std::uint64_t index, const NodeReader& nodes);

// The plain bytes of the entry's payload at that place, hash checked. Errc::corrupt `payload_missing`,
// `payload_damaged`, `subject_key_missing`. A private payload takes a cipher.
[[nodiscard]] Result<std::string> read_payload(const StoreView& view, const ObjectCipher* cipher, const Entry& entry,
                                               std::size_t ordinal);

}  // namespace quotary
