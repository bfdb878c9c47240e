// Which keys did a log sign with, and until when? Pure: no network, no store, no clock.
#pragma once

#include "tools/quotary_verify/verdict.h"

#include <string_view>

namespace quotary::offline {

// Judges a succession of keys from `trusted`, a vkey, and tells each rotation on the way. The codes are those of
// Succession::open(). Unchecked: `bad_vkey`, `bad_succession`, and `unknown_algorithm`, which a newer program knows.
[[nodiscard]] Verdict judge_keys(std::string_view succession, std::string_view trusted);

}  // namespace quotary::offline
