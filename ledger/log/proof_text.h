// Proofs as text: C2SP tlog-proof files, and the hash lines that they share with tlog-witness requests. Pure; safe from
// any thread.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::string_view tlog_proof_header = "c2sp.org/tlog-proof@v1\n";

// `checkpoint` is a signed note; `extra` the canonical entry.
[[nodiscard]] std::string proof_text(std::uint64_t index, const std::vector<Hash>& path, std::string_view extra,
                                     std::string_view checkpoint);

// The hashes of a proof, each a line of base64.
void append_hash_lines(std::string& out, const std::vector<Hash>& path);
// One such line without its LF. Errc::invalid `bad_base64`, or `bad_hash` when it holds other than 32 bytes.
[[nodiscard]] Result<Hash> parse_hash_line(std::string_view line);

}  // namespace quotary
