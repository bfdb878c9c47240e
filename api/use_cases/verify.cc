#include "api/organisation.h"

#include "api/use_cases/parts.h"
#include "ledger/log/proof.h"
#include "ledger/quote/number_pattern.h"
#include "signing/carried_proof.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::QuoteRecord;

json::object unknown() { return {{"match", "unknown"}}; }

// What everybody may know who holds the document, its hash or its code. No prices, no customer.
Result<json::object> describe(const Organisation::Parts& parts, const QuoteRecord& quote, std::string_view match,
                              bool with_status) {
  auto now = parts.now();
  QUOTARY_TRY(proof, parts.public_proof(quote.index));
  json::object out{{"match", match}};
  // An altered file has no status: the original's would be read as the file's.
  if (with_status) out["status"] = status_at(quote, now);
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

struct KnownFile {
  records::PdfRecord file;
  QuoteRecord quote;
};

Result<std::optional<KnownFile>> find_file(const Organisation::Parts& parts, const std::string& sha256_hex) {
  return parts.read<std::optional<KnownFile>>([&](const StateReader& state) -> Result<std::optional<KnownFile>> {
    QUOTARY_TRY(file, records::find_pdf(state, sha256_hex));
    if (!file) return std::optional<KnownFile>();
    QUOTARY_TRY(quote, records::find_quote(state, file->number));
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
  QUOTARY_TRY(out, describe(parts, known.quote, "exact", true));
  out["document"] = known.file.kind;
  out["revision"] = known.file.revision;
  return out;
}

// Whether what follows the known document is its own proof and nothing else; the error says what else it is.
Result<void> check_carried_proof(const Organisation::Parts& parts, std::string_view pdf,
                                 const signing::Prefix& document, const KnownFile& known) {
  QUOTARY_TRY(read, signing::check_sealed_document(pdf, {}));
  if (read.added) return *read.added;
  if (!read.seal.valid || read.sealed != document.size || !read.proof)
    return fail(Errc::invalid, "seal_invalid", read.seal.reason);
  QUOTARY_TRY(proof, check_proof(read.proof->text, parts.keys->log_verifier()));
  const bool names_it = std::any_of(proof.entry.objects.begin(), proof.entry.objects.end(),
                                    [&](const ObjectRef& object) { return object.sha256 == document.sha256; });
  if (!names_it || proof.entry.index != known.file.index)
    return fail(Errc::invalid, "proof_of_another_document", "the proof is that of another document");
  return signing::check_claimed_time(*read.proof, proof.entry.time);
}

}  // namespace

Result<Answer> Organisation::verify_bytes(std::string_view pdf) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  ++parts_->verified_total;
  if (pdf.size() > verify_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  QUOTARY_TRY(exact, find_file(*parts_, sha256(pdf).hex()));
  if (exact) {
    QUOTARY_TRY(out, describe_exact(*parts_, *exact));
    return Answer{200, std::move(out), false};
  }
  auto altered = json::object{{"size", pdf.size()}};
  auto prefixes = signing::prefix_hashes(pdf);
  for (auto prefix = prefixes.rbegin(); prefix != prefixes.rend(); ++prefix) {
    QUOTARY_TRY(known, find_file(*parts_, prefix->sha256.hex()));
    if (!known) continue;
    const auto carried = check_carried_proof(*parts_, pdf, *prefix, *known);
    if (carried) {
      QUOTARY_TRY(out, describe_exact(*parts_, *known));
      out["proof_embedded"] = true;
      out["sealed"] = json::object{{"sha256", prefix->sha256.hex()}, {"size", prefix->size}};
      return Answer{200, std::move(out), false};
    }
    altered["reason"] = carried.error().code;
    QUOTARY_TRY(out, describe(*parts_, known->quote, "altered", false));
    altered["known_prefix"] = prefix->size;
    altered["revision"] = known->file.revision;
    out["altered"] = altered;
    return Answer{200, std::move(out), false};
  }
  if (auto claimed = signing::claimed_identity(pdf)) {
    QUOTARY_TRY(quote, find_by_code(*parts_, claimed->number, claimed->code));
    if (quote) {
      QUOTARY_TRY(out, describe(*parts_, *quote, "altered", false));
      out["altered"] = altered;
      return Answer{200, std::move(out), false};
    }
  }
  return Answer{200, unknown(), false};
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
