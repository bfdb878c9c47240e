#include "api/organisation.h"

#include "api/use_cases/document_findings.h"
#include "api/use_cases/long_term.h"
#include "api/use_cases/parts.h"
#include "ledger/log/proof.h"
#include "ledger/quote/number_pattern.h"
#include "ledger/records/confirmations.h"
#include "signing/carried_proof.h"

#include <algorithm>
#include <variant>

namespace quotary::api {
namespace {

using records::ConfirmationRecord;
using records::QuoteRecord;

json::object unknown() { return {{"match", "unknown"}}; }

// What everybody may know who holds the document, its hash or its code. No prices, no customer.
Result<json::object> describe(const Organisation::Parts& parts, const QuoteRecord& quote, std::string_view match,
                              bool with_status) {
  auto now = parts.now();
  QUOTARY_TRY(proof, parts.public_proof(quote.index));
  json::object out{{"match", match}};
  // An altered file has no status: the original's would be read as the file's.
  if (with_status) {
    out["status"] = status_at(quote, now);
    out["seal_level"] = seal_level_of(quote);
  }
  out["number"] = quote.number;
  out["issuer"] = parts.seller_name(quote.index);
  out["issued_at"] = format_rfc3339(quote.issued_at);
  out["valid_end"] = quote.valid_end;
  if (quote.voided_at) out["voided"] = time_and_code(*quote.voided_at, quote.void_reason_code);
  if (quote.accepted_at) out["accepted"] = json::object{{"time", format_rfc3339(*quote.accepted_at)}};
  if (!quote.superseded_by.empty()) out["superseded_by"] = quote.superseded_by;
  if (quote.void_requested_at) out["void_requested"] = json::object{{"time", format_rfc3339(*quote.void_requested_at)}};
  out["ledger"] = json::object{{"index", quote.index}, {"tree_size", proof->tree_size}, {"proof", proof->text}};
  return out;
}

// The same of a confirmation: that it is ours, how it stands, and not what it is of.
Result<json::object> describe(const Organisation::Parts& parts, const ConfirmationRecord& made, std::string_view match,
                              bool with_status) {
  QUOTARY_TRY(proof, parts.public_proof(made.index));
  json::object out{{"match", match}};
  if (with_status) out["status"] = status_at(made, parts.now());
  out["confirmation"] = made.number;
  out["issuer"] = parts.profile.name;
  out["issued_at"] = format_rfc3339(made.made_at);
  if (made.accepted_at) out["accepted"] = json::object{{"time", format_rfc3339(*made.accepted_at)}};
  out["ledger"] = json::object{{"index", made.index}, {"tree_size", proof->tree_size}, {"proof", proof->text}};
  return out;
}

struct KnownFile {
  records::PdfRecord file;
  std::variant<QuoteRecord, ConfirmationRecord> of;  // or about

  [[nodiscard]] const records::Signable& document() const {
    return std::visit([](const auto& each) -> const records::Signable& { return each; }, of);
  }
};

Result<json::object> describe(const Organisation::Parts& parts, const KnownFile& known, std::string_view match,
                              bool with_status) {
  return std::visit([&](const auto& each) { return describe(parts, each, match, with_status); }, known.of);
}

Result<std::optional<KnownFile>> find_file(const Organisation::Parts& parts, const std::string& sha256_hex) {
  return parts.read<std::optional<KnownFile>>([&](const StateReader& state) -> Result<std::optional<KnownFile>> {
    QUOTARY_TRY(file, records::find_pdf(state, sha256_hex));
    if (!file) return std::optional<KnownFile>();
    const auto about = file->about();
    if (about.kind == records::SignableKind::confirmation) {
      QUOTARY_TRY(confirmation, records::find_confirmation(state, about.number));
      if (!confirmation) return fail(Errc::corrupt, "state_damaged", "a document's confirmation is not there");
      return std::optional<KnownFile>(KnownFile{std::move(*file), std::move(*confirmation)});
    }
    QUOTARY_TRY(quote, records::find_quote(state, about.number));
    if (!quote) return fail(Errc::corrupt, "state_damaged", "a document's quote is not there");
    return std::optional<KnownFile>(KnownFile{std::move(*file), std::move(*quote)});
  });
}

Result<std::optional<QuoteRecord>> find_by_code(const Organisation::Parts& parts, std::string_view number,
                                                std::string_view code) {
  auto normal = normalise_verify_code(code);
  // A code that cannot be one is looked up all the same, so that it costs the same.
  auto hash = code_hash(number, normal ? *normal : std::string(code));
  return parts.read<std::optional<QuoteRecord>>([&](const StateReader& state) -> Result<std::optional<QuoteRecord>> {
    QUOTARY_TRY(found, records::find_number_by_code(state, hash));
    if (!found || !normal || *found != number) return std::optional<QuoteRecord>();
    return records::find_quote(state, *found);
  });
}

Result<json::object> describe_exact(const Organisation::Parts& parts, const KnownFile& known) {
  QUOTARY_TRY(out, describe(parts, known, "exact", true));
  out["document"] = known.file.kind;
  out["revision"] = known.file.revision;
  return out;
}

signing::CurrentStatus current_status(const records::Signable& document) {
  if (document.voided_at) return signing::CurrentStatus::voided;
  return document.superseded_by.empty() ? signing::CurrentStatus::current : signing::CurrentStatus::superseded;
}

// Whether what follows the known document is the ledger's proof of it; the error says what else it is.
Result<void> check_carried_proof(const Organisation::Parts& parts, const DocumentFindings& findings,
                                 const signing::Prefix& document, const KnownFile& known) {
  if (!findings.code.empty()) return fail(Errc::invalid, findings.code, "");
  if (!findings.proof || findings.proof->begin != document.size)
    return fail(Errc::invalid, "update_unknown", "the ledger does not know what was added");
  QUOTARY_TRY(proof, check_proof(findings.proof->text, parts.keys->log_verifier()));
  const bool names_it = std::any_of(proof.entry.objects.begin(), proof.entry.objects.end(),
                                    [&](const ObjectRef& object) { return object.sha256 == document.sha256; });
  if (!names_it || proof.entry.index != known.file.index)
    return fail(Errc::invalid, "proof_of_another_document", "the proof is that of another document");
  return signing::check_claimed_time(findings.proof->claimed, proof.entry.time);
}

Answer judged(json::object out, const DocumentFindings& findings, signing::LedgerKnowledge knowledge,
              signing::CurrentStatus status) {
  out["verdict"] = signing::name_of(signing::verdict_of(findings.finding, knowledge, status));
  out["findings"] = findings.told;
  return Answer{200, std::move(out), false};
}

// Of a document that the ledger knows to its last byte.
Result<FindingsCache::Findings> findings_of_known(const Organisation::Parts& parts, std::string_view pdf,
                                                  const Hash& hash, const records::Signable& document) {
  if (auto found = parts.findings->find(hash)) return found;
  QUOTARY_TRY(judged, judge_document(parts, pdf, &document));
  // What a busy machine cut short may come to its end the next time.
  if (judged->code != judging::judging_stopped) parts.findings->put(hash, judged);
  return judged;
}

struct KnownPrefix {
  signing::Prefix front;
  KnownFile known;
};

// The longest front of the file that is a document of the ledger.
Result<std::optional<KnownPrefix>> longest_known(const Organisation::Parts& parts, std::string_view pdf) {
  const auto prefixes = signing::prefix_hashes(pdf);
  for (auto prefix = prefixes.rbegin(); prefix != prefixes.rend(); ++prefix) {
    QUOTARY_TRY(known, find_file(parts, prefix->sha256.hex()));
    if (known) return std::optional<KnownPrefix>(KnownPrefix{*prefix, std::move(*known)});
  }
  return std::optional<KnownPrefix>();
}

// A file that begins with a document of the ledger: with its own proof behind it, or altered.
Result<Answer> describe_longer(const Organisation::Parts& parts, std::string_view pdf, const KnownPrefix& front,
                               const DocumentFindings& findings) {
  const auto& [prefix, known] = front;
  const auto status = current_status(known.document());
  const auto carried = check_carried_proof(parts, findings, prefix, known);
  if (carried) {
    QUOTARY_TRY(out, describe_exact(parts, known));
    out["proof_embedded"] = true;
    out["sealed"] = json::object{{"sha256", prefix.sha256.hex()}, {"size", prefix.size}};
    return judged(std::move(out), findings, signing::LedgerKnowledge::whole, status);
  }
  QUOTARY_TRY(out, describe(parts, known, "altered", false));
  out["altered"] = json::object{{"size", pdf.size()},
                                {"reason", carried.error().code},
                                {"known_prefix", prefix.size},
                                {"revision", known.file.revision}};
  return judged(std::move(out), findings, signing::LedgerKnowledge::prefix, status);
}

}  // namespace

Result<Answer> Organisation::verify_bytes(std::string_view pdf) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  ++parts_->verified_total;
  if (pdf.size() > verify_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  const auto hash = sha256(pdf);
  QUOTARY_TRY(exact, find_file(*parts_, hash.hex()));
  if (exact) {
    QUOTARY_TRY(findings, findings_of_known(*parts_, pdf, hash, exact->document()));
    QUOTARY_TRY(out, describe_exact(*parts_, *exact));
    return judged(std::move(out), *findings, signing::LedgerKnowledge::whole, current_status(exact->document()));
  }
  QUOTARY_TRY(front, longest_known(*parts_, pdf));
  QUOTARY_TRY(findings, judge_document(*parts_, pdf, front ? &front->known.document() : nullptr));
  if (front) return describe_longer(*parts_, pdf, *front, *findings);
  if (const auto& claimed = findings->claimed) {
    QUOTARY_TRY(quote, find_by_code(*parts_, claimed->number, claimed->code));
    if (quote) {
      QUOTARY_TRY(out, describe(*parts_, *quote, "altered", false));
      out["altered"] = json::object{{"size", pdf.size()}};
      return judged(std::move(out), *findings, signing::LedgerKnowledge::claimed, current_status(*quote));
    }
  }
  return judged(unknown(), *findings, signing::LedgerKnowledge::none, signing::CurrentStatus::current);
}

Result<Answer> Organisation::verify_sha256(std::string_view hex) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  ++parts_->verified_total;
  auto hash = Hash::from_hex(hex);
  if (!hash) return Answer{200, unknown(), false};
  QUOTARY_TRY(exact, find_file(*parts_, hash->hex()));
  if (!exact) return Answer{200, unknown(), false};
  QUOTARY_TRY(out, describe_exact(*parts_, *exact));
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::verify_number(std::string_view number, std::string_view code) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  ++parts_->verified_total;
  QUOTARY_TRY(quote, find_by_code(*parts_, number, code));
  if (!quote) return Answer{200, unknown(), false};
  QUOTARY_TRY(out, describe(*parts_, *quote, "number_only", true));
  return Answer{200, std::move(out), false};
}

}  // namespace quotary::api
