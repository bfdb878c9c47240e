#include "signing/approval_signature.h"

#include "signing/cms.h"
#include "signing/document_validation.h"
#include "signing/incremental_update.h"
#include "signing/seal_key.h"

namespace quotary::signing {

namespace {

class KeySigner final : public DocumentSigner {
 public:
  explicit KeySigner(SealKey key) : key_(std::move(key)) {}

  std::string certificate_pem() const override {
    std::string out = certificate_to_pem(key_.leaf.get());
    for (const CertificatePtr& certificate : key_.chain) out += certificate_to_pem(certificate.get());
    return out;
  }
  Result<std::string> sign(std::string_view to_be_signed) const override {
    return sign_attributes(key_.key.get(), to_be_signed);
  }

 private:
  SealKey key_;
};

Result<void> check_texts(const ApprovalRequest& request) {
  for (const std::string* text : {&request.name, &request.reason, &request.location, &request.contact}) {
    if (text->size() > approval_text_bytes_max)
      return fail(Errc::invalid, "text_too_long",
                  "name, reason, location and contact of a signature have at most " +
                      std::to_string(approval_text_bytes_max) + " bytes each");
  }
  return {};
}

std::string members_of(const ApprovalRequest& request) {
  std::string out = "/M (" + pdf_date(request.time) + ")\n";
  if (!request.name.empty()) out += "/Name " + pdf_text_string(request.name) + "\n";
  if (!request.reason.empty()) out += "/Reason " + pdf_text_string(request.reason) + "\n";
  if (!request.location.empty()) out += "/Location " + pdf_text_string(request.location) + "\n";
  if (!request.contact.empty()) out += "/ContactInfo " + pdf_text_string(request.contact) + "\n";
  return out;
}

// The document as it may be signed: sealed, and nothing in it that is not allowed.
Result<void> check_base(std::string_view pdf, Timestamp now) {
  QUOTARY_TRY(base, validate_document(pdf, {}, now));
  if (base.sealed_bytes == 0)
    return fail(Errc::invalid, "base_not_sealed", "only a sealed document can be signed: " + base.reason);
  if (!base.intact)
    return fail(Errc::invalid, "base_not_intact", "the document was changed after it was sealed: " + base.reason);
  return {};
}

Result<PdfObject> unsigned_field(const PdfFile& file, const std::string& name) {
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  QUOTARY_TRY(fields, form_fields(file, catalog.value));
  for (FormField& field : fields) {
    if (field.object.value.find("T")->text != name) continue;
    if (field.object.value.find("V"))
      return fail(Errc::conflict, "field_signed", "the field " + name + " is signed already");
    return std::move(field.object);
  }
  return fail(Errc::not_found, "field_missing", "the document has no signature field " + name);
}

Result<std::string> appearance_of(const ApprovalRequest& request, const PdfObject& field) {
  const auto box = box_size(field.value.find("Rect"));
  if (!box) return not_our_profile("a field without a rectangle");
  if (box->empty()) {
    if (request.appearance)
      return fail(Errc::invalid, "appearance_unexpected", "the field " + request.field + " has no area to draw in");
    return std::string();
  }
  if (!request.appearance)
    return fail(Errc::invalid, "appearance_missing", "the field " + request.field + " is seen: draw something in it");
  return write_appearance(*request.appearance, *box);
}

// Signs through the seam; what comes back is held against the certificate before it goes anywhere.
Result<void> put_cms(PreparedSignature& prepared, const CmsForm& form, const DocumentSigner& signer) {
  QUOTARY_TRY(value, signer.sign(form.attributes(prepared.digest)));
  SignedCms cms;
  cms.der = form.write(prepared.digest, value);
  cms.signature = std::move(value);
  const auto confirmed = confirm_cms(cms, form, prepared.digest);
  if (!confirmed)
    return fail(Errc::internal, "signing_failed",
                "what the signer gave is no signature under its certificate: " + confirmed.error().detail);
  return put_signature(prepared, cms.der);
}

Result<void> check_result(std::string_view signed_pdf, std::string_view base, const ApprovalRequest& request) {
  const auto bad = [](const std::string& what) {
    return fail(Errc::internal, "signing_failed", "the new signature was not accepted: " + what);
  };
  QUOTARY_TRY(read, validate_document(signed_pdf, {}, request.time));
  if (!read.intact) return bad(read.reason);
  const SignatureFinding& last = read.signatures.back();
  if (!signed_pdf.starts_with(base) || last.field != request.field || last.kind != SignatureKind::approval ||
      !last.sound || last.foreign || last.covered != signed_pdf.size())
    return bad("it reads differently");
  return {};
}

}  // namespace

Result<std::shared_ptr<const DocumentSigner>> load_document_signer(FileSystem& files, const SealKeyFiles& paths,
                                                                   Timestamp now) {
  QUOTARY_TRY(key, load_seal_key(files, paths, now));
  return document_signer(std::move(key));
}

std::shared_ptr<const DocumentSigner> document_signer(SealKey key) {
  return std::make_shared<KeySigner>(std::move(key));
}

Result<std::string> sign_approval(std::string_view pdf, const ApprovalRequest& request, const DocumentSigner& signer) {
  if (sha256(pdf) != request.base)
    return fail(Errc::conflict, "base_changed",
                "the document has changed since " + request.base.hex() + " was shown: show it again");
  QUOTARY_TRY_VOID(check_texts(request));
  QUOTARY_TRY_VOID(check_base(pdf, request.time));
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(field, unsigned_field(file, request.field));
  QUOTARY_TRY(appearance, appearance_of(request, field));
  QUOTARY_TRY(certificates, certificates_from_pem(signer.certificate_pem()));
  X509* const leaf = certificates.front().get();
  if (request.time < not_before_of(leaf) || not_after_of(leaf) < request.time)
    return fail(Errc::unavailable, "signer_certificate_expired",
                "the signer's certificate is not valid at " + format_rfc3339(request.time));
  const auto form = CmsForm::make(leaf, issuing_chain(leaf, certificates));
  if (!form)
    return fail(Errc::unavailable, "signer_unsuitable",
                "the signer's certificate gives no signature: " + form.error().detail);
  QUOTARY_TRY(prepared, prepare_field_signature(file, {field.number, members_of(request), std::move(appearance)}));
  QUOTARY_TRY_VOID(put_cms(prepared, *form, signer));
  QUOTARY_TRY_VOID(check_result(prepared.pdf, pdf, request));
  return std::move(prepared.pdf);
}

}  // namespace quotary::signing
