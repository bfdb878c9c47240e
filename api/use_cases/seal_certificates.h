// The seal's certificates as entries: which one sealed from where on. FORMAT.md, "What the system says".
#pragma once

#include "ledger/log/sequencer.h"
#include "signing/seal.h"

namespace quotary::api {

// Chains `seal.certificate_adopted` when the newest such entry is about another certificate. Errors of appending.
[[nodiscard]] Result<void> adopt_certificate(Ledger& ledger, const signing::Seal& seal);

}  // namespace quotary::api
