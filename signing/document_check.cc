#include "signing/document_check.h"

#include "ledger/base/bytes.h"
#include "signing/cms.h"
#include "signing/incremental_update.h"
#include "signing/new_seal_check.h"
#include "signing/pdf_parser.h"
#include "signing/pdf_reader.h"
#include "signing/signature_place.h"

#include <algorithm>

namespace quotary::signing {

namespace {

constexpr std::string_view eof_mark = "%%EOF";
constexpr std::size_t claim_bytes_max = 128;
// All beginnings of a file that are read in search of the sealed one, together: a stranger's file must not make us read
// it 64 times over.
constexpr std::size_t fronts_bytes_max = 4 * pdf_bytes_max;
// The sealed front ends at its second mark, unless marks stand in its texts.
constexpr std::size_t fronts_max = 8;

Error broken(const std::string& what) { return fail(Errc::invalid, "seal_invalid", what); }

bool is_document_permission(const PdfValue& reference) {
  const PdfValue* method = reference.find("TransformMethod");
  const PdfValue* parameters = reference.find("TransformParams");
  const PdfValue* permission = parameters ? parameters->find("P") : nullptr;
  return method && method->is_name("DocMDP") && permission && permission->is(PdfValue::Kind::integer) &&
         permission->number == 2;
}

Result<void> check_dictionary(const PdfValue& signature) {
  const auto named = [&](std::string_view key, std::string_view value) {
    const PdfValue* member = signature.find(key);
    return member && member->is_name(value);
  };
  if (!named("Type", "Sig") || !named("Filter", "Adobe.PPKLite") || !named("SubFilter", "ETSI.CAdES.detached")) {
    return broken("the signature dictionary is not a PAdES one");
  }
  if (signature.find("Cert")) return broken("the signature dictionary names a certificate beside its CMS");
  const PdfValue* references = signature.find("Reference");
  if (!references || !references->is(PdfValue::Kind::array) || references->items.size() != 1 ||
      !is_document_permission(references->items[0])) {
    return broken("the signature does not certify the document with DocMDP P 2");
  }
  return {};
}

// The fields of the sealed revision: one signed, by the signature that Perms names, and nothing else touched.
Result<std::uint32_t> certified_signature(const PdfFile& file) {
  const std::uint32_t root = *file.trailer().reference("Root");
  QUOTARY_TRY(catalog, file.object(root));
  const PdfValue* permissions = catalog.value.find("Perms");
  const auto signature = permissions ? permissions->reference("DocMDP") : std::nullopt;
  if (!signature || permissions->members.size() != 1) return not_our_profile("no certifying signature in Perms");
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  std::uint32_t sealed_field = 0;
  for (const FormField& field : fields) {
    if (!field.object.value.find("V")) continue;
    if (sealed_field != 0 || field.object.value.reference("V") != *signature)
      return broken("a second signature in the sealed revision");
    sealed_field = field.number;
  }
  if (sealed_field == 0) return broken("no field holds the certifying signature");

  if (file.revisions().size() != 2) return broken("the seal is not the first revision after the document");
  const PdfRevision& added = file.revisions().back();
  if (!added.freed.empty()) return broken("the seal's revision deletes objects");
  if (file.revisions().front().trailer.reference("Root") != root)
    return broken("the seal's revision names another catalog");
  for (const auto& [number, offset] : added.offsets) {
    const bool own = number == root || number == *signature || number == sealed_field ||
                     number == catalog.value.reference("AcroForm");
    if (!own) return broken("the seal's revision changes object " + std::to_string(number));
  }
  if (!added.offsets.contains(*signature) || file.revisions().front().offsets.contains(*signature))
    return broken("the signature is not the sealed revision's own");
  return *signature;
}

// Judges `pdf`, which ends with the sealed revision.
Result<SealFinding> judge(const PdfFile& file, std::string_view trust_anchors_pem) {
  const std::string_view pdf = file.bytes();
  QUOTARY_TRY(certified, certified_signature(file));
  QUOTARY_TRY(object, file.object(certified));
  if (object.stream || !object.value.is(PdfValue::Kind::dictionary)) return broken("the signature is no dictionary");
  QUOTARY_TRY_VOID(check_dictionary(object.value));
  QUOTARY_TRY(place, locate_signature(pdf, object));

  std::string content;
  content.reserve(pdf.size());
  content += pdf.substr(0, place.gap_begin);
  content += pdf.substr(place.gap_end);
  QUOTARY_TRY(cms, verify_cms(place.der, content));

  SealFinding finding;
  finding.signer = certificate_subject(cms.signer.get());
  finding.certificate_sha256 = sha256(certificate_der(cms.signer.get())).hex();
  finding.algorithm = cms.algorithm;
  finding.covered = pdf.size();
  const PdfValue* time = object.value.find("M");
  const auto claimed = time && time->is(PdfValue::Kind::string) ? parse_pdf_date(time->text) : std::nullopt;
  if (!claimed) {
    finding.reason = "the signature has no readable claimed time";
    return finding;
  }
  finding.claimed_time = format_rfc3339(*claimed);
  finding.trusted = certificate_trusted(cms, trust_anchors_pem, *claimed);
  if (*claimed < not_before_of(cms.signer.get()) || not_after_of(cms.signer.get()) < *claimed) {
    finding.reason = "the certificate was not valid at the claimed time";
    return finding;
  }
  finding.valid = true;
  return finding;
}

std::optional<std::string> claim(std::string_view pdf, std::string_view key) {
  for (std::size_t at = pdf.find(key); at != pdf.npos; at = pdf.find(key, at + 1)) {
    // Parsed within a few bytes only: a hostile string without its end must not cost a pass over the file for each key.
    const std::string_view near = pdf.substr(at + key.size(), claim_bytes_max);
    PdfParser parser(near, 0);
    parser.skip_space();
    if (parser.position() >= near.size() || (near[parser.position()] != '(' && near[parser.position()] != '<'))
      continue;
    const auto value = parser.value();
    if (!value || !value->is(PdfValue::Kind::string) || value->text.empty()) continue;
    const bool ascii =
        std::all_of(value->text.begin(), value->text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (ascii) return value->text;
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_new_seal(std::string_view pdf, const SignedCms& cms, const CmsForm& form, Timestamp time) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(certified, certified_signature(file));
  QUOTARY_TRY(object, file.object(certified));
  if (object.stream || !object.value.is(PdfValue::Kind::dictionary)) return broken("the signature is no dictionary");
  QUOTARY_TRY_VOID(check_dictionary(object.value));
  QUOTARY_TRY(place, locate_signature(pdf, object));
  if (place.der != cms.der) return broken("Contents is not the CMS that was made");
  Sha256 content;
  content.update(pdf.substr(0, place.gap_begin));
  content.update(pdf.substr(place.gap_end));
  QUOTARY_TRY_VOID(confirm_cms(cms, form, content.finish()));
  const PdfValue* claimed = object.value.find("M");
  if (!claimed || !claimed->is(PdfValue::Kind::string) || claimed->text != pdf_date(time))
    return broken("the signature's claimed time is not the one asked for");
  if (time < not_before_of(form.leaf()) || not_after_of(form.leaf()) < time)
    return broken("the certificate was not valid at the claimed time");
  return {};
}

std::vector<std::size_t> revision_ends(std::string_view pdf, std::size_t count_max) {
  std::vector<std::size_t> ends;
  for (std::size_t at = pdf.find(eof_mark); at != pdf.npos && ends.size() < count_max; at = pdf.find(eof_mark, at)) {
    at += eof_mark.size();
    if (at < pdf.size() && pdf[at] == '\r') ++at;
    if (at < pdf.size() && pdf[at] == '\n') ++at;
    ends.push_back(at);
  }
  return ends;
}

std::vector<Prefix> prefix_hashes(std::string_view pdf, std::size_t count_max) {
  std::vector<Prefix> out;
  Sha256 running;
  std::size_t done = 0;
  for (const std::size_t end : revision_ends(pdf, count_max)) {
    running.update(pdf.substr(done, end - done));
    done = end;
    out.push_back({end, running.peek()});
  }
  return out;
}

std::optional<ClaimedIdentity> claimed_identity(std::string_view pdf) {
  auto number = claim(pdf, "/QuotaryNumber");
  if (!number) return std::nullopt;
  // A void certificate has a number and no code.
  return ClaimedIdentity{std::move(*number), claim(pdf, "/QuotaryCode").value_or(std::string())};
}

Result<void> check_trust_anchors(std::string_view trust_anchors_pem) {
  QUOTARY_TRY(anchors, certificates_from_pem(trust_anchors_pem));
  return {};
}

Result<SealFinding> check_seal(std::string_view pdf, std::string_view trust_anchors_pem) {
  QUOTARY_TRY(finding, check_sealed_front(pdf, trust_anchors_pem));
  if (finding.valid && finding.covered != pdf.size()) {
    finding.valid = false;
    finding.reason = std::to_string(pdf.size() - finding.covered) + " bytes were added after the sealed revision";
  }
  return finding;
}

Result<SealFinding> check_sealed_front(std::string_view pdf, std::string_view trust_anchors_pem) {
  if (pdf.size() > pdf_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  Error why = not_our_profile("no %%EOF");
  std::size_t read = 0;
  // The shortest prefix that is a certified file is what was sealed; whatever follows it came later.
  for (const std::size_t end : revision_ends(pdf, fronts_max)) {
    if ((read += end) > fronts_bytes_max) return not_our_profile("too many beginnings for its size");
    auto file = PdfFile::read(pdf.substr(0, end));
    auto finding = file ? judge(*file, trust_anchors_pem) : Result<SealFinding>(file.error());
    if (finding) return finding;
    // The clearest reason is kept: that of a certified file over that of a prefix which is none.
    if (why.code == "not_our_profile") why = finding.error();
  }
  if (why.code == "seal_invalid") {
    SealFinding finding;
    finding.reason = why.detail;
    return finding;
  }
  return why;
}

}  // namespace quotary::signing
