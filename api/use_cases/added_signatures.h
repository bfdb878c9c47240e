// Signatures that no request asked for: a copy that was signed elsewhere, and a seller's own.
#pragma once

#include "api/organisation.h"

namespace quotary::api {

// Takes a copy of the quote's document that was signed with a certificate of the signer's own as its next revision:
// {"number", "revision", "sha256", "size", "fields", "source", "assurance", "signatures", "status", "ledger"}, also
// when the same bytes come again. `assurance` is `buyer` when the certificates lead to what the organisation trusts and
// name the quote's buyer: a customer's signature then accepts the quote. `trusted`, of someone else, and `unknown` are
// recorded, and accept nothing. Errors of
// read_signed_copy(); Errc::conflict `quote_<status>`, `signature_request_open`, `field_signed`.
[[nodiscard]] Result<Answer> add_signed_copy(Organisation::Parts& parts, const Principal& caller,
                                             std::string_view number, std::string_view pdf);

inline constexpr std::size_t scan_bytes_max = 20u << 20;
// Keeps a scan of signed paper, a PDF, JPEG or PNG by its first bytes: no revision, and it accepts nothing. The same
// bytes again are answered alike. Errc::invalid `scan_kind`; too_large `file_too_large`; conflict `too_many_scans`.
[[nodiscard]] Result<Answer> add_signed_scan(Organisation::Parts& parts, const Principal& caller,
                                             std::string_view number, std::string_view scan);
// By the index of its entry. Errc::not_found `scan_not_found`; gone `erased`.
[[nodiscard]] Result<Bytes> read_signed_scan(const Organisation::Parts& parts, const Principal& caller,
                                             std::string_view number, std::string_view index);

// A person of the organisation's own key, encrypted under a password that is kept nowhere (signing/person_key.h). Roles
// that issue quotes. make: {"signing_password"} -> {"certificate_sha256", "subject", "not_after", "entry_index",
// "ledger"}; it takes the place of the one before. Errc::invalid `bad_signing_password`, `signing_password_missing`;
// conflict `signing_key_missing`; unavailable `signing_key_lost`.
[[nodiscard]] Result<Answer> make_signing_key(Organisation::Parts& parts, const Principal& caller,
                                              std::string_view body);
[[nodiscard]] Result<Answer> read_signing_key(const Organisation::Parts& parts, const Principal& caller);
[[nodiscard]] Result<Answer> revoke_signing_key(Organisation::Parts& parts, const Principal& caller);
// Destroys the key files of a person who was erased.
void forget_signing_keys(Organisation::Parts& parts, std::string_view person);

// {"signing_password"}: the caller signs the field Rep of an own quote as the next revision. The answer is that of
// add_signed_copy(). Errc::invalid `signing_password_wrong`; overloaded `login_throttled`, `login_busy`; conflict as
// there; and the errors of own keys.
[[nodiscard]] Result<Answer> sign_as_seller(Organisation::Parts& parts, const Principal& caller,
                                            std::string_view number, std::string_view idempotency_key,
                                            std::string_view body);

}  // namespace quotary::api
