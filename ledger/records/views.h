// Typed readers of the folded state. Values; each call reads the state it is given and nothing else.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "ledger/log/sequencer.h"
#include "ledger/records/signable.h"

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

struct QuoteRecord : Signable {
  std::string series, period;
  std::uint64_t sequence = 0;
  Timestamp issued_at;
  std::string issue_date, valid_start, valid_end;
  std::string currency, tax_inclusive;
  json::object totals;
  std::string revision_of;
  std::optional<Timestamp> superseded_at;
  std::string void_reason_code, void_request;
  std::uint64_t void_index = 0;
  std::string open_request;
  std::optional<Timestamp> void_requested_at;
};

// status_at(), with "void_requested" for a valid quote that has an open request, and "issued" for "valid".
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
  std::string kind;  // "quote", "void_certificate" or "confirmation"
  std::string number, request;
  std::string confirmation;  // its id
  std::uint64_t index = 0, revision = 1;

  // The quote that it is of, or is about, or the confirmation.
  [[nodiscard]] SignableName about() const {
    return confirmation.empty() ? SignableName{SignableKind::quote, number}
                                : SignableName{SignableKind::confirmation, confirmation};
  }
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
