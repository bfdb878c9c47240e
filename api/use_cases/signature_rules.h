// What the use cases of signing share: the request's own syntax, links, and what stands in private objects.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/records/signing.h"

namespace quotary::api {

inline constexpr std::size_t signer_name_characters_max = 80, signer_role_characters_max = 80,
                             signer_organisation_characters_max = 120, signature_message_characters_max = 1'000,
                             address_bytes_max = 254;
inline constexpr std::uint64_t signature_days_default = 14, signature_days_max = 90;
inline constexpr std::int64_t reminder_pause_ms = std::int64_t{3'600} * 1'000;  // between two reminders of one signer

// A signer as the sender names them.
struct SignerDetails {
  std::string id;  // empty while it is only asked for
  std::string name;
  std::string role;  // as which they sign ("采购总监"); may be empty, as may be the organisation
  std::string organisation;
  std::string channel, address;  // email or phone
  std::string language;          // zh-CN en
  std::vector<std::string> factors;
};
struct SignatureDetails {
  std::vector<SignerDetails> signers;
  std::string message;
  bool in_order = false;
  std::uint64_t days = signature_days_default;
};
// Errc::invalid with pointers: `bad_signers`, `bad_name`, `bad_role`, `bad_organisation`, `address_missing`,
// `bad_email`, `bad_phone`, `bad_language`, `bad_factors`, `bad_order`, `bad_expiry`, `bad_message`.
[[nodiscard]] Result<SignatureDetails> parse_signature_request(const Organisation::Parts& parts,
                                                               const json::object& body);

// The private object of signature.requested, canonical JSON.
[[nodiscard]] std::string signers_text(const SignatureDetails& details);
// The same read back. Errc::gone `erased` once the customer's key is.
[[nodiscard]] Result<SignatureDetails> read_signers(const Organisation::Parts& parts,
                                                    const records::SignatureRequestRecord& request);
// Errc::corrupt when there is none of that id.
[[nodiscard]] Result<SignerDetails> signer_details(const SignatureDetails& details, std::string_view signer);

// 43 characters of base64url; nothing of it is stored but its SHA-256, and it can be made again at any time.
[[nodiscard]] std::string link_token(const signing::KeyFolder& keys, std::string_view request, std::string_view signer,
                                     std::uint64_t links);
[[nodiscard]] std::string link_hash(std::string_view token);

// c***@chenghu.example, 138****0000
[[nodiscard]] std::string masked_address(std::string_view channel, std::string_view address);

// The request as a list shows it: without contents. `details` null: they were erased, or are not to be shown.
[[nodiscard]] json::object signature_row(const Organisation::Parts& parts,
                                         const records::SignatureRequestRecord& request,
                                         const SignatureDetails* details, bool masked);

// What every entry says that appends a revision to a document, and the appended bytes (FORMAT.md, "Signature
// requests"). `whole` begins with `base`, which is revision `base_revision`.
void put_revision(Draft& draft, std::string_view base, std::uint64_t base_revision, std::string_view whole,
                  const std::string& key_subject);

// A time that evidence names (RFC 3339) on the organisation's clock, as people read it; itself when it is none.
[[nodiscard]] std::string local_time(const Organisation::Parts& parts, const std::string& time);

// A revision of a document, from 1, which is the sealed PDF. Errc::corrupt `state_damaged`: it is not there.
[[nodiscard]] Result<records::RevisionRecord> revision_of(const Organisation::Parts& parts,
                                                          const records::Signable& document, std::uint64_t revision);
// Errc::corrupt `payload_damaged`: the bytes are not those of that revision.
[[nodiscard]] Result<void> require_revision(const records::Signable& document, const records::RevisionRecord& revision,
                                            std::string_view bytes);
// The bytes of a document at a revision: the sealed PDF and all that was appended to it, held against the hash
// that the ledger names. Errc::not_found `revision_not_found`; corrupt `payload_damaged`.
[[nodiscard]] Result<std::string> document_bytes(const Organisation::Parts& parts, const records::Signable& document,
                                                 std::uint64_t revision);
// The document that a request is about. Errc::corrupt `state_damaged`.
[[nodiscard]] Result<records::Signable> document_of(const Organisation::Parts& parts,
                                                    const records::SignatureRequestRecord& request);

// A request to sign a document, which `find` answers; `path`: of the call. What Organisation::request_signature() says.
[[nodiscard]] Result<Answer> ask_to_sign(Organisation::Parts& parts, const Principal& caller, const std::string& path,
                                         std::string_view idempotency_key, std::string_view body,
                                         const std::function<Result<records::Signable>()>& find);

// Errc::not_found `signature_request_not_found`, also out of the caller's scope.
[[nodiscard]] Result<records::SignatureRequestRecord> signature_request_for(const Organisation::Parts& parts,
                                                                            const Principal& caller, Call call,
                                                                            std::string_view id);

// Messages, with the link or the code in them.
[[nodiscard]] Result<signature::Message> invitation_of(const Organisation::Parts& parts,
                                                       const records::SignatureRequestRecord& request,
                                                       const records::SignerRecord& signer, std::string_view kind);
[[nodiscard]] Result<std::vector<signature::Message>> notices_of(const Organisation::Parts& parts, const Entry& entry);

// Prometheus text; empty when nothing delivers.
[[nodiscard]] std::string delivery_figures(const signature::CourierState& state);

}  // namespace quotary::api
