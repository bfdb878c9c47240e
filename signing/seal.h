// The organisation's seal on a PDF: PAdES B-B or B-T (ETSI EN 319 142-1), certifying with DocMDP P 2.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::signing {

class DocumentSigner;

// A key in a PKCS #11 token.
struct TokenKeyPlace {
  std::string module_path;  // the token's library; empty: the key is in no token
  std::string token, key;   // their labels
  std::string pin_path;     // a file whose first line is the PIN; may be empty for a token that wants none
};

// Where the key comes from: one of pkcs12_path, (certificate_path, key_path) and token is set; with a token,
// certificate_path may be, and is the token's own certificate otherwise.
struct SealKeyFiles {
  std::string pkcs12_path, pkcs12_password;
  std::string certificate_path, key_path;  // PEM; the certificate file may hold the chain after the leaf
  TokenKeyPlace token;
};

struct SealRequest {
  Timestamp signing_time;      // goes to /M as the claimed time
  std::string field = "Seal";  // an unsigned signature field of the document
  std::string reason, location, name;
  Timestamp must_outlive;  // refuse when the certificate ends before this
};

// What a time-stamping authority gives for the SHA-256 of a signature's value: a TimeStampToken, DER, or why there is
// none. It runs on the sealing thread, once, between signing and finishing: it bounds its own time, and checks the
// token against the roots that count (check_time_reply()).
using TimeTokenSource = std::function<Result<std::string>(const Hash& signature_hash)>;

struct TimedSeal {
  std::string pdf;
  std::optional<Error> untimed;  // why no token went in; absent: one did
};

// A loaded seal key with its chain. Immutable after load: safe to call from any thread. The private key never leaves
// it.
class Seal {
 public:
  // Checks that key and certificate match, key usage allows digitalSignature or nonRepudiation, an extended key usage,
  // where there is one, is for signing documents, ECDSA P-256 or RSA >= 2048, and that now lies in the validity of the
  // certificate and of those that issued it, none of which has a key or is signed over a digest below 112 bits of
  // security. Errc::unavailable with codes `seal_key_missing`, `seal_key_unreadable` (permissions),
  // `seal_key_password`, `seal_key_mismatch`, `seal_key_unsuitable`, `seal_certificate_weak`,
  // `seal_certificate_expired`, `seal_certificate_not_yet_valid`, and those of load_token_key(); the detail names the
  // file and what to do. Whether the chain is whole is check_chain_end()'s.
  [[nodiscard]] static Result<std::shared_ptr<const Seal>> load(FileSystem& files, const SealKeyFiles& paths,
                                                                Timestamp now);
  // A seal whose key is elsewhere, behind this seam: a remote service, say. The same checks of its certificate.
  [[nodiscard]] static Result<std::shared_ptr<const Seal>> by(std::shared_ptr<const DocumentSigner> signer,
                                                              Timestamp now);
  virtual ~Seal() = default;

  // The document with one incremental revision appended that signs `request.field`. Contents reserved: 16 KiB.
  // The result is read back and verified before it is returned, a key's first one as a stranger would. Errc::invalid
  // `seal_certificate_too_short` when the certificate ends before must_outlive; Errc::internal when the self-check
  // fails.
  [[nodiscard]] virtual Result<std::string> seal(std::string_view pdf, const SealRequest& request) const = 0;

  // As seal(), with the signature time-stamp that `source` gives (PAdES B-T). Without a token the document is sealed
  // all the same, as seal() does, and `untimed` says why: the source's error, `no_time_source` when it is empty, those
  // of add_time_token() for a token over something else or none, `time_token_too_large` for one that leaves the
  // reserved size.
  [[nodiscard]] virtual Result<TimedSeal> seal_with_time(std::string_view pdf, const SealRequest& request,
                                                         const TimeTokenSource& source) const = 0;

  // The sealed document with one more revision, in whose signature field LedgerProof `proof` rides (carried_proof.h):
  // the same bytes each time for the same document, proof and certificate. `time`, that of the entry that `proof`
  // proves, goes to /M. Read back as a stranger would before it is returned. Errc::too_large `proof_too_large`;
  // Errc::unavailable `seal_key_elsewhere` where the key gives no repeatable signatures (an elliptic curve's in a
  // token, or behind the seam), `seal_changed` when the document's seal names another signer; Errc::invalid when the
  // document is not sealed, or carries a proof already.
  [[nodiscard]] virtual Result<std::string> embed_proof(std::string_view sealed, std::string_view proof,
                                                        Timestamp time) const = 0;

  // When the certificate ends, or the first of those that issued it.
  [[nodiscard]] virtual Timestamp not_after() const = 0;
  [[nodiscard]] virtual std::string subject() const = 0;
  [[nodiscard]] virtual std::string certificate_pem() const = 0;  // leaf, then chain
  [[nodiscard]] virtual Hash certificate_sha256() const = 0;      // of the leaf's DER
};

// Makes a self-signed ECDSA P-256 development certificate for `organisation` (subject says "DEVELOPMENT ONLY
// 仅供开发"), ten years, as seal.key.pem and seal.cert.pem (0600) in `directory`.
[[nodiscard]] Result<SealKeyFiles> make_development_seal(FileSystem& files, const std::string& directory,
                                                         const std::string& organisation, Timestamp now,
                                                         Random& random);

}  // namespace quotary::signing
