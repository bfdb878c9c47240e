// What is common to all documents that customers are asked to sign: the PDF with its line of revisions, who may see it,
// the open request and what came of it. The flow that signs works on this alone. Values.
#pragma once

#include "ledger/base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::records {

enum class SignableKind { quote, confirmation };

struct SignableName {
  SignableKind kind = SignableKind::quote;
  std::string number;  // a quote's number, or a confirmation's id

  // The subject of its entries: "quote:<number>", "confirmation:<id>".
  [[nodiscard]] std::string subject() const { return code() + ":" + number; }
  [[nodiscard]] std::string code() const { return kind == SignableKind::quote ? "quote" : "confirmation"; }
  // The member of an entry's body that names it.
  [[nodiscard]] std::string_view member() const { return kind == SignableKind::quote ? "number" : "confirmation"; }
  // What its entries are kept under in the state. A confirmation's id must not meet a number.
  [[nodiscard]] std::string place() const { return kind == SignableKind::quote ? number : subject(); }
  [[nodiscard]] std::string in_words() const { return kind == SignableKind::quote ? number : "confirmation " + number; }
  // What files that hold it are called, without an ending.
  [[nodiscard]] std::string stem() const { return kind == SignableKind::quote ? number : "confirmation-" + number; }
};

struct Signable : SignableName {
  std::uint64_t index = 0;       // of the entry that made it, which holds revision 1 as `pdf`
  std::uint64_t last_index = 0;  // the newest entry about it
  std::string owner, team, region;
  std::string outcome;  // "issued", "accepted" or "declined"
  Timestamp expires_at;
  std::string customer;  // the key subject of its private objects
  std::string document_sha256, document_media_type;
  std::uint64_t document_size = 0;
  std::string superseded_by;
  std::optional<Timestamp> accepted_at, voided_at;
  std::optional<Timestamp> case_closed_at;  // of the case that a confirmation belongs to
  std::string open_signature;               // the id of the open signature request
  std::vector<std::string> signed_fields;   // of the document, in the order of signing
  std::uint64_t revision = 1;               // the document's newest
  std::string revision_sha256;              // of the newest, when it is a later one than the first
  std::uint64_t revision_size = 0;
  std::string long_term_level;  // that the newest revision was brought to for later proof: "B-LTA"; else empty
  std::optional<Timestamp> long_term_ends;  // when that cannot be proved any more
  std::string long_term_ends_with;          // by which certificate or algorithm; empty: its entry does not say

  [[nodiscard]] const std::string& newest_sha256() const { return revision == 1 ? document_sha256 : revision_sha256; }
  [[nodiscard]] std::uint64_t newest_size() const { return revision == 1 ? document_size : revision_size; }
};

// voided, superseded, accepted | declined, expired, valid: the first that applies at `now`.
[[nodiscard]] std::string status_at(const Signable& document, Timestamp now);

}  // namespace quotary::records
