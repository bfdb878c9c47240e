// Reads and checks sealed PDFs of our own profile, from hostile input, in bounded time and memory. No PoDoFo.
#pragma once

#include "ledger/base/hash.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// Ends of complete revisions: offsets just after each "%%EOF" and its line end, ascending, at most `count_max` from
// the file's start. Used to find the longest known prefix.
[[nodiscard]] std::vector<std::size_t> revision_ends(std::string_view pdf, std::size_t count_max = 64);

// SHA-256 of each prefix that ends at revision_ends, in one pass over the bytes.
struct Prefix {
  std::size_t size = 0;
  Hash sha256;
};
[[nodiscard]] std::vector<Prefix> prefix_hashes(std::string_view pdf, std::size_t count_max = 64);

// The number and code that the file itself claims (Info dictionary keys QuotaryNumber and QuotaryCode, ASCII text
// strings), found without trusting the xref; untrusted. Absent when not found.
struct ClaimedIdentity {
  std::string number, code;
};
[[nodiscard]] std::optional<ClaimedIdentity> claimed_identity(std::string_view pdf);

// What the seal says. `valid` only when every rule of pdf.md's "What a validator must check" holds for our profile.
struct SealFinding {
  bool valid = false;
  std::string reason;  // why not, when not valid
  std::string signer;  // certificate subject, one line
  std::string certificate_sha256;
  std::string claimed_time;  // /M
  std::string algorithm;
  std::size_t covered = 0;  // bytes that the signature's revision covers (the end of its ByteRange)
  bool trusted = false;     // chain ends in one of the given trust anchors
};
// Errc::invalid `bad_certificates` says what cannot be read.
[[nodiscard]] Result<void> check_trust_anchors(std::string_view trust_anchors_pem);

// Checks the (first) certifying signature of `pdf`. `trust_anchors_pem` may be empty (then trusted is false).
// `pdf` over 64 MB is refused. Errc::invalid `not_our_profile` when the structure is not what Quotary writes.
[[nodiscard]] Result<SealFinding> check_seal(std::string_view pdf, std::string_view trust_anchors_pem);
// The same of the shortest front that is a certified file, whatever follows it; `covered` says how long it is.
[[nodiscard]] Result<SealFinding> check_sealed_front(std::string_view pdf, std::string_view trust_anchors_pem);

}  // namespace quotary::signing
