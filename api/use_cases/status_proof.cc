#include "api/use_cases/status_proof.h"

#include "api/metrics_text.h"
#include "api/organisation.h"
#include "api/use_cases/parts.h"
#include "ledger/log/make_status_proof.h"
#include "ledger/records/entry_status.h"

namespace quotary::api {

std::string Organisation::Parts::checkpoint_covering(std::uint64_t index) const {
  auto witnessed = witnesses ? witnesses->witnessed() : std::nullopt;
  if (witnessed && index < witnessed->size) return std::move(witnessed->note);
  return ledger->checkpoint();
}

void Organisation::Parts::start_index_roots() {
  if (config.index_roots && !ledger->state().read_only) index_roots = IndexRoots::start(*ledger, *config.index_roots);
}

Result<std::string> Organisation::quote_status_proof(const Principal& caller, std::string_view number) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(quote, parts_->quote_for(caller, Call::read_quote, number));
  if (!parts_->index_roots)
    return fail(Errc::unavailable, "index_off", "this server keeps no subject index, so it gives no status proofs");
  const std::string subject = std::string(records::quote_subject_prefix) + quote.number;
  auto said = parts_->index_roots->prove(subject);
  if (!said && said.error().kind != Errc::not_found) return std::move(said).error();
  // What happened just now must not be missing from what is called the quote's status.
  if (!said || said->last.index < quote.last_index)
    return fail(Errc::unavailable, "index_behind",
                "the subject index does not cover what happened to the quote last; ask again in a second");
  QUOTARY_TRY(proof,
              make_status_proof(*parts_->ledger, subject, *said, parts_->checkpoint_covering(said->entry.index)));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "quote.status_proof", subject));
  return status_proof_text(proof);
}

IndexRootsState Organisation::index_roots() const {
  if (parts_->index_roots) return parts_->index_roots->state();
  IndexRootsState state;
  if (parts_->config.index_roots) {
    state.configured = true;
    state.trouble = "the ledger is served for reading alone, so no index is kept";
  }
  return state;
}

bool Organisation::index_roots_degraded() const {
  return parts_->config.index_roots && is_degraded(index_roots(), parts_->config.index_roots->pace);
}

std::string index_figures(const IndexRootsState& state) {
  if (!state.configured) return {};
  return metrics_line("quotary_index_applied_size", "gauge", "Entries that the newest index.root covers.",
                      state.applied_size) +
         metrics_line("quotary_index_subjects", "gauge", "Subjects in that index.", state.subjects) +
         metrics_line("quotary_index_behind_seconds", "gauge",
                      "For how long an entry has been waiting for an index.root.",
                      static_cast<std::uint64_t>(state.behind_ms / 1000)) +
         metrics_line("quotary_index_trouble", "gauge", "1 when the subject index does not hold or cannot go on.",
                      state.trouble.empty() ? 0 : 1) +
         metrics_line("quotary_index_roots_total", "counter", "index.root entries since the start.",
                      state.appended_total) +
         metrics_line("quotary_index_failures_total", "counter",
                      "Attempts of the subject index that failed, since the start.", state.failed_total);
}

}  // namespace quotary::api
