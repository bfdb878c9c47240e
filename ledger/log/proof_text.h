// Writing a C2SP tlog-proof.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// `checkpoint` is a signed note; `extra` the canonical entry.
[[nodiscard]] std::string proof_text(std::uint64_t index, const std::vector<Hash>& path, std::string_view extra,
                                     std::string_view checkpoint);

}  // namespace quotary
