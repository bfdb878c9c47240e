// A status proof: the entries about one subject, and that there is no other among the first M entries of the log, as
// one file. FORMAT.md has its lines. Pure.
#pragma once

#include "ledger/log/index_root.h"
#include "ledger/log/ports.h"
#include "ledger/log/proof_lines.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::string_view status_proof_header = "quotary-status-proof@v1\n";
inline constexpr std::size_t status_proof_bytes_max = 4u << 20;

// What a status proof holds, unchecked.
struct StatusProof {
  ProvenSubject about;
  ProvenEntry root;        // the index.root
  std::string checkpoint;  // signed note that covers all of them
};

[[nodiscard]] std::string status_proof_text(const StatusProof& proof);
// Errc::invalid `bad_status_proof` for anything that status_proof_text() does not write.
[[nodiscard]] Result<StatusProof> parse_status_proof(std::string_view text);

struct CheckedStatus {
  std::string subject;
  std::vector<Entry> entries;  // all about it among the first root.size entries, oldest first; one at least
  Entry root_entry;
  IndexRoot root;
  std::uint64_t tree_size = 0;  // the checkpoint's
  std::string origin = {};      // the checkpoint's
};
// The checkpoint's signature holds; the index.root and all entries are under it; the index says that the last of them
// is the subject's last, and how many there are; and each names the one before it. Errc::corrupt with what failed:
// those of open_checkpoint() and check_inclusion(), `bad_index_root`, `index_proof`, `status_incomplete` (entries are
// missing or not the subject's); invalid: `bad_status_proof`, `index_version`.
[[nodiscard]] Result<CheckedStatus> check_status_proof(std::string_view text, const CheckpointVerifier& log_key);

}  // namespace quotary
