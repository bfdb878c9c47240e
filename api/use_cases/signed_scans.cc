// Pictures of paper that was signed by hand. They are kept and can be proved to have been there; who signed is for
// people to judge.
#include "api/use_cases/added_signatures.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing.h"

#include <algorithm>

namespace quotary::api {
namespace {

struct Kind {
  std::string_view media_type, begin, ending;
};
constexpr Kind kinds[] = {{"application/pdf", "%PDF-", ".pdf"},
                          {"image/jpeg", "\xff\xd8\xff", ".jpg"},
                          {"image/png", "\x89PNG\r\n\x1a\n", ".png"}};

// By its first bytes, and not by what it is called.
Result<const Kind*> kind_of(std::string_view scan) {
  const auto* found =
      std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& kind) { return scan.starts_with(kind.begin); });
  if (found != std::end(kinds)) return found;
  return fail(Errc::invalid, "scan_kind", "a scan is a PDF, a JPEG or a PNG");
}

Result<Answer> scan_answer(const Organisation::Parts& parts, const records::QuoteRecord& quote, const Entry& entry,
                           const std::string& proof, bool replayed) {
  const ObjectRef& scan = entry.objects.front();
  return Answer{201,
                json::object{{"number", quote.number},
                             {"sha256", scan.sha256.hex()},
                             {"size", scan.size},
                             {"media_type", scan.media_type},
                             {"method", "wet_scan"},
                             {"assurance", "scan"},
                             {"status", status_at(quote, parts.now())},
                             {"url", "/v1/quotes/" + quote.number + "/signed-scans/" + std::to_string(entry.index)},
                             {"ledger", ledger_member(entry, proof)}},
                replayed};
}

Result<std::vector<records::ScanRecord>> scans_of(const Organisation::Parts& parts, const std::string& number) {
  return parts.read<std::vector<records::ScanRecord>>(
      [&](const StateReader& state) { return records::find_scans(state, number); });
}

}  // namespace

Result<Answer> add_signed_scan(Organisation::Parts& parts, const Principal& caller, std::string_view number,
                               std::string_view scan) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::request_signature));
  QUOTARY_TRY(quote, parts.quote_for(caller, Call::request_signature, number));
  if (scan.size() > scan_bytes_max) return fail(Errc::too_large, "file_too_large", "a scan has at most 20 MB");
  QUOTARY_TRY(kind, kind_of(scan));
  const auto pass = parts.gate.enter("signed-scan " + quote.number);
  const std::string hash = sha256(scan).hex();
  QUOTARY_TRY(known, scans_of(parts, quote.number));
  for (const auto& each : known) {
    if (each.sha256 != hash) continue;
    QUOTARY_TRY(entry, parts.ledger->entry(each.index));
    QUOTARY_TRY(proof, parts.ledger->proof(entry.index, true));
    return scan_answer(parts, quote, entry, proof, true);
  }
  QUOTARY_TRY(key_subject, parts.live_key_subject(quote.customer));
  Draft draft = draft_by(caller, records::signature_scanned_type, "quote:" + quote.number);
  draft.body = {{"number", quote.number}, {"method", "wet_scan"}, {"assurance", "scan"}};
  draft.objects.push_back({"scan", std::string(kind->media_type), std::string(scan), key_subject, 1});
  QUOTARY_TRY(committed, append_one(*parts.ledger, draft));
  return scan_answer(parts, quote, committed.entries.front(), committed.proof(0), false);
}

Result<Bytes> read_signed_scan(const Organisation::Parts& parts, const Principal& caller, std::string_view number,
                               std::string_view index) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_signatures));
  QUOTARY_TRY(quote, parts.quote_for(caller, Call::read_signatures, number));
  QUOTARY_TRY(known, scans_of(parts, quote.number));
  const auto wanted = parse_u64(index);
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const auto& each) { return wanted && each.index == *wanted; });
  if (found == known.end())
    return fail(Errc::not_found, "scan_not_found", quote.number + " has no scan " + std::string(index));
  QUOTARY_TRY(entry, parts.ledger->entry(found->index));
  QUOTARY_TRY(bytes, parts.payload(entry, "scan"));
  QUOTARY_TRY(kind, kind_of(bytes));
  QUOTARY_TRY_VOID(parts.note_read(caller, "quote.scan", "quote:" + quote.number));
  // A stranger's picture is handed on, and never shown as what it says it is.
  return Bytes{std::move(bytes), "application/octet-stream", found->sha256,
               quote.number + "-signed-" + std::string(index) + std::string(kind->ending)};
}

}  // namespace quotary::api
