// C2SP tlog-proof files: writing ours, checking anyone's.
#pragma once

#include "ledger/base/hash.h"
#include "ledger/log/ports.h"
#include "ledger/log/sequencer.h"

namespace quotary {

struct CheckedProof {
  Entry entry;  // from `extra`
  std::uint64_t tree_size = 0;
  Hash root;
  std::string origin = {};  // the checkpoint's
};
// extra hashes to the leaf, origin and log signature hold, inclusion holds. Errc::corrupt with what failed, or invalid
// `bad_proof` when the text is not a tlog-proof with extra. At most 1 MB.
[[nodiscard]] Result<CheckedProof> check_proof(std::string_view text, const CheckpointVerifier& log_key);

}  // namespace quotary
