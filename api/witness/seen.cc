#include "api/witness/seen.h"

#include "ledger/log/add_checkpoint.h"

namespace quotary::witness {
namespace {

constexpr int attempts_max = 3;  // others may ask it at the same time

}  // namespace

Result<std::uint64_t> size_seen_by(Transport& transport, const std::string& note, std::uint64_t size,
                                   const NodeReader& nodes) {
  std::uint64_t seen = 0;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::vector<Hash> proof;
    if (seen > 0 && seen < size) {
      QUOTARY_TRY(made, consistency_proof(seen, size, nodes));
      proof = std::move(made);
    }
    QUOTARY_TRY(answer, transport.post(add_checkpoint_body(seen, proof, note)));
    if (answer.status == 200) return size;
    const std::string words = http::said_by_server(answer.body);
    if (answer.status == 422)
      return fail(Errc::corrupt, "refused", "it does not find this tree to extend what it cosigned: " + words);
    const auto named = answer.status == 409 && answer.content_type == tlog_size_type ? parse_size_body(answer.body)
                                                                                     : Result<std::uint64_t>(Error{});
    if (!named)
      return fail(Errc::unavailable, "status_" + std::to_string(answer.status),
                  "it answered " + std::to_string(answer.status) + ": " + words);
    if (*named > size) return *named;
    // The size that was asked from, with another root.
    if (*named == seen)
      return fail(Errc::corrupt, "refused", "it cosigned another tree of " + std::to_string(seen) + " entries");
    seen = *named;
  }
  return fail(Errc::unavailable, "newer", "it named another size each time");
}

}  // namespace quotary::witness
