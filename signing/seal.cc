#include "signing/seal.h"

#include "signing/approval_signature.h"
#include "signing/carried_proof.h"
#include "signing/cms.h"
#include "signing/document_check.h"
#include "signing/incremental_update.h"
#include "signing/new_seal_check.h"
#include "signing/seal_key.h"

#include <algorithm>
#include <atomic>

namespace quotary::signing {

namespace {

// A document is not kept waiting for a time: whatever fails here leaves the CMS without one.
Result<void> add_time(SignedCms& cms, const CmsForm& form, const Hash& digest, const TimeTokenSource& source) {
  if (!source) return fail(Errc::unavailable, "no_time_source", "no time-stamping authority was asked");
  QUOTARY_TRY(token, source(sha256(cms.signature)));
  SignedCms timed = cms;
  QUOTARY_TRY_VOID(add_time_token(timed, form, digest, token));
  if (timed.der.size() > contents_bytes)
    return fail(Errc::too_large, "time_token_too_large",
                "the signature with its time-stamp has " + std::to_string(timed.der.size()) + " bytes; " +
                    std::to_string(contents_bytes) + " are reserved");
  cms = std::move(timed);
  return {};
}

// Its key is in `key`, or behind `signer`.
class LoadedSeal final : public Seal {
 public:
  LoadedSeal(SealKey key, std::shared_ptr<const DocumentSigner> signer, CmsForm form)
      : key_(std::move(key)),
        signer_(std::move(signer)),
        form_(std::move(form)),
        not_after_(not_after_of(key_.leaf.get())) {
    for (const CertificatePtr& each : key_.chain) not_after_ = std::min(not_after_, not_after_of(each.get()));
  }

  Result<std::string> seal(std::string_view pdf, const SealRequest& request) const override {
    QUOTARY_TRY(sealed, seal_with_time(pdf, request, {}));
    return std::move(sealed.pdf);
  }

  Result<TimedSeal> seal_with_time(std::string_view pdf, const SealRequest& request,
                                   const TimeTokenSource& source) const override {
    if (not_after_ < request.must_outlive) {
      return fail(Errc::invalid, "seal_certificate_too_short",
                  "the seal's certificate, or one that issued it, ends at " + format_rfc3339(not_after_) + ", before " +
                      format_rfc3339(request.must_outlive) + ": renew it, or shorten the quote's validity");
    }
    if (request.signing_time < not_before_of(key_.leaf.get())) {
      return fail(Errc::unavailable, "seal_certificate_not_yet_valid",
                  "the seal's certificate is valid only from " + format_rfc3339(not_before_of(key_.leaf.get())) +
                      ", not at " + format_rfc3339(request.signing_time));
    }
    if (not_after_ < request.signing_time) {
      return fail(Errc::unavailable, "seal_certificate_expired",
                  "the seal's certificate, or one that issued it, ended at " + format_rfc3339(not_after_) +
                      ", before " + format_rfc3339(request.signing_time));
    }
    QUOTARY_TRY(prepared, prepare_signature(pdf, {request.signing_time, request.field, request.reason, request.location,
                                                  request.name}));
    QUOTARY_TRY(cms, sign(prepared.digest));
    TimedSeal out;
    const auto timed = add_time(cms, form_, prepared.digest, source);
    if (!timed) out.untimed = timed.error();
    QUOTARY_TRY_VOID(put_signature(prepared, cms.der));
    // What leaves here was read back and verified: a wrong seal could never be taken back.
    const auto checked = check_new_seal(prepared.pdf, cms, form_, request.signing_time);
    if (!checked)
      return fail(Errc::internal, "seal_failed", "the new seal was not accepted: " + checked.error().detail);
    // The first of a key is also checked as a stranger would who knows neither key nor certificates.
    if (!accepted_.load(std::memory_order_relaxed)) {
      const auto finding = check_seal(prepared.pdf, {});
      if (!finding)
        return fail(Errc::internal, "seal_failed", "the new seal was not accepted: " + finding.error().detail);
      if (!finding->valid)
        return fail(Errc::internal, "seal_failed", "the new seal was not accepted: " + finding->reason);
      accepted_.store(true, std::memory_order_relaxed);
    }
    out.pdf = std::move(prepared.pdf);
    return out;
  }

  Result<std::string> embed_proof(std::string_view sealed, std::string_view proof, Timestamp time) const override {
    if (proof.empty() || proof.size() > carried_proof_bytes_max) {
      return fail(Errc::too_large, "proof_too_large",
                  "a proof to carry has 1 to " + std::to_string(carried_proof_bytes_max) + " bytes, this one " +
                      std::to_string(proof.size()));
    }
    if (!signs_repeatably())
      return fail(Errc::unavailable, "seal_key_elsewhere",
                  "a document with its proof in it is the same bytes each time, which a key in a token does not give: "
                  "take document and proof as two files");
    QUOTARY_TRY(prepared, prepare_ledger_proof(sealed, time));
    QUOTARY_TRY(cms, sign_carrier_cms(prepared.digest, key_.leaf.get(), key_.key.get(), key_.chain, proof));
    QUOTARY_TRY_VOID(put_signature(prepared, cms.der));
    QUOTARY_TRY(read, check_sealed_document(prepared.pdf, {}));
    if (!read.seal.valid)
      return fail(Errc::invalid, "seal_invalid",
                  "the document to add a proof to is not sealed as a whole: " + read.seal.reason);
    if (read.added && read.added->code == "ledger_proof_signer") {
      return fail(Errc::unavailable, "seal_changed",
                  "the document was sealed by " + read.seal.signer +
                      ", and the seal in use is another's: take document and proof as two files");
    }
    const bool whole = !read.added && read.sealed == sealed.size() && read.proof && read.proof->text == proof;
    if (!whole)
      return fail(Errc::internal, "seal_failed",
                  "the added proof was not accepted: " +
                      (read.added ? read.added->detail : std::string("it reads differently")));
    return std::move(prepared.pdf);
  }

  Timestamp not_after() const override { return not_after_; }
  std::string subject() const override { return certificate_subject(key_.leaf.get()); }
  std::string certificate_pem() const override {
    std::string out = certificate_to_pem(key_.leaf.get());
    for (const CertificatePtr& certificate : key_.chain) out += certificate_to_pem(certificate.get());
    return out;
  }
  Hash certificate_sha256() const override { return sha256(certificate_der(key_.leaf.get())); }

 private:
  Result<SignedCms> sign(const Hash& digest) const {
    if (!signer_) return sign_cms(form_, key_.key.get(), digest);
    SignedCms out;
    QUOTARY_TRY(value, signer_->sign(form_.attributes(digest)));
    out.der = form_.write(digest, value);
    out.signature = std::move(value);
    return out;
  }
  // RSA's PKCS #1 v1.5 does by itself, an elliptic curve's nonce takes the key.
  bool signs_repeatably() const {
    if (signer_) return false;
    return !key_.held_by || EVP_PKEY_get_base_id(key_.key.get()) == EVP_PKEY_RSA;
  }

  SealKey key_;
  std::shared_ptr<const DocumentSigner> signer_;
  CmsForm form_;
  Timestamp not_after_;
  mutable std::atomic<bool> accepted_ = false;
};

}  // namespace

namespace {

Result<std::shared_ptr<const Seal>> seal_of(SealKey key, std::shared_ptr<const DocumentSigner> signer) {
  auto form = CmsForm::make(key.leaf.get(), key.chain);
  if (!form)
    return fail(Errc::unavailable, "seal_key_unsuitable",
                "the seal's certificate gives no signature: " + form.error().detail);
  return std::shared_ptr<const Seal>(std::make_shared<LoadedSeal>(std::move(key), std::move(signer), std::move(*form)));
}

}  // namespace

Result<std::shared_ptr<const Seal>> Seal::load(FileSystem& files, const SealKeyFiles& paths, Timestamp now) {
  QUOTARY_TRY(key, load_seal_key(files, paths, now));
  return seal_of(std::move(key), nullptr);
}

Result<std::shared_ptr<const Seal>> Seal::by(std::shared_ptr<const DocumentSigner> signer, Timestamp now) {
  QUOTARY_CHECK(signer);
  auto certificates = certificates_from_pem(signer->certificate_pem());
  if (!certificates)
    return fail(Errc::unavailable, "seal_key_unreadable", "the signer's certificate: " + certificates.error().detail);
  SealKey key;
  key.leaf = std::move(certificates->front());
  for (std::size_t i = 1; i < certificates->size(); ++i) key.chain.push_back(std::move((*certificates)[i]));
  QUOTARY_TRY_VOID(check_signing_certificate(key.leaf.get(), key.chain, "the signer's chain", now));
  return seal_of(std::move(key), std::move(signer));
}

}  // namespace quotary::signing
