#include "signing/document_validation.h"

#include "signing/document_check.h"
#include "signing/time_stamp.h"

#include <algorithm>

namespace quotary::signing {

namespace {

constexpr std::size_t sealed_revisions = 2;

// The longest front that is whole revisions and goes on from the sealed document.
std::optional<PdfFile> whole_revisions(std::string_view pdf, std::size_t sealed) {
  const auto goes_on = [sealed](const Result<PdfFile>& file) {
    return file && file->revisions().size() >= sealed_revisions &&
           file->revisions()[sealed_revisions - 1].end == sealed;
  };
  if (auto file = PdfFile::read(pdf); goes_on(file)) return std::move(*file);
  auto ends = revision_ends(pdf, pdf_revisions_max);
  for (auto end = ends.rbegin(); end != ends.rend() && *end >= sealed; ++end) {
    if (auto file = PdfFile::read(pdf.substr(0, *end)); goes_on(file)) return std::move(*file);
  }
  return std::nullopt;
}

// One line that may be printed.
std::string sentence(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  if (text.size() <= validation_text_bytes_max) return text;
  std::size_t end = validation_text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

class Validation {
 public:
  Validation(std::string_view pdf, const ValidationAnchors& anchors, Timestamp now)
      : pdf_(pdf), anchors_(anchors), now_(now) {}

  DocumentValidation judge() {
    const auto seal = check_sealed_front(pdf_, anchors_.signer_roots_pem);
    if (!seal) {
      refuse(seal.error().code, seal.error().detail);
      return std::move(out_);
    }
    add_seal(*seal);
    if (!seal->valid) {
      refuse("seal_invalid", seal->reason);
      return std::move(out_);
    }
    out_.sealed_bytes = out_.intact_bytes = seal->covered;
    file_ = whole_revisions(pdf_, seal->covered);
    if (file_) {
      list_revisions();
      follow();
    }
    const std::size_t whole = file_ ? file_->revisions().back().end : out_.sealed_bytes;
    if (out_.code.empty() && whole != pdf_.size())
      refuse("bytes_added", std::to_string(pdf_.size() - whole) + " bytes follow that are no whole revision");
    out_.intact = out_.code.empty();
    for (SignatureFinding& signature : out_.signatures)
      signature.later_changes_allowed = signature.sound && out_.intact;
    return std::move(out_);
  }

 private:
  void refuse(const std::string& code, const std::string& reason) {
    out_.code = code;
    out_.reason = sentence(reason);
  }

  // A time that has not come was not the time of signing, whatever the certificate is worth.
  bool has_come(Timestamp claimed) const { return claimed.unix_ms <= now_.unix_ms + clocks_differ_max_ms; }

  void add_seal(const SealFinding& seal) {
    SignatureFinding finding;
    finding.field = "Seal";
    finding.kind = SignatureKind::seal;
    finding.revision = sealed_revisions - 1;
    finding.signer = seal.signer;
    finding.certificate_sha256 = seal.certificate_sha256;
    finding.claimed_time = seal.claimed_time;
    finding.algorithm = seal.algorithm;
    finding.covered = seal.covered;
    finding.sound = seal.valid;
    const auto claimed = parse_rfc3339(seal.claimed_time);
    finding.trusted = seal.valid && seal.trusted && claimed && has_come(*claimed);
    if (!seal.valid) {
      finding.code = "seal_invalid";
      finding.reason = sentence(seal.reason);
    }
    out_.signatures.push_back(std::move(finding));
  }

  void list_revisions() {
    std::size_t begin = 0, named = 0;
    for (std::size_t i = 0; i < file_->revisions().size(); ++i) {
      const PdfRevision& revision = file_->revisions()[i];
      RevisionFinding finding;
      finding.begin = begin;
      finding.end = begin = revision.end;
      finding.allowed = i < sealed_revisions;
      finding.changed_objects = revision.offsets.size() + revision.freed.size();
      // The document itself is not a change of anything.
      if (i > 0) finding.changes = list_changes(*file_, i, validation_objects_named_max - named);
      named += finding.changes.size();
      out_.revisions.push_back(std::move(finding));
    }
  }

  void follow() {
    if (file_->revisions().size() == sealed_revisions) return;
    auto check = RevisionCheck::begin(*file_, sealed_revisions - 1);
    for (std::size_t i = sealed_revisions; i < file_->revisions().size(); ++i) {
      RevisionFinding& revision = out_.revisions[i];
      if (out_.code.empty()) {
        const auto judged = check ? judge_revision(*check, revision) : Result<void>(check.error());
        if (judged) {
          revision.allowed = true;
          out_.intact_bytes = revision.end;
          continue;
        }
        revision.code = judged.error().code;
        revision.reason = sentence(judged.error().detail);
        refuse(revision.code, "revision " + std::to_string(i) + ": " + judged.error().detail);
      } else {
        revision.code = "after_refused";
        revision.reason = "an earlier revision is not allowed";
      }
    }
  }

  Result<void> judge_revision(RevisionCheck& check, const RevisionFinding& revision) {
    QUOTARY_TRY(changes, check.next());
    if (!changes.signature) return {};
    const std::string_view front = pdf_.substr(0, revision.end);
    covered_ += front.size();
    if (covered_ > validation_covered_bytes_max)
      return fail(Errc::invalid, "after_limit", "the signatures cover more bytes than are looked at");
    SignatureFinding finding;
    finding.field = changes.signature->name;
    finding.revision = check.position() - 1;
    finding.covered = front.size();
    finding.foreign = changes.signature->foreign;
    auto checked = check_new_signature(front, revision.begin, *changes.signature,
                                       {anchors_.signer_roots_pem, anchors_.time_roots_pem});
    if (checked && checked->kind == SignatureKind::ledger_proof) checked = of_the_sealer(std::move(*checked));
    if (!checked) {
      finding.kind = SignatureKind::approval;
      finding.code = checked.error().code;
      finding.reason = sentence(checked.error().detail);
      out_.signatures.push_back(std::move(finding));
      return std::move(checked).error();
    }
    finding.kind = checked->kind;
    finding.signer = checked->signer;
    finding.names = checked->names;
    finding.certificate_sha256 = checked->certificate_sha256;
    finding.algorithm = checked->algorithm;
    finding.sound = true;
    finding.foreign = checked->foreign;
    finding.carried = std::move(checked->carried);
    if (checked->claimed) finding.claimed_time = format_rfc3339(*checked->claimed);
    finding.trusted = checked->trusted && checked->claimed && has_come(*checked->claimed);
    out_.signatures.push_back(std::move(finding));
    return {};
  }

  // As check_sealed_document(): a proof under a stranger's name would be shown as that of a signer.
  Result<CheckedSignature> of_the_sealer(CheckedSignature proof) const {
    const SignatureFinding& seal = out_.signatures.front();
    if (proof.certificate_sha256 == seal.certificate_sha256 || proof.signer == seal.signer) return proof;
    return fail(Errc::invalid, "ledger_proof_signer",
                "the proof was added by " + proof.signer + ", who did not seal the document");
  }

  const std::string_view pdf_;
  const ValidationAnchors& anchors_;
  const Timestamp now_;
  std::optional<PdfFile> file_;
  std::size_t covered_ = 0;
  DocumentValidation out_;
};

}  // namespace

std::optional<ProofAtEnd> proof_at_end(const DocumentValidation& validation) {
  if (!validation.intact || validation.revisions.empty()) return std::nullopt;
  const SignatureFinding& last = validation.signatures.back();
  if (last.kind != SignatureKind::ledger_proof || last.revision + 1 != validation.revisions.size()) return std::nullopt;
  const auto claimed = parse_rfc3339(last.claimed_time);
  if (!claimed) return std::nullopt;
  return ProofAtEnd{validation.revisions.back().begin, last.carried, *claimed};
}

Result<DocumentValidation> validate_document(std::string_view pdf, const ValidationAnchors& anchors, Timestamp now) {
  if (pdf.size() > pdf_bytes_max) return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  if (!anchors.signer_roots_pem.empty()) QUOTARY_TRY_VOID(check_trust_anchors(anchors.signer_roots_pem));
  if (!anchors.time_roots_pem.empty()) QUOTARY_TRY_VOID(check_time_roots(anchors.time_roots_pem));
  return Validation(pdf, anchors, now).judge();
}

}  // namespace quotary::signing
