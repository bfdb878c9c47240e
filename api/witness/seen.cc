#include "api/witness/seen.h"

#include "ledger/log/add_checkpoint.h"

#include <algorithm>

namespace quotary::witness {
namespace {

constexpr int attempts_max = 3;  // others may ask it at the same time

// Somebody in the witness's place could repeat what it once answered to the same checkpoint.
Result<void> check_cosigned_now(const Vkey& key, const std::string& note, const std::string& lines, Timestamp now) {
  QUOTARY_TRY(parsed, parse_note(note));
  QUOTARY_TRY(cosignature, read_cosignature(key, parsed.text, lines));
  const auto seconds_max = static_cast<std::uint64_t>(cosignature_age_max_ms) / 1000;
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(now.unix_ms / 1000, 0));
  const std::uint64_t apart = std::max(seconds, cosignature.time) - std::min(seconds, cosignature.time);
  if (apart <= seconds_max) return {};
  return fail(Errc::unavailable, "bad_answer",
              "its cosignature is of another time, " + std::to_string(apart) +
                  " s from this machine's clock: one of the clocks is wrong, or somebody repeats an old answer");
}

}  // namespace

Result<std::uint64_t> size_seen_by(Transport& transport, const Vkey& key, const Known& known, SeenLess less,
                                   Timestamp now) {
  std::uint64_t seen = known.size;  // if it is so, nothing is new to it
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    std::vector<Hash> proof;
    if (seen > 0 && seen < known.size) {
      QUOTARY_TRY(made, consistency_proof(seen, known.size, known.nodes));
      proof = std::move(made);
    }
    QUOTARY_TRY(answer, transport.post(add_checkpoint_body(seen, proof, known.note)));
    if (answer.status == 200) {
      QUOTARY_TRY_VOID(check_cosigned_now(key, known.note, answer.body, now));
      return seen;
    }
    const std::string words = http::said_by_server(answer.body);
    if (answer.status == 422)
      return fail(Errc::corrupt, "refused", "it does not find this tree to extend what it cosigned: " + words);
    const auto named = answer.status == 409 && answer.content_type == tlog_size_type ? parse_size_body(answer.body)
                                                                                     : Result<std::uint64_t>(Error{});
    if (!named)
      return fail(Errc::unavailable, "status_" + std::to_string(answer.status),
                  "it answered " + std::to_string(answer.status) + ": " + words);
    if (*named > known.size) return *named;
    // The size that was asked from, with another root.
    if (*named == seen)
      return fail(Errc::corrupt, "refused", "it cosigned another tree of " + std::to_string(seen) + " entries");
    if (*named < known.size && less == SeenLess::leave) return *named;
    seen = *named;
  }
  return fail(Errc::unavailable, "newer", "it named another size each time");
}

}  // namespace quotary::witness
