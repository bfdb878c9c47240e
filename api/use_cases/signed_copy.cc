#include "api/use_cases/signed_copy.h"

#include "api/use_cases/document_findings.h"
#include "api/use_cases/signable_words.h"
#include "ledger/records/fields.h"
#include "ledger/records/signing.h"
#include "signing/signature_check.h"

#include <algorithm>

namespace quotary::api {
namespace {

using records::number_of;
using records::text_of;

// Why a file that does not begin with the newest revision is none that can be taken.
Error other_document(const Organisation::Parts& parts, const records::Signable& document, std::string_view pdf) {
  const auto is_front = [&](std::string_view hash, std::uint64_t size) {
    return size <= pdf.size() && sha256(pdf.substr(0, size)).hex() == hash;
  };
  std::uint64_t signed_revision = is_front(document.document_sha256, document.document_size) ? 1 : 0;
  for (std::uint64_t at = 2; signed_revision != 0 && at < document.revision; ++at) {
    QUOTARY_TRY(found, parts.read<std::optional<records::RevisionRecord>>(
                           [&](const StateReader& state) { return records::find_revision(state, document, at); }));
    if (found && is_front(found->document_sha256, found->document_size)) signed_revision = at;
  }
  if (signed_revision != 0)
    return fail(Errc::conflict, "document_changed",
                "it is a copy of revision " + std::to_string(signed_revision) + "; the newest is " +
                    std::to_string(document.revision) + ": sign a copy of that one");
  return fail(Errc::invalid, "not_this_document",
              "the file does not begin with the bytes of " + document.in_words() +
                  " as they were given out: sign the PDF itself, without printing, converting or compressing it");
}

bool is_true(const json::object& row, std::string_view member) {
  const auto* value = row.if_contains(member);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// Whether the certificate names the buyer: by name, or by the number of its registration (as it is, or as EN
// 319 412-1 writes it, behind a prefix and "-").
bool names_buyer(const json::object& signature, const Party& buyer) {
  const auto names = records::texts_of(signature, "names");
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (name == buyer.name || (!buyer.name_en.empty() && name == buyer.name_en)) return true;
    return !buyer.legal_id.empty() && (name == buyer.legal_id || name.ends_with("-" + buyer.legal_id));
  });
}

Error not_allowed(const DocumentFindings& judged) {
  Error error = fail(Errc::invalid, "change_not_allowed",
                     "behind the document stands what may not be added to it: " + text_of(judged.told, "reason"));
  error.problems.push_back({"", judged.code, text_of(judged.told, "reason")});
  return error;
}

// The time that a signature claims is its signer's word. What counts is its chain when it is handed in, or when a
// time-stamp proves that it was there: else a certificate that ended would sign for ever, by a clock set back.
bool vouched_for(const json::object& row) {
  const auto level = text_of(row, "level");
  return is_true(row, "trusted") && !row.contains("level_fault") && !level.empty() &&
         level != signing::seal_level_name(signing::SealLevel::none);
}

}  // namespace

Result<SignedCopy> read_signed_copy(const Organisation::Parts& parts, const records::Signable& document,
                                    std::string_view base, std::string_view pdf) {
  if (pdf == base) return fail(Errc::conflict, "nothing_added", "the file is the document itself: nothing is signed");
  if (!pdf.starts_with(base)) return other_document(parts, document, pdf);
  QUOTARY_TRY(judged, judge_document(parts, pdf, &document));
  if (judged->finding != signing::DocumentFinding::intact) return not_allowed(*judged);
  QUOTARY_TRY(words, words_of(parts, document));
  SignedCopy out;
  out.trusted = out.buyers = true;
  for (const auto& each : judged->told.at("signatures").as_array()) {
    const auto& row = each.as_object();
    if (number_of(row, "covered") <= base.size()) continue;
    const auto kind = text_of(row, "kind");
    if (kind == signing::name_of(signing::SignatureKind::ledger_proof))
      return fail(Errc::invalid, "proof_inside",
                  "a copy with the ledger's proof in it was signed: sign the document without it");
    if (kind != signing::name_of(signing::SignatureKind::approval)) continue;
    out.fields.push_back(text_of(row, "field"));
    out.trusted = out.trusted && vouched_for(row);
    out.buyers = out.buyers && vouched_for(row) && names_buyer(row, words.buyer);
    out.signatures.push_back(row);
  }
  if (out.fields.empty())
    return fail(Errc::invalid, "no_signature", "nothing in the file signs one of the document's fields");
  return out;
}

}  // namespace quotary::api
