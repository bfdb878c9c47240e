// Trusted time by RFC 3161: questions to a time-stamping authority, its answers, tokens kept for later, and an
// authority of our own for where no other can be reached. The only door to OpenSSL's TS.
#pragma once

#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "signing/seal.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// Limits of this file, in one place.
inline constexpr std::size_t time_query_bytes_max = 4'096;
inline constexpr std::size_t time_reply_bytes_max = 64u << 10;  // of an answer, and so of its token
inline constexpr std::size_t time_nonce_bytes = 8;
inline constexpr std::int64_t time_accuracy_max_ms = 60'000;   // a token that is vaguer is refused
inline constexpr std::int64_t clocks_differ_max_ms = 300'000;  // beside the accuracy: between its clock and ours
inline constexpr const char* time_query_type = "application/timestamp-query";  // RFC 3161 section 3.4
inline constexpr const char* time_reply_type = "application/timestamp-reply";
inline constexpr const char* time_token_type = "application/cms";  // RFC 7193: a token is a CMS SignedData

// The policy of tokens that an authority of this program gives: whoever reads it knows that nobody else vouches for the
// time. An OID made from a UUID (ITU-T X.667), which needs no registration.
inline constexpr const char* own_authority_policy = "2.25.15160546711201303792072944424185542891";
inline constexpr const char* own_authority_name = "Quotary own time-stamp, not independent";

// A question (RFC 3161 section 2.4.1): version 1, a SHA-256 imprint, a nonce, the certificate asked for.
struct TimeQuery {
  std::string der;
  Hash imprint;
  std::string nonce;  // time_nonce_bytes bytes; the first one is never 0
};
[[nodiscard]] Result<TimeQuery> make_time_query(const Hash& imprint, Random& random);

// What a token says (section 2.4.2).
struct TimeToken {
  std::string der;  // the TimeStampToken
  Hash imprint;
  Timestamp time;                           // genTime, cut to the millisecond
  std::optional<std::int64_t> accuracy_ms;  // rounded up; absent: the policy says
  std::string policy;                       // OID in digits
  std::string serial;                       // lower-case hexadecimal
  std::string authority;                    // subject of the signer's certificate, as the certificate spells it
  std::string certificate_sha256;           // of that certificate, hexadecimal
  bool own = false;                         // by own_authority_policy: it says itself that it is not independent
};

// Reads a token without asking who signed it, or whether. Strict: DER from the first to the last byte, one signer whose
// certificate is in it, TSTInfo of version 1 over SHA-256, no critical extension. Errc::invalid `bad_token`, or
// `token_digest` for another digest.
[[nodiscard]] Result<TimeToken> read_time_token(std::string_view der);

// The certificates that a token brings along, DER, its signer's first: what its authority's revocation is judged with.
// Errors of read_time_token().
[[nodiscard]] Result<std::vector<std::string>> time_token_certificates(std::string_view der);

// Whether the token holds for this imprint, now or in many years; no network, no clock. Beside what read_time_token()
// asks for: the imprint (`token_imprint`), the signature with its contentType, messageDigest and ESS certificate
// reference (`token_signature`; RFC 5816), allowed algorithms and key sizes (`token_algorithm`), a certificate whose
// only and critical extended key usage is timeStamping (`token_purpose`, section 2.3), and a chain to one of the roots
// (PEM) whose certificates were all valid at genTime (`token_untrusted`): those are Errc::corrupt. Revocation is not
// looked up. Errc::invalid `bad_roots` when the roots are not PEM certificates from the first to the last.
[[nodiscard]] Result<TimeToken> check_time_token(std::string_view der, const Hash& imprint, std::string_view roots_pem);
// The same but for the chain to a root: whether the token holds, whoever gave it.
[[nodiscard]] Result<TimeToken> check_time_token_signature(std::string_view der, const Hash& imprint);
// Errc::invalid `bad_roots`.
[[nodiscard]] Result<void> check_time_roots(std::string_view roots_pem);

// Whether an answer (section 2.4.2) gives a token that holds for the question. Errc::unavailable `time_refused` (status
// and failInfo in words); Errc::invalid `bad_time_reply` (no such answer, or bytes behind it); the errors of
// check_time_token(); Errc::corrupt `token_nonce`; `token_accuracy` over time_accuracy_max_ms; `clocks_differ` when
// genTime and `now`, our clock at the answer, are further apart than the accuracy and clocks_differ_max_ms: one of the
// two is wrong.
[[nodiscard]] Result<TimeToken> check_time_reply(std::string_view reply, const TimeQuery& query,
                                                 std::string_view roots_pem, Timestamp now);

// The time that was given last is kept rounded up to this, so that a busy authority writes once a second; after a
// restart the clock may be so far behind it.
inline constexpr std::int64_t kept_time_step_ms = 1000;

struct TimeAuthorityOptions {
  // Where the time that was given last is kept, durably and before it is given; empty: in memory alone, so that a
  // restart forgets it. A file that is not there says that none was given.
  std::string latest_file;
  // What its tokens claim of its clock, 1 to time_accuracy_max_ms: whoever sets it knows the clock. Absent: nothing.
  std::optional<std::int64_t> accuracy_ms;
};

// An authority whose certificate and policy say that it is the organisation's own. Safe to call from any thread.
class TimeAuthority {
 public:
  // Makes tsa.key.pem and the self-signed tsa.cert.pem, which others take as their root, in `directory`. Its subject
  // names `organisation` (may be empty) and says own_authority_name. Errors of make_self_signed().
  [[nodiscard]] static Result<SealKeyFiles> make(FileSystem& files, const std::string& directory,
                                                 const std::string& organisation, Timestamp now, Random& random);
  // Errors of load_seal_key(), their codes beginning with "tsa_"; Errc::unavailable `tsa_certificate_unsuitable` for a
  // certificate that is not for time-stamps alone; Errc::corrupt `tsa_memory_damaged` for a latest_file that cannot be
  // understood.
  [[nodiscard]] static Result<std::unique_ptr<TimeAuthority>> open(std::shared_ptr<FileSystem> files,
                                                                   const SealKeyFiles& paths,
                                                                   std::shared_ptr<const Clock> clock,
                                                                   std::shared_ptr<Random> random,
                                                                   TimeAuthorityOptions options = {});
  ~TimeAuthority();
  TimeAuthority(const TimeAuthority&) = delete;
  TimeAuthority& operator=(const TimeAuthority&) = delete;

  struct Answer {
    std::string der;
    bool granted = false;
  };
  // A signed token, or a refusal that says why, whatever the question is: bytes that are none, another digest than
  // SHA-256, SHA-384 or SHA-512, another policy, an extension, a clock that is behind the time given last. Serial
  // numbers are 128 random bits, so that a restored copy never gives one twice. Errc::unavailable
  // `tsa_certificate_expired`, `tsa_memory_failed` (the time could not be kept, so it is not given); Errc::internal
  // `tsa_failed`.
  [[nodiscard]] Result<Answer> answer(std::string_view query);
  // By how much the clock is behind the time that was given last, in milliseconds; 0: it can be used. A clock that had
  // jumped ahead leaves this until it is there again: a token with that time may be out.
  [[nodiscard]] std::int64_t clock_behind_ms() const;
  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }

 private:
  struct Signer;
  TimeAuthority(std::unique_ptr<Signer> signer, std::shared_ptr<FileSystem> files, std::shared_ptr<const Clock> clock,
                std::shared_ptr<Random> random, TimeAuthorityOptions options);
  [[nodiscard]] Result<void> recall();
  [[nodiscard]] Result<void> keep(Timestamp time);

  const std::unique_ptr<Signer> signer_;
  const std::shared_ptr<FileSystem> files_;
  const std::shared_ptr<const Clock> clock_;
  const std::shared_ptr<Random> random_;
  const TimeAuthorityOptions options_;
  std::string certificate_pem_;
  mutable std::mutex mutex_;
  std::int64_t latest_ms_ = 0;  // the latest time that was given, or may have been by an earlier run
  std::int64_t kept_ms_ = 0;    // what latest_file says: no time after it was given
};

}  // namespace quotary::signing
