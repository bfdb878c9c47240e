// The body of C2SP tlog-witness's add-checkpoint, both ways, and the rule by which a checkpoint extends what a witness
// has seen. Pure; safe from any thread.
#pragma once

#include "ledger/log/checkpoint.h"
#include "ledger/log/merkle.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::size_t add_checkpoint_proof_max = 63;
// 63 proof lines and a note with 16 signatures of the largest kind.
inline constexpr std::size_t add_checkpoint_bytes_max = 128u << 10;
// The media type of the size that a 409 carries.
inline constexpr std::string_view tlog_size_type = "text/x.tlog.size";

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string_view note;  // the submitted checkpoint, into the body; not parsed yet
};

// Errc::invalid `bad_add_checkpoint`, which says which line is wrong. The body must outlive what is answered.
[[nodiscard]] Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);
[[nodiscard]] std::string add_checkpoint_body(std::uint64_t old_size, const std::vector<Hash>& proof,
                                              std::string_view note);

// The size in a 409's body: decimal and one LF. Errc::invalid `bad_size_body`.
[[nodiscard]] Result<std::uint64_t> parse_size_body(std::string_view body);

// Whether `next` extends the tree that was seen last (seen_size 0: none). Errc::corrupt `empty_root` when a tree of no
// leaves has another root than SHA-256(""), `consistency` when the proof does not hold, is there although seen_size is
// 0, or the same size has another root. next.size >= seen_size.
[[nodiscard]] Result<void> check_extends(std::uint64_t seen_size, const Hash& seen_root, const Checkpoint& next,
                                         const std::vector<Hash>& proof);

}  // namespace quotary
