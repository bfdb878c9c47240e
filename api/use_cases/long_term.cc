// Documents that are made to be proved in many years: which ones, and how a rung becomes a revision.
#include "api/use_cases/long_term.h"

#include "api/metrics_text.h"
#include "api/use_cases/document_findings.h"
#include "api/use_cases/parts.h"
#include "api/use_cases/proof_ends.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/log/system_event.h"
#include "ledger/records/fields.h"
#include "signing/document_check.h"

namespace quotary::api {
namespace {

using long_term::Candidate;
using long_term::Rung;
using records::QuoteRecord;

Result<std::optional<Candidate>> candidate_of(const Organisation::Parts& parts, const std::string& number,
                                              Timestamp settled_before, Timestamp renew_before) {
  QUOTARY_TRY(quote, parts.read<std::optional<QuoteRecord>>(
                         [&](const StateReader& state) { return records::find_quote(state, number); }));
  if (!quote) return std::optional<Candidate>();
  const bool there = quote->long_term_level == signing::seal_level_name(parts.config.long_term.target);
  if (there && (!quote->long_term_ends || *quote->long_term_ends >= renew_before)) return std::optional<Candidate>();
  if (!quote->open_signature.empty())
    return fail(Errc::conflict, "signature_request_open", "customers are asked to sign it as it is");
  if (quote->issued_at > settled_before) return fail(Errc::conflict, "not_settled", "it was issued a moment ago");
  auto bytes = document_bytes(parts, *quote, quote->revision);
  if (!bytes && bytes.error().kind == Errc::gone) return std::optional<Candidate>();
  if (!bytes) return std::move(bytes).error();
  QUOTARY_TRY(own, signing_certificates_of(parts, quote->owner));
  return std::optional<Candidate>(Candidate{std::move(*bytes), quote->revision, std::move(own)});
}

Result<void> append_rung(Organisation::Parts& parts, const std::string& number, const Candidate& base,
                         const Rung& rung) {
  if (!rung.pdf.starts_with(base.pdf))
    return fail(Errc::internal, "revision_differs", "a rung did not leave the document before it as it was");
  QUOTARY_TRY(quote, parts.read<std::optional<QuoteRecord>>(
                         [&](const StateReader& state) { return records::find_quote(state, number); }));
  if (!quote) return fail(Errc::corrupt, "state_damaged", "no quote " + number);
  QUOTARY_TRY(key_subject, parts.live_key_subject(quote->customer));
  Draft draft = system_draft(
      records::revision_added_type, "quote:" + number,
      json::object{{"number", number}, {"kind", rung.kind}, {"level", signing::seal_level_name(rung.level)}});
  if (rung.ends) put_proof_end(draft.body, *rung.ends);
  put_revision(draft, base.pdf, base.revision, rung.pdf, key_subject);
  QUOTARY_TRY_VOID(append_draft(*parts.ledger, draft));
  return {};
}

}  // namespace

Result<void> Organisation::Parts::start_long_term() {
  const auto& wanted = config.long_term;
  if (wanted.target <= signing::SealLevel::b_b || ledger->state().read_only) return {};
  if (config.time_stamping.url.empty() || time_roots_pem.empty())
    return fail(Errc::invalid, "long_term_without_time",
                "later proof takes a time-stamping authority: give --tsa-url and --tsa-roots too");
  long_term::LongTermPorts ports;
  ports.ledger = ledger.get();
  ports.clock = config.clock;
  ports.random = config.random;
  ports.tsa_url = config.time_stamping.url;
  ports.ca_file = config.time_stamping.ca_file;
  ports.time_roots_pem = time_roots_pem;
  ports.signer_roots_pem = adopted_pem;
  // The signing service's own certificate is trusted itself: no authority issued it.
  if (!seal_roots_pem.empty()) ports.signer_roots_pem = seal_roots_pem + recording_pem;
  ports.signer_roots_pem += signer_roots_pem;
  ports.candidate = [this](const std::string& number, Timestamp settled, Timestamp renew) {
    return candidate_of(*this, number, settled, renew);
  };
  ports.append = [this](const std::string& number, const Candidate& base, const Rung& rung) {
    return append_rung(*this, number, base, rung);
  };
  QUOTARY_TRY(started, long_term::LongTerm::start(wanted, std::move(ports)));
  long_term_worker = std::move(started);
  return {};
}

long_term::LongTermState Organisation::long_term() const {
  return parts_->long_term_worker ? parts_->long_term_worker->state() : long_term::LongTermState{};
}

Result<Answer> Organisation::renew_long_term(std::string_view before) {
  const auto until = parse_rfc3339(std::string(before) + "T00:00:00Z");
  if (!until) return invalid_parameter("before", "bad_before", "`before` is a day such as 2031-01-01");
  if (!parts_->long_term_worker)
    return fail(Errc::unavailable, "long_term_off",
                "this server makes no proofs for later: start it with --seal-level B-LTA, --tsa-url and --tsa-roots");
  parts_->long_term_worker->renew(*until);
  return Answer{200, json::object{{"asked", true}, {"before", before}}, false};
}

Result<Answer> Organisation::read_long_term(const Principal* caller, std::string_view by) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  if (caller) QUOTARY_TRY_VOID(require_call(*caller, Call::verify_log));
  std::optional<Timestamp> until;
  if (!by.empty()) {
    auto parsed = parse_rfc3339(std::string(by) + "T00:00:00Z");
    if (!parsed) return invalid_parameter("by", "bad_by", "`by` is a day such as 2031-01-01");
    until = *parsed;
  }
  const auto state = long_term();
  json::object out{{"configured", state.configured}};
  if (state.configured) {
    out["target"] = state.target;
    out["waiting"] = state.waiting;
    out["rungs_total"] = state.rungs_total;
    out["failures_total"] = state.failures_total;
    out["looks_total"] = state.looks_total;
    if (!state.code.empty())
      out["failing"] = json::object{{"code", state.code},
                                    {"detail", without_folders(state.detail)},
                                    {"since", format_rfc3339(*state.failing_since)}};
  }
  std::map<std::string, std::uint64_t> levels;
  QUOTARY_TRY_VOID(parts_->ledger->read_state([&](const StateReader& reader, std::uint64_t, const Hash&) {
    return records::for_each_quote(reader, [&](const QuoteRecord& quote) { ++levels[seal_level_of(quote)]; });
  }));
  json::object counted;
  for (const auto& [level, count] : levels) counted[level] = count;
  out["documents"] = std::move(counted);
  if (until) {
    QUOTARY_TRY(ending, unverifiable_by(*parts_, *until));
    ending["by"] = by;
    out["unverifiable"] = std::move(ending);
  }
  return Answer{200, std::move(out), false};
}

namespace {

// What is not told is the least that a seal has.
std::string told_level(const std::string& level) {
  return level.empty() ? std::string(signing::seal_level_name(signing::SealLevel::b_b)) : level;
}

}  // namespace

std::string seal_level_of(const QuoteRecord& quote) { return told_level(quote.long_term_level); }

std::string seal_level_at_issue(const Entry& issued) { return told_level(records::text_of(issued.body, "seal_level")); }

std::string long_term_figures(const long_term::LongTermState& state) {
  if (!state.configured) return {};
  return metrics_line("quotary_long_term_waiting", "gauge", "Documents that wait for their long-term proof.",
                      state.waiting) +
         metrics_line("quotary_long_term_rungs_total", "counter", "Revisions for long-term proof made since the start.",
                      state.rungs_total) +
         metrics_line("quotary_long_term_looks_total", "counter",
                      "Looks over all documents, for proofs that end, since the start.", state.looks_total) +
         metrics_line("quotary_long_term_failures_total", "counter", "Attempts at them that failed since the start.",
                      state.failures_total);
}

}  // namespace quotary::api
