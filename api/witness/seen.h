// What a witness has seen of a log, asked with a checkpoint that was signed before.
#pragma once

#include "api/witness/exchange.h"
#include "ledger/log/merkle.h"

namespace quotary::witness {

// The size of the tree that it cosigned last: over `size` when it has seen entries that are not in this tree. One that
// has seen less cosigns the checkpoint, which was public already. Errors: corrupt `refused` when what it has seen is
// not this tree's past; unavailable as of Exchange::ask.
[[nodiscard]] Result<std::uint64_t> size_seen_by(Transport& transport, const std::string& note, std::uint64_t size,
                                                 const NodeReader& nodes);

}  // namespace quotary::witness
