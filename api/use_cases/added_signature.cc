#include "api/use_cases/added_signature.h"

#include "api/use_cases/signature_rules.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::QuoteRecord;
using records::text_of;

std::string evidence_of(const QuoteRecord& quote, std::string_view source, const json::array& signatures,
                        std::string_view base, Timestamp now) {
  const auto canonical = canonical_json(json::object{
      {"number", quote.number},
      {"source", source},
      {"displayed", json::object{{"sha256", sha256(base).hex()}, {"size", base.size()}, {"revision", quote.revision}}},
      {"signatures", signatures},
      {"recorded_at", format_rfc3339(now)}});
  QUOTARY_CHECK(canonical.has_value());
  return *canonical;
}

}  // namespace

Result<void> check_signable_now(const Organisation::Parts& parts, const QuoteRecord& quote) {
  const auto status = status_at(quote, parts.now());
  if (status != "valid" && status != "accepted")
    return fail(Errc::conflict, "quote_" + status, quote.number + " is " + status + ": it is not signed any more");
  if (!quote.open_signature.empty())
    return fail(Errc::conflict, "signature_request_open",
                "customers are asked to sign it as it is: they can hand in their copy behind their link, or revoke "
                "the request first");
  return {};
}

Result<Answer> added_signature_answer(const Organisation::Parts& parts, const Entry& entry, const std::string& proof,
                                      bool replayed) {
  QUOTARY_TRY(quote, parts.read<std::optional<QuoteRecord>>([&](const StateReader& state) {
    return records::find_quote(state, text_of(entry.body, "number"));
  }));
  if (!quote) return fail(Errc::corrupt, "state_damaged", "a signature's quote is not there");
  json::object out{{"number", quote->number},
                   {"revision", entry.body.at("revision")},
                   {"sha256", entry.body.at("document_sha256")},
                   {"size", entry.body.at("document_size")},
                   {"fields", entry.body.at("fields")},
                   {"source", entry.body.at("source")},
                   {"assurance", entry.body.at("assurance")}};
  if (const auto stored = parts.payload(entry, "evidence")) {
    QUOTARY_TRY(evidence, parse_json(*stored));
    if (evidence.is_object() && evidence.get_object().contains("signatures"))
      out["signatures"] = evidence.get_object().at("signatures");
  }
  out["status"] = status_at(*quote, parts.now());
  out["ledger"] = ledger_member(entry, proof);
  return Answer{201, std::move(out), replayed};
}

Result<Answer> append_signature(Organisation::Parts& parts, Draft draft, const QuoteRecord& quote,
                                const AddedSignature& added) {
  QUOTARY_TRY(key_subject, parts.live_key_subject(quote.customer));
  json::array fields;
  for (const auto& field : added.copy.fields) fields.emplace_back(field);
  draft.body["number"] = quote.number;
  draft.body["fields"] = std::move(fields);
  draft.body["source"] = added.source;
  draft.body["assurance"] = assurance_of(added.copy);
  draft.objects.push_back({"evidence", "application/json",
                           evidence_of(quote, added.source, added.copy.signatures, added.base, parts.now()),
                           key_subject, 1});
  put_revision(draft, added.base, quote.revision, added.whole, key_subject);
  QUOTARY_TRY(committed, parts.ledger->append([&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(now_is, records::find_quote(state, quote.number));
    if (!now_is) return fail(Errc::corrupt, "state_damaged", "a quote is not there");
    Draft whole = draft;
    whole.body["accepts"] = records::added_signature_accepts(*now_is, added.copy.fields, assurance_of(added.copy));
    return std::vector<Draft>{std::move(whole)};
  }));
  if (parts.courier) parts.courier->wake();
  return added_signature_answer(parts, committed.entries.front(), committed.proof(0), false);
}

}  // namespace quotary::api
