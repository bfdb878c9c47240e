// The whole judgement of a PDF of any origin: its seal, every revision after it, every signature, and what was changed.
// Safe on hostile bytes, bounded in time and memory. Pure: safe to call from any thread.
#pragma once

#include "ledger/base/time.h"
#include "signing/revision_check.h"
#include "signing/signature_check.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// Limits of this file, in one place.
inline constexpr std::size_t validation_objects_named_max = 256;         // in all revisions together
inline constexpr std::size_t validation_covered_bytes_max = 256u << 20;  // that all signatures cover together
inline constexpr std::size_t validation_text_bytes_max = 400;            // of one sentence

struct ValidationAnchors {
  std::string signer_roots_pem;  // of seals and approvals; may be empty: then none is trusted
  std::string time_roots_pem;    // of document time-stamps; may be empty
};

struct SignatureFinding {
  std::string field;
  SignatureKind kind = SignatureKind::seal;
  std::size_t revision = 0;
  std::string signer;              // certificate subject, one line
  std::vector<std::string> names;  // whom the certificate names: subject_names()
  std::string certificate_sha256;  // hexadecimal
  std::string claimed_time;        // RFC 3339; of a time-stamp its authority's
  std::string algorithm;
  std::size_t covered = 0;             // bytes, from the file's first to its revision's end
  bool sound = false;                  // the bytes that it covers are those that were signed
  bool trusted = false;                // its chain leads to one of the roots, and it claims no time to come
  bool foreign = false;                // written by another program
  bool later_changes_allowed = false;  // everything behind what it covers is
  std::string code, reason;            // why not sound
  std::string carried;                 // of a sound ledger_proof: the .tlog-proof, not checked
};

struct RevisionFinding {
  std::size_t begin = 0, end = 0;  // its bytes
  bool allowed = false;            // the first two revisions, document and seal, are when the seal holds
  std::string code, reason;        // why not; "after_refused" behind one that is not
  std::vector<ObjectChange> changes;
  std::size_t changed_objects = 0;  // changes names no more than the limit
};

struct DocumentValidation {
  bool intact = false;           // the file is a sealed document and allowed revisions, to the last byte
  std::size_t intact_bytes = 0;  // the longest front that is; 0 when no seal holds
  std::size_t sealed_bytes = 0;  // the sealed document; 0 when no seal holds
  // Why what follows that front is none; empty when intact. `not_our_profile`, `seal_invalid`, `bytes_added` (behind
  // the front stands no whole revision), `after_limit`, or a code of RevisionCheck::next() and check_new_signature().
  std::string code, reason;
  std::vector<RevisionFinding> revisions;    // oldest first; of the longest front that is whole revisions
  std::vector<SignatureFinding> signatures;  // oldest first, up to the first refused revision and with its own
};

// The proof that an intact document ends with, and where its revision begins; absent when it ends otherwise.
struct ProofAtEnd {
  std::size_t begin = 0;
  std::string text;
  Timestamp claimed;  // as its signature does, whole seconds
};
[[nodiscard]] std::optional<ProofAtEnd> proof_at_end(const DocumentValidation& validation);

// Errc::too_large `file_too_large` over 64 MB; Errc::invalid `bad_certificates`, `bad_roots` when the anchors cannot be
// read. Whatever the bytes are is a finding.
[[nodiscard]] Result<DocumentValidation> validate_document(std::string_view pdf, const ValidationAnchors& anchors,
                                                           Timestamp now);

}  // namespace quotary::signing
