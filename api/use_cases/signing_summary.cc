// The sealed page on how a document was signed, made when it is asked for.
#include "pdfgen/signing_summary.h"

#include "api/signature/consent.h"
#include "api/use_cases/in_words.h"
#include "api/use_cases/signable_words.h"
#include "api/use_cases/signature_rules.h"
#include "api/use_cases/signer_calls.h"
#include "api/use_cases/signer_visit.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::number_of;
using records::object_of;
using records::SignatureRequestRecord;
using records::text_of;

constexpr CodeInWords methods[] = {
    {"drawn", "手写", "Drawn"}, {"typed", "键入姓名", "Typed"}, {"certificate", "本人数字证书", "Own certificate"}};
constexpr CodeInWords fields[] = {{"Customer1", "买方签字一", "Buyer 1"},
                                  {"Customer2", "买方签字二", "Buyer 2"},
                                  {"Customer3", "买方签字三", "Buyer 3"}};

std::string factor_line(const Organisation::Parts& parts, const json::object& factor) {
  std::string out = in_words(signing_factors, text_of(factor, "kind")) + "，" + text_of(factor, "address");
  if (const auto sent = text_of(factor, "sent_at"); !sent.empty()) out += "，发送 sent " + local_time(parts, sent);
  if (const auto proven = text_of(factor, "proven_at"); !proven.empty())
    out += "，验证 proven " + local_time(parts, proven);
  if (factor.contains("passkey"))
    out += "，已对本次签署确认 confirmed this signature (#" +
           std::to_string(number_of(object_of(factor, "passkey"), "registered")) + ")";
  return out;
}

// `whole`: with what only the sender and that signer are told.
Result<pdfgen::SummarySignature> signature_of(const Organisation::Parts& parts, const records::SignerRecord& signer,
                                              bool whole) {
  QUOTARY_TRY(entry, parts.ledger->entry(signer.index));
  QUOTARY_TRY(stored, parts.payload(entry, "evidence"));
  QUOTARY_TRY(value, parse_json(stored));
  if (!value.is_object())
    return fail(Errc::corrupt, "payload_damaged", "evidence of entry " + std::to_string(entry.index));
  const auto& evidence = value.get_object();
  const auto who = object_of(evidence, "signer");
  const auto organisation = text_of(who, "organisation");
  pdfgen::SummarySignature out;
  out.name = text_of(who, "name") + (organisation.empty() ? "" : " (" + organisation + ")");
  out.role = text_of(who, "role");
  out.field = in_words(fields, signer.field);
  out.method = in_words(methods, text_of(evidence, "method"));
  out.signed_at = local_time(parts, text_of(evidence, "signed_at"));
  out.displayed_sha256 = text_of(object_of(evidence, "displayed"), "sha256");
  out.document_sha256 = text_of(entry.body, "document_sha256");
  out.revision = number_of(entry.body, "revision");
  out.entry_index = entry.index;
  if (!whole) return out;
  out.viewed_at = local_time(parts, text_of(evidence, "viewed_at"));
  out.ip = text_of(evidence, "ip");
  out.user_agent = text_of(evidence, "user_agent");
  if (const auto* proven = evidence.if_contains("factors"); proven && proven->is_array())
    for (const auto& each : proven->get_array())
      if (each.is_object()) out.factors.push_back(factor_line(parts, each.get_object()));
  return out;
}

// `reader`: the signer who reads it; empty for the sender.
Result<Bytes> summary_for(const Organisation::Parts& parts, const SignatureRequestRecord& request,
                          const records::Signable& document, std::string_view reader) {
  pdfgen::SigningSummary page;
  for (const records::SignerRecord& signer : request.signers) {
    if (signer.status != "signed") continue;
    QUOTARY_TRY(signature, signature_of(parts, signer, reader.empty() || reader == signer.id));
    page.own_certificates = page.own_certificates || signature.method == in_words(methods, "certificate");
    page.signatures.push_back(std::move(signature));
  }
  if (page.signatures.empty()) return fail(Errc::conflict, "not_signed", "nobody has signed it yet");
  QUOTARY_TRY(words, words_of(parts, document));
  const auto now = parts.now();
  page.request_id = request.id;
  page.number = document.number;
  page.of_confirmation = document.kind == records::SignableKind::confirmation;
  page.title = words.title;
  page.seller_name = words.seller;
  page.buyer_name = words.buyer.name;
  page.currency = words.currency;
  page.tax_inclusive = words.tax_inclusive;
  page.document_sha256 = document.document_sha256;
  page.completed = request.status == "completed";
  page.consent_id = request.consent;
  page.consent_sha256 = request.consent_sha256;
  if (const auto* consent = signature::find_consent(request.consent)) {
    page.consent_chinese = consent->chinese;
    page.consent_english = consent->english;
  }
  if (!page.of_confirmation) page.verify_url = words.check_url;
  page.made_at = parts.zone->format_local(now);
  page.created = now;
  QUOTARY_TRY(unsealed, pdfgen::signing_summary(parts.fonts, page));
  QUOTARY_TRY(sealed, parts.seal_statement(unsealed, "Evidence of signing " + document.in_words(), now));
  auto hash = sha256(sealed).hex();
  return Bytes{std::move(sealed), "application/pdf", std::move(hash), document.stem() + "-evidence.pdf"};
}

}  // namespace

Result<Bytes> Organisation::signing_summary(const Principal& caller, std::string_view id) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_signatures));
  QUOTARY_TRY(request, signature_request_for(*parts_, caller, Call::read_signatures, id));
  QUOTARY_TRY(document, document_of(*parts_, request));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "signature.summary_read", request.subject()));
  return summary_for(*parts_, request, document, {});
}

Result<Bytes> signer_summary(const Organisation::Parts& parts, const SignerVisit& visit) {
  QUOTARY_TRY(at, visited(parts, visit));
  if (at.signer.status != "signed") return fail(Errc::conflict, "not_signed", "it is not signed yet");
  return summary_for(parts, at.request, at.document, at.signer.id);
}

}  // namespace quotary::api
