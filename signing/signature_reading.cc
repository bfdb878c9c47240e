#include "signing/signature_reading.h"

#include "signing/document_check.h"
#include "signing/incremental_update.h"
#include "signing/signature_check.h"
#include "signing/signature_place.h"

#include <algorithm>

namespace quotary::signing {

namespace {

Error broken(const std::string& what) { return fail(Errc::invalid, "seal_invalid", what); }

// The one revision that brings the object; it must not be replaced or deleted later.
Result<std::size_t> revision_of(const PdfFile& file, std::uint32_t number) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < file.revisions().size(); ++i) {
    const PdfRevision& revision = file.revisions()[i];
    if (!revision.offsets.contains(number) && !revision.freed.contains(number)) continue;
    if (found) return broken("a later revision replaces the signature");
    found = i;
  }
  if (!found) return broken("the signature is missing");
  return *found;
}

bool named(const PdfValue& dictionary, std::string_view key, std::string_view value) {
  const PdfValue* member = dictionary.find(key);
  return member && member->is_name(value);
}

Result<void> read_cms(ReadSignature& out, std::string_view pdf, const SignaturePlace& place) {
  std::string content;
  content.reserve(pdf.size());
  content += pdf.substr(0, place.gap_begin);
  content += pdf.substr(place.gap_end);
  const auto kind = out.finding.kind;
  auto verified = kind == LevelFinding::Kind::ledger_proof ? verify_carrier_cms(place.der, content)
                                                           : verify_cms(place.der, content);
  // People sign with other programs too.
  if (!verified && kind == LevelFinding::Kind::approval) verified = verify_foreign_cms(place.der, content);
  QUOTARY_TRY(cms, std::move(verified));
  out.finding.signer = certificate_subject(cms.signer.get());
  out.finding.algorithm = cms.algorithm;
  out.certificates.push_back(certificate_der(cms.signer.get()));
  for (const CertificatePtr& each : cms.certificates) out.certificates.push_back(certificate_der(each.get()));
  out.token = std::move(cms.time_token);
  out.imprint = cms.signature_hash;
  return {};
}

void read_token(ReadSignature& out, std::string_view pdf, const SignaturePlace& place) {
  Sha256 digest;
  digest.update(pdf.substr(0, place.gap_begin));
  digest.update(pdf.substr(place.gap_end));
  out.token = place.der;
  out.imprint = digest.finish();
}

Result<void> read_signature(ReadSignature& out, const PdfFile& file, std::size_t& budget) {
  QUOTARY_TRY(revision, revision_of(file, out.finding.object));
  out.revision = revision;
  QUOTARY_TRY(object, file.object_at(revision, out.finding.object));
  if (object.stream || !object.value.is(PdfValue::Kind::dictionary)) return broken("the signature is no dictionary");
  const bool document_time = named(object.value, "Type", "DocTimeStamp");
  if (document_time) out.finding.kind = LevelFinding::Kind::document_time_stamp;
  const std::string_view pdf = file.bytes().substr(0, file.revisions()[revision].end);
  if (pdf.size() > budget)
    return fail(Errc::too_large, "file_too_large", "the document's signatures cover more than 256 MB together");
  budget -= pdf.size();
  const bool approval = out.finding.kind == LevelFinding::Kind::approval;
  QUOTARY_TRY(place, approval ? locate_any_signature(pdf, 0, object.value) : locate_signature(pdf, object));
  out.finding.covered = pdf.size();
  out.finding.key = signature_key(object.value.find("Contents")->text);
  const PdfValue* time = object.value.find("M");
  out.finding.claimed_time = time && time->is(PdfValue::Kind::string) ? read_pdf_date(time->text) : std::nullopt;
  const bool form =
      named(object.value, "Filter", "Adobe.PPKLite") && !object.value.find("Cert") &&
      (document_time ? named(object.value, "SubFilter", "ETSI.RFC3161")
                     : named(object.value, "Type", "Sig") && named(object.value, "SubFilter", "ETSI.CAdES.detached"));
  const bool before_pades = approval && named(object.value, "SubFilter", "adbe.pkcs7.detached");
  if (!form && !before_pades) return broken("the signature dictionary is not a PAdES one");
  if (document_time) {
    read_token(out, pdf, place);
    return {};
  }
  return read_cms(out, pdf, place);
}

}  // namespace

Result<std::vector<ReadSignature>> read_signatures(const PdfFile& file) {
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  const PdfValue* permissions = catalog.value.find("Perms");
  const auto certifying = permissions ? permissions->reference("DocMDP") : std::nullopt;
  std::vector<ReadSignature> out;
  std::size_t budget = signed_bytes_max;
  for (const FormField& field : fields) {
    if (!field.object.value.find("V")) continue;
    ReadSignature signature;
    LevelFinding& finding = signature.finding;
    finding.field = field.object.value.find("T")->text;
    const auto number = field.object.value.reference("V");
    if (!number) return not_our_profile("a signature within its field");
    const bool twice =
        std::any_of(out.begin(), out.end(), [&](const ReadSignature& each) { return each.finding.object == *number; });
    if (twice) return not_our_profile("two fields of one signature");
    finding.object = *number;
    finding.kind = certifying == *number                 ? LevelFinding::Kind::seal
                   : finding.field == ledger_proof_field ? LevelFinding::Kind::ledger_proof
                                                         : LevelFinding::Kind::approval;
    const auto read = read_signature(signature, file, budget);
    if (!read && read.error().kind == Errc::too_large) return read.error();
    if (!read) finding.fault = read.error();
    out.push_back(std::move(signature));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const ReadSignature& a, const ReadSignature& b) { return a.revision < b.revision; });
  return out;
}

}  // namespace quotary::signing
