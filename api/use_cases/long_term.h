// What is shown of long-term proof: its figures for /metrics, and a document's level.
#pragma once

#include "api/long_term/worker.h"
#include "ledger/records/views.h"

#include <string>

namespace quotary::api {

// Prometheus text; empty when nothing is done for later.
[[nodiscard]] std::string long_term_figures(const long_term::LongTermState& state);

// The level that the newest revision of a quote's document has: "B-B" until it was brought higher.
[[nodiscard]] std::string seal_level_of(const records::QuoteRecord& quote);
// That the seal had when it was issued, as quote.issued says it.
[[nodiscard]] std::string seal_level_at_issue(const Entry& issued);

}  // namespace quotary::api
