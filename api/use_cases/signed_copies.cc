#include "api/use_cases/added_signature.h"
#include "api/use_cases/added_signatures.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::QuoteRecord;

// The entry that brought exactly these bytes to the quote, if there is one.
Result<std::optional<Entry>> brought_before(const Organisation::Parts& parts, const QuoteRecord& quote,
                                            const Hash& hash) {
  QUOTARY_TRY(known, parts.read<std::optional<records::PdfRecord>>(
                         [&](const StateReader& state) { return records::find_pdf(state, hash.hex()); }));
  if (!known || known->number != quote.number) return std::optional<Entry>();
  QUOTARY_TRY(entry, parts.ledger->entry(known->index));
  const bool brought = entry.type == records::signature_added_type &&
                       records::text_of(entry.body, "source") == records::signature_source_upload;
  if (!brought) return std::optional<Entry>();
  return std::optional<Entry>(std::move(entry));
}

}  // namespace

Result<Answer> add_signed_copy(Organisation::Parts& parts, const Principal& caller, std::string_view number,
                               std::string_view pdf) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  QUOTARY_TRY(quote, parts.quote_for(caller, Call::request_signature, number));
  if (pdf.size() > verify_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  const auto pass = parts.gate.enter("signed-copy " + quote.number);
  QUOTARY_TRY(before, brought_before(parts, quote, sha256(pdf)));
  if (before) {
    QUOTARY_TRY(proof, parts.ledger->proof(before->index, true));
    return added_signature_answer(parts, *before, proof, true);
  }
  QUOTARY_TRY_VOID(check_signable_now(parts, quote));
  QUOTARY_TRY(base, document_bytes(parts, quote, quote.revision));
  QUOTARY_TRY(copy, read_signed_copy(parts, quote, base, pdf));
  return append_signature(parts, draft_by(caller, records::signature_added_type, "quote:" + quote.number), quote,
                          {records::signature_source_upload, std::move(copy), base, pdf});
}

}  // namespace quotary::api
