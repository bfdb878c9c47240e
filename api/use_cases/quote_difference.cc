// What differs between two quotes, as a caller who may read both is told.
#include "ledger/quote/difference.h"

#include "api/use_cases/parts.h"

namespace quotary::api {
namespace {

json::object amount_row(const AmountDifference& amount) {
  const auto or_null = [](const std::string& text) { return text.empty() ? json::value() : json::value(text); };
  return {
      {"before", or_null(amount.before)}, {"after", or_null(amount.after)}, {"difference", or_null(amount.difference)}};
}

json::array field_rows(const std::vector<FieldDifference>& fields) {
  json::array out;
  for (const FieldDifference& each : fields)
    out.push_back(json::object{{"pointer", each.pointer}, {"before", each.before}, {"after", each.after}});
  return out;
}

json::object line_row(const LineDifference& line) {
  const auto place = [](const std::optional<std::size_t>& at) { return at ? json::value(*at) : json::value(); };
  return {{"kind", !line.before  ? "added"
                   : !line.after ? "removed"
                                 : "changed"},
          {"item", line.item},
          {"before", place(line.before)},
          {"after", place(line.after)},
          {"line_extension", amount_row(line.amount)},
          {"fields", field_rows(line.fields)}};
}

struct Read {
  records::QuoteRecord record;
  NumberedQuote stored;
};

Result<Read> read_whole(const Organisation::Parts& parts, const Principal& caller, std::string_view number) {
  QUOTARY_TRY(record, parts.quote_for(caller, Call::read_quote, number));
  QUOTARY_TRY(entry, parts.ledger->entry(record.index));
  QUOTARY_TRY(stored, parts.stored_quote(entry));
  return Read{std::move(record), std::move(stored)};
}

json::object side(const Read& read) {
  return {{"number", read.record.number},
          {"currency", read.record.currency},
          {"issued_at", format_rfc3339(read.record.issued_at)},
          {"index", read.record.index}};
}

}  // namespace

Result<Answer> Organisation::quote_difference(const Principal& caller, std::string_view number,
                                              std::string_view from) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::read_quote));
  QUOTARY_TRY(after, read_whole(*parts_, caller, number));
  const std::string other = from.empty() ? after.record.revision_of : std::string(from);
  if (other.empty())
    return invalid_parameter("from", "from_missing",
                             "this quote revises none: name another quote's number to compare it with");
  QUOTARY_TRY(before, read_whole(*parts_, caller, other));
  for (const auto* each : {&before, &after})
    QUOTARY_TRY_VOID(parts_->note_read(caller, "quote.read", "quote:" + each->record.number));
  const auto found = difference_between(before.stored.quote, after.stored.quote);
  json::object totals;
  for (const AmountDifference& each : found.totals) totals[each.name] = amount_row(each);
  json::array lines;
  for (const LineDifference& each : found.lines) lines.push_back(line_row(each));
  return Answer{200,
                json::object{{"before", side(before)},
                             {"after", side(after)},
                             {"totals", std::move(totals)},
                             {"lines", std::move(lines)},
                             {"fields", field_rows(found.fields)}},
                false};
}

}  // namespace quotary::api
