#include "signing/signature_check.h"

#include "signing/carried_proof.h"
#include "signing/incremental_update.h"
#include "signing/time_stamp.h"

#include <algorithm>

namespace quotary::signing {

namespace {

Error refuse(const char* code, const std::string& what) { return fail(Errc::invalid, code, what); }

bool named(const PdfValue& dictionary, std::string_view key, std::string_view value) {
  const PdfValue* member = dictionary.find(key);
  return member && member->is_name(value);
}

// What our own signatures have, and what other programs add.
constexpr std::string_view own_members[] = {"Type", "Filter", "SubFilter", "ByteRange", "Contents",
                                            "M",    "Name",   "Reason",    "Location",  "ContactInfo"};
constexpr std::string_view foreign_members[] = {"Prop_Build", "Prop_AuthTime", "Prop_AuthType", "R", "V"};

bool holds_reference(const PdfValue& value) {
  return value.is(PdfValue::Kind::reference) || std::any_of(value.items.begin(), value.items.end(), holds_reference) ||
         std::any_of(value.members.begin(), value.members.end(),
                     [](const PdfMember& member) { return holds_reference(member.value); });
}

// Answers whether it has members that ours do not have.
Result<bool> check_members(const PdfValue& dictionary) {
  if (dictionary.find("Reference") || dictionary.find("Changes"))
    return refuse("second_certification", "the signature certifies the document anew, or locks fields");
  if (holds_reference(dictionary))
    return refuse("signature_malformed", "the signature dictionary refers to other objects");
  bool foreign = false;
  for (const PdfMember& member : dictionary.members) {
    const auto in = [&](const auto& names) {
      return std::find(std::begin(names), std::end(names), member.key) != std::end(names);
    };
    if (in(own_members)) continue;
    if (!in(foreign_members))
      return refuse("signature_malformed", "the signature dictionary has a member that no signature has here");
    foreign = true;
  }
  if (!named(dictionary, "Filter", "Adobe.PPKLite"))
    return refuse("signature_malformed", "the signature dictionary names another handler than Adobe.PPKLite");
  return foreign;
}

std::string content_of(std::string_view pdf, const SignaturePlace& cover) {
  std::string content;
  content.reserve(pdf.size());
  content += pdf.substr(0, cover.gap_begin);
  content += pdf.substr(cover.gap_end);
  return content;
}

Result<CheckedSignature> with_signer(CheckedSignature out, const CmsFinding& cms) {
  out.signer = certificate_subject(cms.signer.get());
  out.names = subject_names(cms.signer.get());
  out.certificate_sha256 = sha256(certificate_der(cms.signer.get())).hex();
  out.algorithm = cms.algorithm;
  return out;
}

Result<CheckedSignature> check_approval(std::string_view pdf, const SignaturePlace& cover,
                                        const NewSignature& signature, bool foreign, const SignatureRoots& roots) {
  if (!named(signature.value, "Type", "Sig") && signature.value.find("Type"))
    return refuse("signature_malformed", "the signature dictionary is of another type");
  // The one of PDF before PAdES (ISO 32000-1, 12.8.3.3) is what most programs write unless told otherwise.
  const bool before_pades = named(signature.value, "SubFilter", "adbe.pkcs7.detached");
  if (!before_pades && !named(signature.value, "SubFilter", "ETSI.CAdES.detached"))
    return refuse("signature_malformed",
                  "the signature is of no kind that is taken: its SubFilter is neither ETSI.CAdES.detached nor "
                  "adbe.pkcs7.detached");
  CheckedSignature out;
  const std::string content = content_of(pdf, cover);
  out.foreign = foreign || before_pades || signature.foreign || !is_in_lower_case(pdf, cover) ||
                cover.gap_end - cover.gap_begin != 2 * contents_bytes + 2;
  // A signature does not cover all of its own CMS. One that is ours in all else must be ours in that too.
  const auto cms = out.foreign ? verify_foreign_cms(cover.der, content) : verify_cms(cover.der, content);
  if (!cms) return refuse("signature_invalid", "the signature does not hold: " + cms.error().detail);
  const PdfValue* date = signature.value.find("M");
  out.claimed = date && date->is(PdfValue::Kind::string) ? read_pdf_date(date->text) : std::nullopt;
  if (!out.claimed) return refuse("signature_time", "the signature names no time that can be read");
  if (*out.claimed < not_before_of(cms->signer.get()) || not_after_of(cms->signer.get()) < *out.claimed)
    return refuse("signature_time", "the certificate was not valid at the time that the signature claims");
  out.trusted = !roots.signer_roots_pem.empty() && certificate_trusted(*cms, roots.signer_roots_pem, *out.claimed);
  return with_signer(std::move(out), *cms);
}

Result<CheckedSignature> check_time_stamp(std::string_view pdf, const SignaturePlace& cover, const PdfValue& dictionary,
                                          const SignatureRoots& roots) {
  if (!named(dictionary, "Type", "DocTimeStamp") || dictionary.find("M"))
    return refuse("signature_malformed", "the time-stamp's dictionary is not as the standard says");
  if (cover.der.size() > time_reply_bytes_max) return refuse("signature_malformed", "the time-stamp is too large");
  Sha256 running;
  running.update(pdf.substr(0, cover.gap_begin));
  running.update(pdf.substr(cover.gap_end));
  const Hash imprint = running.finish();
  const auto token = check_time_token_signature(cover.der, imprint);
  if (!token) return refuse("signature_invalid", "the time-stamp does not hold: " + token.error().detail);
  CheckedSignature out;
  out.kind = SignatureKind::document_timestamp;
  out.signer = token->authority;
  out.certificate_sha256 = token->certificate_sha256;
  out.algorithm = "RFC 3161 with SHA-256";
  out.claimed = token->time;
  out.trusted = !roots.time_roots_pem.empty() && check_time_token(cover.der, imprint, roots.time_roots_pem).has_value();
  return out;
}

// The update follows from the bytes before it to the last byte, so it is written again and compared (FORMAT.md).
Result<CheckedSignature> check_ledger_proof(std::string_view pdf, std::size_t begin, const SignaturePlace& cover,
                                            const PdfValue& dictionary, const SignatureRoots& roots) {
  const PdfValue* date = dictionary.find("M");
  const auto time = date && date->is(PdfValue::Kind::string) ? parse_pdf_date(date->text) : std::nullopt;
  if (!time) return refuse("signature_time", "the signature of the field LedgerProof names no time of our form");
  if (cover.der.size() > contents_bytes)
    return refuse("signature_malformed", "the signature with the proof is larger than what is reserved");
  auto ours = prepare_ledger_proof(pdf.substr(0, begin), *time);
  if (!ours) return refuse("signature_malformed", "the proof cannot be compared: " + ours.error().detail);
  QUOTARY_TRY_VOID(put_signature(*ours, cover.der));
  if (ours->pdf != pdf)
    return refuse("signature_malformed", "the revision with the ledger's proof is not as Quotary writes it");
  auto cms = verify_carrier_cms(cover.der, content_of(pdf, cover));
  if (!cms) return refuse("signature_invalid", "the signature that carries the proof: " + cms.error().detail);
  if (cms->carried.size() > carried_proof_bytes_max)
    return refuse("signature_malformed", "the ledger's proof is larger than what is read");
  CheckedSignature out;
  out.kind = SignatureKind::ledger_proof;
  out.claimed = time;
  out.carried = cms->carried;
  out.trusted = !roots.signer_roots_pem.empty() && certificate_trusted(*cms, roots.signer_roots_pem, *time);
  return with_signer(std::move(out), *cms);
}

}  // namespace

std::string_view name_of(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::seal: return "seal";
    case SignatureKind::approval: return "approval";
    case SignatureKind::document_timestamp: return "document_timestamp";
    case SignatureKind::ledger_proof: return "ledger_proof";
  }
  return {};
}

std::optional<Timestamp> read_pdf_date(std::string_view text) {
  constexpr std::size_t plain = 16;  // D:YYYYMMDDHHMMSS
  if (text.size() < plain + 1 || !text.starts_with("D:")) return std::nullopt;
  const auto utc = parse_pdf_date(std::string(text.substr(0, plain)) + "Z");
  std::string_view zone = text.substr(plain);
  if (!utc || zone == "Z" || zone == "Z00'00'" || zone == "Z00'00") return utc;
  if (zone.ends_with('\'')) zone.remove_suffix(1);
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != '\'') return std::nullopt;
  const auto hours = parse_u64(zone[1] == '0' ? zone.substr(2, 1) : zone.substr(1, 2)),
             minutes = parse_u64(zone[4] == '0' ? zone.substr(5, 1) : zone.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto offset_ms = static_cast<std::int64_t>(*hours * 60 + *minutes) * 60'000;
  return Timestamp{utc->unix_ms + (zone[0] == '-' ? offset_ms : -offset_ms)};
}

Result<CheckedSignature> check_new_signature(std::string_view pdf, std::size_t begin, const NewSignature& signature,
                                             const SignatureRoots& roots) {
  const bool time_stamp = named(signature.value, "SubFilter", "ETSI.RFC3161");
  QUOTARY_TRY(foreign, check_members(signature.value));
  QUOTARY_TRY(cover, locate_any_signature(pdf, begin, signature.value));
  if (signature.reserved) return check_approval(pdf, cover, signature, foreign, roots);
  if (signature.name == ledger_proof_field) return check_ledger_proof(pdf, begin, cover, signature.value, roots);
  if (time_stamp) return check_time_stamp(pdf, cover, signature.value, roots);
  return refuse("signature_kind",
                "the revision adds an invisible signature that is neither a time-stamp nor the "
                "ledger's proof");
}

}  // namespace quotary::signing
