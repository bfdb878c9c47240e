#include "api/use_cases/cases/confirmation_evidence.h"

#include "api/inspecting/inspection.h"
#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/case_writing.h"
#include "api/use_cases/cases/confirmation_words.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using gates::SignatureGrade;
using records::ConfirmationRecord;
using records::text_of;

Result<ConfirmationRecord> confirmation_at(const Organisation::Parts& parts, const Visited& at) {
  QUOTARY_TRY(found, parts.read<std::optional<ConfirmationRecord>>([&](const StateReader& state) {
    return records::find_confirmation(state, at.document.number);
  }));
  if (!found) return fail(Errc::corrupt, "state_damaged", "a signature request's confirmation is not there");
  return std::move(*found);
}

// The weakest of all signatures in the document: those of before, and the last.
Result<SignatureGrade> grade_of_all(const Organisation::Parts& parts, const Visited& at, const json::object& last) {
  SignatureGrade grade = grade_of(last);
  for (std::uint64_t revision = 2; revision <= at.document.revision; ++revision) {
    QUOTARY_TRY(record, revision_of(parts, at.document, revision));
    QUOTARY_TRY(entry, parts.ledger->entry(record.index));
    grade = std::min(grade, grade_of(entry.body));
  }
  return grade;
}

json::array signers_told(const SignatureDetails& details) {
  json::array out;
  for (const SignerDetails& each : details.signers) {
    json::object signer{{"name", each.name}};
    if (!each.role.empty()) signer["role"] = each.role;
    if (!each.organisation.empty()) signer["organisation"] = each.organisation;
    out.push_back(std::move(signer));
  }
  return out;
}

// What is known of a file that was made here, without a look into it.
inspecting::Inspection own_document(const std::string& file_name) {
  inspecting::Inspection out;
  out.file_name = file_name;
  out.media_type = "application/pdf";
  out.kind = inspecting::Kind::pdf;
  return out;
}

}  // namespace

SignatureGrade grade_of(const json::object& signing) {
  if (text_of(signing, "method") == "certificate")
    return text_of(signing, "assurance") == records::assurance_buyer ? SignatureGrade::certificate
                                                                     : SignatureGrade::recorded;
  const auto factors = records::texts_of(signing, "factors");
  const bool confirmed = std::find(factors.begin(), factors.end(), "passkey") != factors.end();
  return confirmed ? SignatureGrade::passkey : SignatureGrade::recorded;
}

ConfirmationEvidence::~ConfirmationEvidence() { (void)uploads_.drop(upload_); }

Result<std::unique_ptr<ConfirmationEvidence>> ConfirmationEvidence::make(const Organisation::Parts& parts,
                                                                         const Visited& at,
                                                                         const SignatureDetails& details,
                                                                         const json::object& signing,
                                                                         std::string_view whole, Timestamp signed_at) {
  QUOTARY_TRY(made, confirmation_at(parts, at));
  QUOTARY_TRY(words, confirmation_words(parts, made));
  QUOTARY_TRY(grade, grade_of_all(parts, at, signing));
  QUOTARY_TRY(key_subject, parts.live_key_subject(case_subject(made.case_id)));
  QUOTARY_TRY(uploads, parts.evidence->uploads());
  blobs::NewUpload coming;
  coming.owner = made.subject();
  coming.key_subject = key_subject;
  coming.size_bytes = whole.size();
  QUOTARY_TRY(upload, uploads->create(coming, parts.now()));
  std::unique_ptr<ConfirmationEvidence> out(new ConfirmationEvidence(*uploads, std::move(upload)));
  QUOTARY_TRY_VOID(uploads->append(out->upload_, 0, whole));
  QUOTARY_TRY(finished, uploads->finish(out->upload_));
  const std::string file_name = made.stem() + ".pdf";
  Draft& draft = out->draft_;
  draft = signer_draft(at, records::evidence_added_type);
  draft.subject = case_subject(made.case_id);
  draft.body = {{"case", made.case_id},
                {"item", uuid_v7(parts.now().unix_ms, *parts.config.random)},
                {"kind", gates::code_of(gates::EvidenceKind::confirmation)},
                {"version", 1},
                {"content", finished.hashes.commitment.hex()},
                {"size", finished.reference.size_bytes},
                {"tag", parts.keys->keyed_hash("evidence-content", finished.hashes.plain.view()).hex()},
                {"blob", finished.reference.id},
                {"confirmation", made.number}};
  if (!made.requirement.empty()) draft.body["requirement"] = made.requirement;
  gates::EvidenceVersion version;
  version.number = 1;
  version.captured_at = signed_at;
  version.signature = grade;
  version.target = made.target;
  draft.objects.push_back(facts_object(gates::evidence_facts_to_json(version)));
  std::string reference = blobs::reference_text(finished.reference);
  draft.objects.push_back({"reference", "application/json", std::move(reference), key_subject, 1});
  draft.objects.push_back(private_object("about",
                                         {{"title", words.title},
                                          {"file_name", file_name},
                                          {"sha256", finished.hashes.plain.hex()},
                                          {"declared_media_type", "application/pdf"},
                                          {"captured_at_source", "signing"},
                                          {"position_source", "none"},
                                          {"signers", signers_told(details)}},
                                         key_subject));
  draft.objects.push_back(
      {"inspection", "application/json", inspecting::encode(own_document(file_name)), key_subject, 1});
  return out;
}

}  // namespace quotary::api
