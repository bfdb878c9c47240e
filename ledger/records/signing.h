// Signature requests: who is asked to sign a document (signable.h), until when, and what came of it; and the line of
// revisions that it has. Values and rules of the fold; each call reads the state it is given and nothing else.
//
// A request asks one to three signers, each for one field that the document reserves. It ends once: completed when all
// have signed, declined by one of them, revoked by the sender, expired, or overtaken when the quote is voided or
// superseded. Entries name signers by ids alone; names and addresses are private objects.
#pragma once

#include "ledger/records/views.h"

#include <vector>

namespace quotary::records {

inline constexpr std::size_t signers_max = 3;  // fields that a document reserves for customers
inline constexpr std::size_t scans_max = 50;   // of signed paper, of one quote
inline constexpr std::string_view signature_requested_type = "signature.requested",
                                  signature_sent_type = "signature.sent",
                                  signature_reminded_type = "signature.reminded",
                                  signature_link_renewed_type = "signature.link_renewed",
                                  signature_viewed_type = "signature.viewed",
                                  passkey_registered_type = "signature.passkey_registered",
                                  signature_signed_type = "signature.signed",
                                  signature_declined_type = "signature.declined",
                                  signature_revoked_type = "signature.revoked",
                                  signature_expired_type = "signature.expired",
                                  signature_added_type = "signature.added",
                                  signature_scanned_type = "signature.scanned",
                                  revision_added_type = "quote.revision_added";

// The field that a document reserves for the seller; those for customers are Customer1 to Customer3.
inline constexpr std::string_view seller_field = "Rep";
[[nodiscard]] bool is_customers_field(std::string_view field);
// Where a signature without a request comes from.
inline constexpr std::string_view signature_source_upload = "upload", signature_source_own_key = "own_key";
// What the certificates of such a signature say of who signed: a trusted one that names the buyer, a trusted one of
// somebody else, one that nothing vouches for.
inline constexpr std::string_view assurance_buyer = "buyer", assurance_trusted = "trusted",
                                  assurance_unknown = "unknown";
// Whether such a signature, of these fields, accepts the quote.
[[nodiscard]] bool added_signature_accepts(const QuoteRecord& quote, const std::vector<std::string>& fields,
                                           std::string_view assurance);

struct SignerRecord {
  std::string id, field;             // field: Customer1 to Customer3
  std::string status = "asked";      // asked signed declined
  std::string link;                  // SHA-256 of the link's token, lower-case hex
  std::uint64_t links = 1;           // how many were made: the newest alone opens anything
  std::vector<std::string> factors;  // by which the signer proves who they are: link, code, passkey
  std::optional<Timestamp> sent_at, reminded_at, viewed_at, ended_at;
  std::string viewed_sha256;  // the document that was read last
  std::uint64_t index = 0;    // of the entry that signed or declined
};

struct SignatureRequestRecord : SignableName {  // of the document
  std::string id;
  std::string status;  // open completed declined revoked expired overtaken
  bool in_order = false;
  std::string consent, consent_sha256;
  std::string owner, team, region;  // the document's
  std::string requested_by, requested_role;
  Timestamp requested_at, expires_at;
  std::optional<Timestamp> ended_at;
  std::uint64_t index = 0, ended_index = 0;
  std::vector<SignerRecord> signers;  // in the order of signing where there is one

  [[nodiscard]] const SignerRecord* signer(std::string_view signer_id) const;
  // Whether it is that signer's turn: always, unless one before has not signed in an ordered request.
  [[nodiscard]] bool is_turn_of(std::string_view signer_id) const;
};

struct RevisionRecord {
  std::uint64_t revision = 0;  // from 2; revision 1 is the document as it was made
  std::string kind;            // signature, or as quote.revision_added says
  std::string document_sha256;
  std::uint64_t document_size = 0, index = 0;  // index: of the entry that brought it
};

struct LinkRecord {
  std::string request, signer;
};

[[nodiscard]] Found<SignatureRequestRecord> find_signature_request(const StateReader& state, std::string_view id);
// By the SHA-256 of a link's token, hex. Only the newest link of a signer is found.
[[nodiscard]] Found<LinkRecord> find_link(const StateReader& state, std::string_view link);
// The index of the entry that registered the newest passkey of an identity: a keyed hash of a customer and an address.
[[nodiscard]] Found<std::uint64_t> find_passkey(const StateReader& state, std::string_view identity);
// Revisions from 2 on.
[[nodiscard]] Found<RevisionRecord> find_revision(const StateReader& state, const SignableName& document,
                                                  std::uint64_t revision);
[[nodiscard]] inline Found<RevisionRecord> find_revision(const StateReader& state, std::string_view quote,
                                                         std::uint64_t revision) {
  return find_revision(state, SignableName{SignableKind::quote, std::string(quote)}, revision);
}

// The entries that brought scans of a quote's signed paper, oldest first, with their SHA-256, hex.
struct ScanRecord {
  std::string sha256;
  std::uint64_t index = 0;
};
[[nodiscard]] Result<std::vector<ScanRecord>> find_scans(const StateReader& state, std::string_view number);

// Why nobody can sign it now, in the order in which they are told: `quote_voided`, `quote_superseded`,
// `request_completed`, `case_is_closed` (of a confirmation), `request_revoked`, `request_declined`,
// `request_overtaken`, `request_expired`, `quote_expired`. Nothing: it is open.
[[nodiscard]] std::optional<Error> why_closed(const SignatureRequestRecord& request, const Signable& document,
                                              Timestamp now);

// When what an entry says to have proved of a document ends (`ends`), and with what (`ends_with`); nothing where it
// does not say. False: what it says is no time.
[[nodiscard]] bool read_proof_end(const json::object& body, Signable& document);

// Rules of the fold, one for each type of entry. Errc::conflict with a stable code; Errc::invalid `bad_signature_entry`
// for an entry whose body has not the form that FORMAT.md says.
[[nodiscard]] Result<void> signature_requested(const Entry& entry, const json::object& facts, StateWriter& state);
[[nodiscard]] Result<void> signature_sent(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_reminded(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_link_renewed(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_viewed(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> passkey_registered(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_signed(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_declined(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_revoked(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> signature_expired(const Entry& entry, StateWriter& state);
// A signature without a request: brought by its signer's copy, or made with a seller's own key.
[[nodiscard]] Result<void> signature_added(const Entry& entry, StateWriter& state);
// A picture of paper that was signed: kept, and proving nothing about who signed it. It is no revision of the document.
[[nodiscard]] Result<void> signature_scanned(const Entry& entry, StateWriter& state);
[[nodiscard]] Result<void> revision_added(const Entry& entry, StateWriter& state);
// What an entry that voids or supersedes a quote, or closes a case, does to the document's open request; the caller
// writes the document.
[[nodiscard]] Result<void> overtake_signatures(const Entry& entry, Signable& document, StateWriter& state);

}  // namespace quotary::records
