#include "api/organisation.h"

#include "api/use_cases/csv.h"
#include "api/use_cases/parts.h"
#include "api/use_cases/void_rules.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"

namespace quotary::api {
namespace {

using records::VoidRecord;

struct Row {
  VoidRecord request;
  records::QuoteRecord quote;
};

struct Rows {
  std::vector<Row> rows;
  bool more = false;
  std::uint64_t tree_size = 0;
  Hash root;
};

Result<void> check_days(const VoidFilter& filter) {
  QUOTARY_TRY_VOID(check_day("from", filter.from));
  QUOTARY_TRY_VOID(check_day("to", filter.to));
  return check_status(filter.status, {"open", "approved", "rejected", "withdrawn", "lapsed"});
}

// Newest first, from one snapshot.
Result<Rows> collect(const Organisation::Parts& parts, const Principal& caller, Call call, const VoidFilter& filter,
                     std::uint64_t rows_max) {
  QUOTARY_TRY_VOID(check_days(filter));
  Rows out;
  std::string from;
  if (!filter.cursor.empty()) {
    QUOTARY_TRY(cursor, parse_cursor(filter.cursor));
    if (cursor == 0) return out;
    from = records::voids_key(cursor - 1);
  }
  auto read = [&](const StateReader& state, std::uint64_t tree_size, const Hash& root) -> Result<void> {
    out.tree_size = tree_size;
    out.root = root;
    std::optional<Error> failed;
    auto scanned = state.scan("voids/", from, true, [&](std::string_view, std::string_view id) {
      auto request = records::find_void(state, id);
      if (!request || !*request) {
        failed = request ? fail(Errc::corrupt, "state_damaged", "the list names a request that is not there")
                         : request.error();
        return false;
      }
      const auto& r = **request;
      if (!in_scope(caller, call, r.owner, r.team, r.region)) return true;
      auto day = format_date(parts.zone->local_date(r.requested_at));
      if ((!filter.from.empty() && day < filter.from) || (!filter.to.empty() && day > filter.to)) return true;
      if (!filter.status.empty() && r.status != filter.status) return true;
      if (!filter.quote.empty() && r.number != filter.quote) return true;
      if (out.rows.size() == rows_max) {
        out.more = true;
        return false;
      }
      auto quote = records::find_quote(state, r.number);
      if (!quote || !*quote) {
        failed = quote ? fail(Errc::corrupt, "state_damaged", "a request's quote is not there") : quote.error();
        return false;
      }
      out.rows.push_back({std::move(**request), std::move(**quote)});
      return true;
    });
    if (failed) return *failed;
    return scanned;
  };
  QUOTARY_TRY_VOID(parts.ledger->read_state(read));
  return out;
}

// Hours with two decimals, without floating point.
std::string hours_between(Timestamp from, Timestamp to) {
  auto hundredths = (to.unix_ms - from.unix_ms) / 36'000;
  auto rest = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (rest.size() == 1 ? "0" : "") + rest;
}

constexpr std::string_view columns[] = {"number",        "issued_at",          "issuer",        "buyer",
                                        "tax_inclusive", "currency",           "status_before", "reason_code",
                                        "reason_text",   "requested_by",       "requested_at",  "decided_by",
                                        "decided_at",    "hours_to_decision",  "outcome",       "replaced_by",
                                        "signed",        "certificate_sha256", "entry_index"};

json::object report_row(const Organisation::Parts& parts, const Row& row) {
  const auto& r = row.request;
  const auto& q = row.quote;
  auto shown = void_row(parts, r);
  auto named = [&](const std::string& id) {
    auto name = parts.person_name(id);
    return name.empty() ? id : name;
  };
  json::object out{{"number", q.number},
                   {"issued_at", format_rfc3339(q.issued_at)},
                   {"issuer", named(q.owner)},
                   {"buyer", parts.buyer_name(q)},
                   {"tax_inclusive", q.tax_inclusive},
                   {"currency", q.currency},
                   {"status_before", r.status_before},
                   {"reason_code", r.reason_code},
                   {"reason_text", records::text_of(shown, "reason_text")},
                   {"requested_by", named(r.requested_by)},
                   {"requested_at", format_rfc3339(r.requested_at)}};
  out["decided_by"] = r.decided_at ? named(r.decided_by) : "";
  out["decided_at"] = r.decided_at ? format_rfc3339(*r.decided_at) : "";
  out["hours_to_decision"] = r.decided_at ? hours_between(r.requested_at, *r.decided_at) : "";
  out["outcome"] = r.status;
  out["replaced_by"] = r.replacement.empty() ? q.superseded_by : r.replacement;
  out["signed"] = q.accepted_at.has_value();
  out["certificate_sha256"] = r.certificate_sha256;
  out["entry_index"] = r.decided_index ? r.decided_index : r.index;
  return out;
}

struct Total {
  std::uint64_t count = 0;
  std::map<std::string, std::string> amounts;  // by currency
};

Result<void> add_to(Total& total, const Row& row) {
  ++total.count;
  auto& sum = total.amounts[row.quote.currency];
  QUOTARY_TRY(added, records::add_amounts(sum.empty() ? "0" : sum, row.quote.tax_inclusive));
  sum = added;
  return {};
}

json::array totals_array(const std::map<std::string, Total>& totals) {
  json::array out;
  for (const auto& [key, total] : totals) {
    json::object amounts;
    for (const auto& [currency, sum] : total.amounts) amounts[currency] = sum;
    out.push_back(json::object{{"key", key}, {"count", total.count}, {"tax_inclusive", amounts}});
  }
  return out;
}

}  // namespace

Result<Answer> Organisation::list_voids(const Principal& caller, const VoidFilter& filter) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_void));
  QUOTARY_TRY(limit, page_limit(filter.limit));
  QUOTARY_TRY(found, collect(*parts_, caller, Call::read_void, filter, limit));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "void.list", {}, found.rows.size()));
  json::array items;
  for (const auto& row : found.rows) items.push_back(void_row(*parts_, row.request));
  json::object out{{"items", items}};
  if (found.more) out["next_cursor"] = std::to_string(found.rows.back().request.index);
  return Answer{200, std::move(out), false};
}

Result<Answer> Organisation::voids_report(const Principal& caller, const VoidFilter& filter) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::report_voids));
  QUOTARY_TRY(found, collect(*parts_, caller, Call::report_voids, filter, report_rows_max));
  if (found.more) return fail(Errc::too_large, "report_too_large", "more than 100,000 rows: narrow from and to");
  QUOTARY_TRY_VOID(parts_->note_read(caller, "void.report", {}, found.rows.size()));
  json::array rows;
  std::map<std::string, Total> by_month, by_person, by_reason, by_currency;
  for (const auto& row : found.rows) {
    auto shown = report_row(*parts_, row);
    auto month = format_date(parts_->zone->local_date(row.request.requested_at)).substr(0, 7);
    QUOTARY_TRY_VOID(add_to(by_month[month], row));
    QUOTARY_TRY_VOID(add_to(by_person[records::text_of(shown, "requested_by")], row));
    QUOTARY_TRY_VOID(add_to(by_reason[row.request.reason_code], row));
    QUOTARY_TRY_VOID(add_to(by_currency[row.quote.currency], row));
    rows.push_back(std::move(shown));
  }
  return Answer{200,
                {{"rows", rows},
                 {"totals", json::object{{"month", totals_array(by_month)},
                                         {"person", totals_array(by_person)},
                                         {"reason", totals_array(by_reason)},
                                         {"currency", totals_array(by_currency)}}},
                 {"tree_size", found.tree_size},
                 {"root", found.root.hex()}},
                false};
}

Result<Bytes> Organisation::voids_report_csv(const Principal& caller, const VoidFilter& filter) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::report_voids));
  QUOTARY_TRY(found, collect(*parts_, caller, Call::report_voids, filter, report_rows_max));
  if (found.more) return fail(Errc::too_large, "report_too_large", "more than 100,000 rows: narrow from and to");
  QUOTARY_TRY_VOID(parts_->note_read(caller, "void.report", {}, found.rows.size()));
  std::string out(csv_begin);
  auto line_end = [&] {
    out.back() = '\r';
    out += '\n';
  };
  for (auto column : columns) out += std::string(column) + ",";
  line_end();
  for (const auto& row : found.rows) {
    auto shown = report_row(*parts_, row);
    for (auto column : columns) {
      const auto& value = shown.at(column);
      std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
      // Amounts are numbers to a spreadsheet, also negative ones.
      out += (column == "tax_inclusive" ? text : csv_cell(std::move(text))) + ",";
    }
    line_end();
  }
  return Bytes{std::move(out), "text/csv; charset=utf-8", {}, "voids.csv", found.tree_size, found.root.hex()};
}

}  // namespace quotary::api
