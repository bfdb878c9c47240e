#include "signing/seal_level.h"

#include "signing/document_check.h"
#include "signing/material_pool.h"
#include "signing/signature_reading.h"
#include "signing/time_stamp.h"

#include <algorithm>

namespace quotary::signing {

namespace {

// RFC 3161 section 4: after a revocation for one of these, tokens from before it stay good.
bool harmless(std::string_view reason) {
  return reason == "affiliationChanged" || reason == "superseded" || reason == "cessationOfOperation";
}

MaterialEnd end_of(const std::vector<CertificateFinding>& certificates, const AlgorithmEnds& algorithms) {
  MaterialEnd out{algorithms.bits_128, "elliptic curves and RSA, by the plan for algorithms"};
  for (const CertificateFinding& each : certificates) {
    if (each.not_after < out.time) out = {each.not_after, "the certificate of " + each.subject};
    if (each.security_bits < 128 && algorithms.bits_112 < out.time)
      out = {algorithms.bits_112, "the key " + each.key + " of " + each.subject};
  }
  return out;
}

class Levels {
 public:
  Levels(const PdfFile& file, const LevelQuestion& question, const ValidationMaterial& fetched)
      : file_(file), question_(question), fetched_(fetched) {}

  Result<DocumentLevels> judge() {
    if (!question_.trust_anchors_pem.empty()) QUOTARY_TRY_VOID(check_trust_anchors(question_.trust_anchors_pem));
    if (!question_.time_roots_pem.empty()) QUOTARY_TRY_VOID(check_time_roots(question_.time_roots_pem));
    QUOTARY_TRY(pool, pool_at(file_.revisions().size() - 1));
    out_.has_store = has_store_;
    out_.unreadable = pool.unreadable();
    QUOTARY_TRY(read, read_signatures(file_));
    read_ = std::move(read);
    QUOTARY_TRY_VOID(check_front());
    QUOTARY_TRY_VOID(judge_document_times(pool));
    for (ReadSignature& each : read_) {
      if (each.finding.kind != LevelFinding::Kind::document_time_stamp && !each.certificates.empty())
        QUOTARY_TRY_VOID(judge_signature(each, pool));
      out_.signatures.push_back(std::move(each.finding));
    }
    return std::move(out_);
  }

 private:
  // What the document knew after revision `index`, and what was fetched for a plan.
  Result<MaterialPool> pool_at(std::size_t index) {
    ValidationMaterial material = fetched_;
    QUOTARY_TRY(store, read_security_store(file_, index));
    has_store_ = store.has_value();
    if (store) add_material(material, store->material);
    return MaterialPool::read(material);
  }

  // The seal's own rules, which are stricter than those of any other signature.
  Result<void> check_front() {
    const auto seal = check_sealed_front(file_.bytes(), {});
    if (!seal) return seal.error();
    for (ReadSignature& each : read_) {
      if (each.finding.kind != LevelFinding::Kind::seal || seal->valid) continue;
      each.finding.fault = fail(Errc::invalid, "seal_invalid", seal->reason);
      each.certificates.clear();
    }
    return {};
  }

  ChainQuestion chain_question(ChainPurpose purpose, Timestamp at) const {
    const std::string& anchors =
        purpose == ChainPurpose::signing ? question_.trust_anchors_pem : question_.time_roots_pem;
    return {anchors, purpose, at, question_.now, question_.ocsp_nonce};
  }

  // Whether a token proves its time to somebody who trusts what is proved for `control`: a later time-stamp's, or now.
  Result<TimeEvidence> judge_token(const ReadSignature& of, Timestamp control, const MaterialPool& pool) const {
    TimeEvidence out;
    if (of.finding.kind == LevelFinding::Kind::document_time_stamp) {
      out.kind = TimeEvidence::Kind::document_time_stamp;
      out.field = of.finding.field;
    }
    const auto said = read_time_token(of.token);
    const auto certificates = time_token_certificates(of.token);
    if (!said || !certificates) {
      out.fault = !said ? said.error() : certificates.error();
      return out;
    }
    out.time = said->time;
    out.authority = said->authority;
    out.certificate_sha256 = said->certificate_sha256;
    out.own = said->own;
    // An authority may leave its way to the root to the document: to the seal's own certificates, or to the store.
    std::vector<std::string> others(certificates->begin() + 1, certificates->end());
    others.insert(others.end(), of.certificates.begin(), of.certificates.end());
    QUOTARY_TRY(chain, judge_chain(certificates->front(), others, pool,
                                   chain_question(ChainPurpose::time_stamping, said->time)));
    out.chain = std::move(chain);
    out.ends = end_of(out.chain.certificates, question_.algorithms);
    out.fault = token_fault(of, out, control);
    return out;
  }

  std::optional<Error> token_fault(const ReadSignature& of, const TimeEvidence& evidence, Timestamp control) const {
    if (question_.time_roots_pem.empty())
      return fail(Errc::corrupt, "token_untrusted", "no roots of time-stamping authorities are given");
    if (evidence.chain.fault) return evidence.chain.fault;
    // Its way to a root was judged with what the document has; what is left is its signer's word.
    const CertificatePtr signer = read_certificate(evidence.chain.certificates.front().der);
    const auto held = check_time_token(of.token, of.imprint, signer ? certificate_to_pem(signer.get()) : std::string());
    if (!held) return held.error();
    for (const CertificateFinding& each : evidence.chain.certificates) {
      const auto& revoked = each.revocation.revoked_at;
      if (!revoked || *revoked > control || (*revoked > evidence.time && harmless(each.revocation.reason))) continue;
      return fail(Errc::corrupt, "time_authority_revoked",
                  "the certificate of " + each.subject + " was revoked at " + format_rfc3339(*revoked) +
                      (each.revocation.reason.empty() ? "" : " (" + each.revocation.reason + ")"));
    }
    if (evidence.time.unix_ms > control.unix_ms + clocks_differ_max_ms)
      return fail(Errc::corrupt, "time_order",
                  "its time, " + format_rfc3339(evidence.time) + ", is after " + format_rfc3339(control) +
                      ", by when it must have been there");
    if (evidence.ends.time < control)
      return fail(Errc::corrupt, "time_evidence_ended",
                  evidence.ends.what + " ended at " + format_rfc3339(evidence.ends.time) +
                      ", before anything else proved the time");
    return std::nullopt;
  }

  // The newest first: each is held against the next later one that counts, the last against our clock.
  Result<void> judge_document_times(const MaterialPool& pool) {
    Timestamp control = question_.now;
    for (std::size_t i = read_.size(); i-- > 0;) {
      ReadSignature& each = read_[i];
      if (each.finding.kind != LevelFinding::Kind::document_time_stamp || each.token.empty()) continue;
      QUOTARY_TRY(evidence, judge_token(each, control, pool));
      LevelFinding& finding = each.finding;
      finding.signer = evidence.authority;
      finding.judged_at = evidence.time;
      finding.chain = evidence.chain;
      finding.fault = evidence.fault;
      finding.times = {evidence};
      if (evidence.fault) continue;
      control = evidence.time;
      finding.level = SealLevel::b_t;
      finding.best = evidence;
      finding.ends = evidence.ends;
      document_times_.push_back({each.revision, evidence});
      if (!out_.ends) out_.ends = evidence.ends;
    }
    if (!document_times_.empty()) {
      last_revision_ = document_times_.front().first;
      QUOTARY_TRY(earlier, pool_at(last_revision_));
      stamped_store_ = has_store_;
      stamped_.emplace(std::move(earlier));
    }
    return {};
  }

  // The earliest document time-stamp behind a revision that counts, or null.
  const TimeEvidence* next_document_time(std::size_t revision) const {
    const auto found = std::find_if(document_times_.rbegin(), document_times_.rend(),
                                    [&](const auto& each) { return each.first > revision; });
    return found == document_times_.rend() ? nullptr : &found->second;
  }

  Result<ChainFinding> signer_chain(const ReadSignature& of, Timestamp at, const MaterialPool& pool) const {
    return judge_chain(of.certificates.front(), {of.certificates.begin() + 1, of.certificates.end()}, pool,
                       chain_question(ChainPurpose::signing, at));
  }

  Result<void> judge_signature(ReadSignature& of, const MaterialPool& pool) {
    LevelFinding& finding = of.finding;
    finding.level = SealLevel::b_b;
    const TimeEvidence* const later = next_document_time(of.revision);
    if (later) finding.best = *later;
    if (!of.token.empty()) {
      QUOTARY_TRY(own, judge_token(of, later ? later->time : question_.now, pool));
      if (!own.fault) finding.best = own;
      finding.times.push_back(std::move(own));
    }
    if (finding.best) finding.level = SealLevel::b_t;
    finding.judged_at = finding.best ? finding.best->time : question_.now;
    QUOTARY_TRY(chain, signer_chain(of, finding.judged_at, pool));
    finding.chain = std::move(chain);
    if (finding.chain.fault) {
      finding.fault = finding.chain.fault;
    } else if (const CertificateFinding* revoked = finding.chain.revoked()) {
      finding.fault = fail(Errc::corrupt, "certificate_revoked",
                           "the certificate of " + revoked->subject + " was revoked at " +
                               format_rfc3339(*revoked->revocation.revoked_at) +
                               (revoked->revocation.reason.empty() ? "" : " (" + revoked->revocation.reason + ")") +
                               "; the signature is proved to be there only at " + format_rfc3339(finding.judged_at));
    }
    if (later) {
      finding.ends = document_times_.front().second.ends;
    } else {
      finding.ends = finding.best ? finding.best->ends : end_of(finding.chain.certificates, question_.algorithms);
    }
    if (finding.kind == LevelFinding::Kind::seal && !out_.ends) out_.ends = finding.ends;
    const bool kept = out_.has_store && finding.best && finding.chain.complete() && finding.best->chain.complete();
    if (!kept) return {};
    finding.level = SealLevel::b_lt;
    if (!later || !stamped_store_) return {};
    QUOTARY_TRY(stamped, was_stamped(of, *finding.best));
    if (stamped) finding.level = SealLevel::b_lta;
    return {};
  }

  // Whether what the last document time-stamp covers is enough.
  Result<bool> was_stamped(const ReadSignature& of, const TimeEvidence& best) const {
    QUOTARY_TRY(chain, signer_chain(of, best.time, *stamped_));
    if (!chain.complete()) return false;
    std::vector<std::string> known;
    for (const CertificateFinding& each : best.chain.certificates) known.push_back(each.der);
    QUOTARY_TRY(authority, judge_chain(known.front(), {known.begin() + 1, known.end()}, *stamped_,
                                       chain_question(ChainPurpose::time_stamping, best.time)));
    return authority.complete();
  }

  const PdfFile& file_;
  const LevelQuestion& question_;
  const ValidationMaterial& fetched_;
  DocumentLevels out_;
  std::vector<ReadSignature> read_;
  bool has_store_ = false;
  std::vector<std::pair<std::size_t, TimeEvidence>> document_times_;  // revision; those that count, the newest first
  std::size_t last_revision_ = 0;                                     // of the newest
  std::optional<MaterialPool> stamped_;                               // what it covers
  bool stamped_store_ = false;
};

void add_wanted(std::vector<Fetch>& wanted, const std::vector<Fetch>& more) {
  for (const Fetch& each : more) {
    const bool known = std::any_of(wanted.begin(), wanted.end(), [&](const Fetch& other) {
      return other.kind == each.kind && other.url == each.url && other.certificate_sha256 == each.certificate_sha256;
    });
    if (!known) wanted.push_back(each);
  }
}

}  // namespace

std::string_view seal_level_name(SealLevel level) {
  switch (level) {
    case SealLevel::none: return "none";
    case SealLevel::b_b: return "B-B";
    case SealLevel::b_t: return "B-T";
    case SealLevel::b_lt: return "B-LT";
    case SealLevel::b_lta: return "B-LTA";
  }
  return "none";
}

Result<MaterialEnd> end_of_certificates(std::string_view pem, const AlgorithmEnds& algorithms) {
  QUOTARY_TRY(certificates, certificates_from_pem(pem));
  std::vector<CertificateFinding> facts;
  for (const CertificatePtr& each : certificates) {
    QUOTARY_TRY(told, certificate_facts(certificate_der(each.get())));
    facts.push_back(std::move(told));
  }
  return end_of(facts, algorithms);
}

Result<MaterialEnd> end_of_time_token(std::string_view token, const AlgorithmEnds& algorithms) {
  QUOTARY_TRY(certificates, time_token_certificates(token));
  std::vector<CertificatePtr> others;
  for (const std::string& der : certificates)
    if (CertificatePtr each = read_certificate(der)) others.push_back(std::move(each));
  if (others.empty()) return fail(Errc::invalid, "bad_token", "the certificate of its signer cannot be read");
  std::string chain = certificate_to_pem(others.front().get());
  for (const CertificatePtr& each : issuing_chain(others.front().get(), others))
    chain += certificate_to_pem(each.get());
  return end_of_certificates(chain, algorithms);
}

Result<DocumentLevels> judge_levels(std::string_view pdf, const LevelQuestion& question) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  return Levels(file, question, {}).judge();
}

const LevelFinding* level_of(const DocumentLevels& levels, std::string_view field) {
  const auto found = std::find_if(levels.signatures.begin(), levels.signatures.end(),
                                  [&](const LevelFinding& each) { return each.field == field; });
  return found == levels.signatures.end() ? nullptr : &*found;
}

bool is_unknown_signer(const LevelFinding& signature) {
  return signature.kind == LevelFinding::Kind::approval && signature.chain.fault &&
         signature.chain.fault->code == "certificate_untrusted";
}

Result<LongTermPlan> plan_long_term(std::string_view pdf, const LevelQuestion& question,
                                    const ValidationMaterial& fetched) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(levels, Levels(file, question, fetched).judge());
  LongTermPlan out;
  out.complete = !levels.signatures.empty();
  const auto add = [&](const ChainFinding& chain, ValidationMaterial& material) {
    add_wanted(out.wanted, chain.wanted);
    if (!chain.fault) add_material(material, chain.used);
    out.complete = out.complete && chain.complete();
  };
  for (const LevelFinding& each : levels.signatures) {
    // Of a signature that does not hold there is nothing to keep.
    if (each.chain.certificates.empty() || is_unknown_signer(each)) continue;
    SignatureMaterial material{each.key, {}};
    add(each.chain, material.material);
    for (const TimeEvidence& time : each.times) {
      add(time.chain, material.material);
      out.complete = out.complete && !time.fault;
    }
    if (!material.material.empty()) out.material.push_back(std::move(material));
  }
  return out;
}

}  // namespace quotary::signing
