#include "api/use_cases/cases/rendition_calls.h"

#include "api/use_cases/cases/case_access.h"
#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/cases/sheet_words.h"
#include "ledger/records/fields.h"
#include "pdfgen/evidence_sheet.h"

namespace quotary::api {
namespace {

using pdfgen::EvidenceSheet;
using records::object_of;
using records::text_of;

EvidenceSheet::Kind kind_of(gates::EvidenceKind kind) {
  switch (kind) {
    case gates::EvidenceKind::photo: return EvidenceSheet::Kind::photo;
    case gates::EvidenceKind::deck: return EvidenceSheet::Kind::deck;
    case gates::EvidenceKind::document: return EvidenceSheet::Kind::document;
    case gates::EvidenceKind::confirmation: return EvidenceSheet::Kind::confirmation;
    case gates::EvidenceKind::other: break;
  }
  return EvidenceSheet::Kind::other;
}

EvidenceSheet::Source source_of(std::string_view code) {
  if (code == "exif") return EvidenceSheet::Source::exif;
  if (code == "gps") return EvidenceSheet::Source::gps;
  if (code == "app") return EvidenceSheet::Source::app;
  if (code == "declared") return EvidenceSheet::Source::declared;
  return EvidenceSheet::Source::none;
}

std::string actor_of(const Organisation::Parts& parts, const Entry& entry) {
  const std::string name = parts.person_name(entry.actor_id);
  return (name.empty() ? entry.actor_id : name) + " (" + entry.actor_role + ")";
}

// What was said as the case was opened and as the version was added.
Result<void> put_words(const Organisation::Parts& parts, const FoundItem& of, const Entry& entry,
                       EvidenceSheet& sheet) {
  QUOTARY_TRY(opened, parts.ledger->entry(of.found.index));
  QUOTARY_TRY(text, object_in(parts, opened, "text"));
  sheet.case_title = text_of(text, "title");
  sheet.customer = text_of(object_of(text, "customer"), "name");
  QUOTARY_TRY(about, object_in(parts, entry, "about"));
  sheet.item_title = text_of(about, "title");
  sheet.version_label = text_of(about, "version_label");
  sheet.change_note = text_of(about, "change_note");
  sheet.file_sha256 = text_of(about, "sha256");
  sheet.captured_from = source_of(text_of(about, "captured_at_source"));
  sheet.position = position_in_words(object_of(about, "position"));
  sheet.position_from = source_of(text_of(about, "position_source"));
  return {};
}

void put_facts(const Organisation::Parts& parts, const records::EvidenceRecord& version,
               const inspecting::Inspection& inspection, EvidenceSheet& sheet) {
  const auto& facts = version.version;
  sheet.version = facts.number;
  sheet.received_at = parts.zone->format_local(facts.received_at);
  if (facts.captured_at) sheet.captured_at = parts.zone->format_local(*facts.captured_at);
  for (const std::string& flag : facts.flags) sheet.doubts.push_back(doubt_in_words(flag));
  sheet.file_name = inspection.file_name;
  sheet.media_type = inspection.media_type;
  sheet.size_bytes = version.size;
  sheet.commitment_sha256 = version.content;
  sheet.entry_index = version.index;
  sheet.created = facts.received_at;
  if (!inspection.photo) return;
  const auto& photo = *inspection.photo;
  for (const std::string& each : {photo.make, photo.model, photo.software})
    if (!each.empty()) sheet.camera += (sheet.camera.empty() ? "" : " ") + each;
  // The camera's clock without a zone is no time that a policy counts: it stands here as it stood there.
  if (sheet.captured_at.empty() && !photo.camera_time.empty()) {
    sheet.captured_at = photo.camera_time + "（时区未知 zone unknown）";
    sheet.captured_from = EvidenceSheet::Source::exif;
  }
}

Result<void> put_picture(const Organisation::Parts& parts, const Entry& entry, EvidenceSheet& sheet) {
  QUOTARY_TRY(text, parts.payload(entry, "reference"));
  auto reference = blobs::parse_reference(text);
  wipe(text);
  if (!reference) return std::move(reference).error();
  QUOTARY_TRY(picture, parts.evidence->picture(*reference));
  if (picture.jpeg.empty()) sheet.no_picture = no_picture_in_words(picture.flags);
  sheet.picture_jpeg = std::move(picture.jpeg);
  return {};
}

Result<void> put_contents(const Organisation::Parts& parts, const records::ItemRecord& item,
                          const records::EvidenceRecord& version, const inspecting::Inspection& inspection,
                          EvidenceSheet& sheet) {
  if (!inspection.document) return {};
  sheet.parts = part_titles(*inspection.document);
  sheet.parts_total = inspection.document->count.value_or(0);
  const std::uint64_t number = version.version.number, older = version.version.parent.value_or(number - 1);
  if (older == 0 || older >= number) return {};
  QUOTARY_TRY(entry, parts.ledger->entry(item.versions[older - 1].index));
  QUOTARY_TRY(before, inspection_in(parts, entry));
  sheet.compared_version = older;
  sheet.difference = difference_in_words(inspecting::between(before, inspection));
  return {};
}

Result<void> put_withdrawal(const Organisation::Parts& parts, const records::EvidenceRecord& version,
                            EvidenceSheet& sheet) {
  if (!version.version.withdrawn) return {};
  QUOTARY_TRY(entry, parts.ledger->entry(version.withdrawn_index));
  sheet.withdrawal = EvidenceSheet::Withdrawal{parts.zone->format_local(entry.time),
                                               parts.text_in(entry.index, "text", "reason"), entry.index};
  sheet.created = entry.time;
  return {};
}

}  // namespace

Result<Bytes> evidence_sheet(const Organisation::Parts& parts, const Principal& caller, std::string_view item,
                             std::string_view version) {
  QUOTARY_TRY(of, item_for(parts, caller, Call::read_case, item));
  QUOTARY_TRY(wanted, version_of(of.item, version));
  if (!parts.seal) return *parts.seal_error;
  QUOTARY_TRY(entry, parts.ledger->entry(wanted.index));
  QUOTARY_TRY(inspection, inspection_in(parts, entry));
  EvidenceSheet sheet;
  sheet.issuer = parts.profile.name;
  sheet.case_id = of.found.id;
  sheet.item_id = of.item.id;
  sheet.kind = kind_of(of.item.kind);
  sheet.reported_by = actor_of(parts, entry);
  QUOTARY_TRY_VOID(put_words(parts, of, entry, sheet));
  put_facts(parts, wanted, inspection, sheet);
  if (inspection.kind == inspecting::Kind::photo) QUOTARY_TRY_VOID(put_picture(parts, entry, sheet));
  QUOTARY_TRY_VOID(put_contents(parts, of.item, wanted, inspection, sheet));
  QUOTARY_TRY_VOID(put_withdrawal(parts, wanted, sheet));
  const std::string number = std::to_string(wanted.version.number);
  sheet.verify_url = parts.profile.public_url + "/v1/evidence/" + of.item.id + "/versions/" + number + "/proof";
  QUOTARY_TRY(unsealed, pdfgen::evidence_sheet(parts.fonts, sheet));
  // The page is dated by its entry. The seal is not: its certificate may be newer than that.
  QUOTARY_TRY(sealed, parts.seal_statement(unsealed, "Evidence sheet " + of.item.id, parts.now()));
  QUOTARY_TRY_VOID(parts.note_read(caller, "evidence.sheet", case_subject(of.found.id)));
  auto hash = sha256(sealed).hex();
  return Bytes{std::move(sealed), "application/pdf", std::move(hash), of.item.id + "-v" + number + ".pdf"};
}

}  // namespace quotary::api
