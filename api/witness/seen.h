// What a witness has seen of a log, asked with a checkpoint that was signed before.
#pragma once

#include "api/witness/exchange.h"
#include "ledger/base/time.h"
#include "ledger/log/merkle.h"

namespace quotary::witness {

// A checkpoint to ask with, and the tree that it was signed over.
struct Known {
  const std::string& note;
  std::uint64_t size = 0;
  NodeReader nodes;
};

// A cosignature that was made for this question is no older, nor newer, than two clocks may differ.
inline constexpr std::int64_t cosignature_age_max_ms = std::int64_t{5} * 60 * 1000;

// What is done where the witness has seen less than the known tree. A cosignature would show whether what it has seen
// is this tree's past; but who asked again would then hear of the known size, as if it had been seen before.
enum class SeenLess { cosign, leave };

// The size of the tree that the witness of `key` had cosigned before it was asked: over that of `known` when it has
// seen entries that are not in its tree, 0 when it has seen nothing. That it has seen just this tree is believed only
// of its own new cosignature, since who answers in its place would say so too.
// Errors: corrupt `refused` when what it has seen is not this tree's past; unavailable as of Exchange::ask.
[[nodiscard]] Result<std::uint64_t> size_seen_by(Transport& transport, const Vkey& key, const Known& known,
                                                 SeenLess less, Timestamp now);

}  // namespace quotary::witness
