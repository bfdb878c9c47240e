// How well each signature of a document will be verifiable later: the PAdES baseline levels (ETSI EN 319 142-1 section
// 6), the best time that is proved of it, and when that proof ends. What was changed between revisions is judged
// elsewhere. Pure functions, safe on hostile bytes and from any thread: no network, no store, no clock.
#pragma once

#include "signing/chain_judgement.h"
#include "signing/security_store.h"

namespace quotary::signing {

enum class SealLevel {
  none,   // no signature that holds
  b_b,    // it holds, and nobody vouches for its time
  b_t,    // a trusted time token proves when it was there
  b_lt,   // and the document has what both are judged by, at that time
  b_lta,  // and a later document time-stamp proves that it had
};
// "none", "B-B", "B-T", "B-LT", "B-LTA".
[[nodiscard]] std::string_view seal_level_name(SealLevel level);

// From when on an algorithm proves nothing any more. As NIST IR 8547 (initial public draft) plans it: 112 bits of
// security (RSA 2048) deprecated after 2030, elliptic curves and RSA of any size disallowed after 2035.
struct AlgorithmEnds {
  Timestamp bits_112{1'924'992'000'000};  // 2031-01-01T00:00:00Z
  Timestamp bits_128{2'082'758'400'000};  // 2036-01-01T00:00:00Z
};

struct LevelQuestion {
  std::string trust_anchors_pem;  // of signers; may be empty: none is trusted
  std::string time_roots_pem;     // of time-stamping authorities; the same
  Timestamp now;
  AlgorithmEnds algorithms;
  std::string ocsp_nonce;  // for the OCSP questions of a plan; empty: none
};

// When a proof ends, and with what: "the certificate of CN=…", "the key ECDSA P-256 of CN=…".
struct MaterialEnd {
  Timestamp time;
  std::string what;
};

// When what a chain (PEM: a signer's certificate, then its issuers') has signed cannot be proved any more, where no
// time-stamp proves its time. Errc::invalid `bad_certificates`.
[[nodiscard]] Result<MaterialEnd> end_of_certificates(std::string_view pem, const AlgorithmEnds& algorithms = {});
// When a time token (DER) proves nothing any more, by its own certificates. Errors of time_token_certificates().
[[nodiscard]] Result<MaterialEnd> end_of_time_token(std::string_view token, const AlgorithmEnds& algorithms = {});

// A time token, in a signature or over the document, as judged.
struct TimeEvidence {
  enum class Kind { signature_time_stamp, document_time_stamp };
  Kind kind = Kind::signature_time_stamp;
  std::string field;  // of a document time-stamp
  Timestamp time;     // that it claims, whether or not it counts
  std::string authority, certificate_sha256;
  bool own = false;    // its authority says itself that it is not independent
  ChainFinding chain;  // of its authority, at its time
  MaterialEnd ends;    // of it alone
  // Why it does not count: those of judge_chain() and check_time_token(), `token_untrusted` without any roots,
  // `time_authority_revoked`, `time_order` (it is from after the time-stamp that covers it), `time_evidence_ended` (its
  // certificate or algorithm ended before a later time-stamp, or now, took over).
  std::optional<Error> fault;
};

struct LevelFinding {
  enum class Kind { seal, approval, ledger_proof, document_time_stamp };
  Kind kind = Kind::approval;
  std::string field;
  std::uint32_t object = 0;  // of the signature dictionary
  std::size_t covered = 0;   // bytes up to the end of its revision
  std::string key;           // of its VRI entry
  // Of a document time-stamp: b_t when it counts, else none.
  SealLevel level = SealLevel::none;
  // Why it does not hold, or not any more: `seal_invalid`, those of judge_chain(), `certificate_revoked`. A signature
  // with a fault may have reached a level: the fault says what is wrong with it for all that.
  std::optional<Error> fault;
  std::string signer, algorithm;
  std::optional<Timestamp> claimed_time;  // /M
  std::vector<TimeEvidence> times;        // its own time-stamp, when it has one; of a document time-stamp: itself
  std::optional<TimeEvidence> best;       // the earliest that counts, its own or a later one over the document
  Timestamp judged_at;                    // the best time; without one, now
  ChainFinding chain;                     // of the signer, at that time
  std::optional<MaterialEnd> ends;        // when it cannot be proved any more as things stand
};

struct DocumentLevels {
  std::vector<LevelFinding> signatures;  // in the order of their revisions, the seal first
  bool has_store = false;
  std::size_t unreadable = 0;  // objects of the store that are none of the three kinds
  // When the last document time-stamp that counts ends, or without one the seal: renewal has to come before.
  std::optional<MaterialEnd> ends;
};

// Judges every signature of a sealed document of our profile. Errc::invalid `not_our_profile`; `bad_certificates` and
// `bad_roots` for anchors and roots that are not PEM; Errc::too_large `file_too_large`, also for signatures that cover
// more than 256 MB together.
[[nodiscard]] Result<DocumentLevels> judge_levels(std::string_view pdf, const LevelQuestion& question);

// The finding of that field's signature; null when there is none.
[[nodiscard]] const LevelFinding* level_of(const DocumentLevels& levels, std::string_view field);

// A person's signature by a certificate that leads to no anchor: nothing can be proved of it later, and where its
// certificate says that something can be had is a stranger's word. A plan leaves it out.
[[nodiscard]] bool is_unknown_signer(const LevelFinding& signature);

// What it takes to bring the document to B-LT: fetch `wanted`, add_fetched() the answers, and plan again until it is
// complete or nothing more can be had; then append_security_store(material).
struct LongTermPlan {
  std::vector<Fetch> wanted;                // each once
  std::vector<SignatureMaterial> material;  // all that is known, of each signature that holds
  bool complete = false;                    // no signature or time-stamp that holds lacks anything
};
// Errors of judge_levels(); Errc::too_large `material_too_large`.
[[nodiscard]] Result<LongTermPlan> plan_long_term(std::string_view pdf, const LevelQuestion& question,
                                                  const ValidationMaterial& fetched);

}  // namespace quotary::signing
