// Typed readers of the folded state. Values; each call reads the state it is given and nothing else.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "ledger/log/sequencer.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::records {

struct OrganisationRecord {
  std::string origin, public_url, time_zone;
};

struct PersonRecord {
  std::string id, role, team, region;
  std::uint64_t index = 0;
};

struct SeriesRecord {
  std::string name, branch, type, pattern, period;
  std::uint64_t index = 0;
};

// Where a series stands. After series.period_ended `ended` is true and the next number is 1 of another period.
struct SeriesState {
  std::string period;
  bool ended = false;
  std::uint64_t last = 0, count = 0;
  std::map<std::string, std::string> sums;  // tax_inclusive by currency
  Timestamp last_issued_at;
};

struct QuoteRecord {
  std::string number, series, period;
  std::uint64_t sequence = 0, index = 0;
  std::uint64_t last_index = 0;  // the newest entry about the quote
  std::string owner, team, region;
  std::string outcome;  // "issued", "accepted" or "declined"
  Timestamp issued_at, expires_at;
  std::string issue_date, valid_start, valid_end;
  std::string currency, tax_inclusive;
  json::object totals;
  std::string customer;  // the key subject of its private objects
  std::string document_sha256, document_media_type;
  std::uint64_t document_size = 0;
  std::string revision_of, superseded_by;
  std::optional<Timestamp> superseded_at, accepted_at;
  std::optional<Timestamp> voided_at;
  std::string void_reason_code, void_request;
  std::uint64_t void_index = 0;
  std::string open_request;
  std::optional<Timestamp> void_requested_at;
  std::string open_signature;              // the id of the open signature request
  std::vector<std::string> signed_fields;  // of the document, in the order of signing
  std::uint64_t revision = 1;              // the document's newest
  std::string revision_sha256;             // of the newest, when it is a later one than the first
  std::uint64_t revision_size = 0;
  std::string long_term_level;  // that the newest revision was brought to for later proof: "B-LTA"; else empty
  std::optional<Timestamp> long_term_ends;  // when that cannot be proved any more
  std::string long_term_ends_with;          // by which certificate or algorithm; empty: its entry does not say

  [[nodiscard]] const std::string& newest_sha256() const { return revision == 1 ? document_sha256 : revision_sha256; }
  [[nodiscard]] std::uint64_t newest_size() const { return revision == 1 ? document_size : revision_size; }
};

// voided, superseded, accepted | declined, expired, valid: the first that applies at `now`.
[[nodiscard]] std::string status_at(const QuoteRecord& quote, Timestamp now);
// The same, with "void_requested" for a valid quote that has an open request, and "issued" for "valid".
[[nodiscard]] std::string list_status_at(const QuoteRecord& quote, Timestamp now);

struct VoidRecord {
  std::string id, number, status;  // open approved rejected withdrawn lapsed
  std::string reason_code, replacement;
  std::string owner, team, region;  // the quote's
  std::string requested_by, requested_role, decided_by, decided_role;
  Timestamp requested_at, lapse_at;
  std::optional<Timestamp> decided_at;
  std::uint64_t index = 0, decided_index = 0;
  std::string status_before;  // the quote's status when it was decided, or asked while open
  std::string certificate_sha256;
};

struct PdfRecord {
  std::string kind;  // "quote" or "void_certificate"
  std::string number, request;
  std::uint64_t index = 0, revision = 1;
};

struct RequestRecord {
  std::string body;  // hex
  std::uint64_t index = 0;
};

template <class T>
using Found = Result<std::optional<T>>;

[[nodiscard]] Found<OrganisationRecord> find_organisation(const StateReader& state);
[[nodiscard]] Found<PersonRecord> find_person(const StateReader& state, std::string_view id);
[[nodiscard]] Found<std::string> find_token_person(const StateReader& state, std::string_view token_hash);
[[nodiscard]] Found<std::string> find_login_person(const StateReader& state, std::string_view login_hash);
[[nodiscard]] Found<SeriesRecord> find_series(const StateReader& state, std::string_view name);
[[nodiscard]] Found<SeriesState> find_series_state(const StateReader& state, std::string_view name);
// The last number of a period, open or ended.
[[nodiscard]] Found<std::uint64_t> find_period_last(const StateReader& state, std::string_view series,
                                                    std::string_view period);
[[nodiscard]] Found<QuoteRecord> find_quote(const StateReader& state, std::string_view number);
// Every quote, by number.
[[nodiscard]] Result<void> for_each_quote(const StateReader& state,
                                          const std::function<void(const QuoteRecord&)>& visit);
[[nodiscard]] Found<std::string> find_number_by_code(const StateReader& state, std::string_view code_hash);
[[nodiscard]] Found<PdfRecord> find_pdf(const StateReader& state, std::string_view sha256_hex);
[[nodiscard]] Found<VoidRecord> find_void(const StateReader& state, std::string_view id);
[[nodiscard]] Found<RequestRecord> find_request(const StateReader& state, std::string_view scope);

// Adds decimal strings of the same number of fraction digits, without floating point. Errc::invalid `bad_amount`.
[[nodiscard]] Result<std::string> add_amounts(std::string_view left, std::string_view right);

// The state's value forms, for the fold alone.
[[nodiscard]] std::string encode(const SeriesState& value);
[[nodiscard]] std::string encode(const QuoteRecord& value);
[[nodiscard]] std::string encode(const VoidRecord& value);

}  // namespace quotary::records
