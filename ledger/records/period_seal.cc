#include "ledger/records/period_seal.h"

#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

constexpr std::size_t month_size = 7, year_size = 4;  // of "2026-11" and "2026"
// Quotes lie in the order of their entries, which is that of their days but for what ran at the same time.
constexpr int disorder_days = 1;

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

Date first_day(std::string_view period) {
  const auto day = parse_date(std::string(period) + (period.size() == year_size ? "-01-01" : "-01"));
  QUOTARY_CHECK(day);
  return *day;
}

Date first_day_after(std::string_view period) {
  const Date first = first_day(period);
  if (period.size() == year_size) return {first.year + 1, 1, 1};
  return first.month == 12 ? Date{first.year + 1, 1, 1} : Date{first.year, first.month + 1, 1};
}

// The day from which on no quote of the period stands.
std::string behind(std::string_view period) { return format_date(add_days(first_day_after(period), disorder_days)); }

bool is_in(std::string_view day, std::string_view period) {
  return day.size() > period.size() && day.starts_with(period) && day[period.size()] == '-';
}

// The first quote at or behind an entry.
Found<QuoteRecord> quote_from(const StateReader& state, std::uint64_t index) {
  std::string number;
  QUOTARY_TRY_VOID(state.scan("list/", list_key(index), false, [&](std::string_view, std::string_view value) {
    number = value;
    return false;
  }));
  if (number.empty()) return std::optional<QuoteRecord>();
  return find_quote(state, number);
}

// An entry from which on all quotes of `day` and later stand, found by halving.
Result<std::uint64_t> entry_before(const StateReader& state, const std::string& day) {
  std::uint64_t low = 0, high = 1;
  for (;; high *= 2) {
    QUOTARY_TRY(quote, quote_from(state, high));
    if (!quote || quote->issue_date >= day) break;
    low = high;
  }
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    QUOTARY_TRY(quote, quote_from(state, middle));
    if (quote && quote->issue_date < day) {
      low = quote->index + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Calls `visit` for the quotes from an entry on, until one is of `end` or a later day.
Result<void> visit_quotes(const StateReader& state, std::uint64_t from, const std::string& end,
                          const std::function<Result<bool>(const QuoteRecord&)>& visit) {
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan("list/", list_key(from), false, [&](std::string_view, std::string_view number) {
    auto quote = find_quote(state, number);
    if (quote && !*quote) quote = state_damaged(quote_key(number));
    if (!quote) {
      failed = std::move(quote).error();
      return false;
    }
    if ((*quote)->issue_date >= end) return false;
    auto more = visit(**quote);
    if (more) return *more;
    failed = std::move(more).error();
    return false;
  }));
  if (failed) return *failed;
  return {};
}

Result<void> add(PeriodSums& sums, const json::object& totals) {
  for (auto [sum, name] : {std::pair{&sums.tax_exclusive, "tax_exclusive"}, std::pair{&sums.tax, "tax"},
                           std::pair{&sums.tax_inclusive, "tax_inclusive"}}) {
    QUOTARY_TRY(added, add_amounts(sum->empty() ? "0" : *sum, text_of(totals, name)));
    *sum = added;
  }
  return {};
}

Result<void> count_void(PeriodFigures& figures, const QuoteRecord& quote) {
  ++figures.voided;
  figures.size = std::max(figures.size, quote.void_index + 1);
  return add(figures.voided_sums[quote.currency], quote.totals);
}

Result<void> count(PeriodFigures& figures, const QuoteRecord& quote) {
  if (figures.count == 0) {
    figures.first = quote.number;
    figures.first_sequence = quote.sequence;
  }
  figures.last = quote.number;
  figures.last_sequence = quote.sequence;
  ++figures.count;
  figures.size = std::max(figures.size, quote.index + 1);
  QUOTARY_TRY_VOID(add(figures.sums[quote.currency], quote.totals));
  return quote.voided_at ? count_void(figures, quote) : Result<void>();
}

// Every quote of the period, one by one.
Result<void> count_quotes(const StateReader& state, std::string_view series, std::string_view period,
                          PeriodFigures& figures) {
  QUOTARY_TRY(from, entry_before(state, format_date(add_days(first_day(period), -disorder_days))));
  const auto take = [&](const QuoteRecord& quote) -> Result<bool> {
    if (quote.series != series || !is_in(quote.issue_date, period)) return true;
    QUOTARY_TRY_VOID(count(figures, quote));
    return true;
  };
  return visit_quotes(state, from, behind(period), take);
}

// What was issued in a sealed month, whose seal stands behind what is counted so far.
Result<void> count_sealed(PeriodFigures& figures, const PeriodSeal& month) {
  if (figures.count == 0) {
    figures.first = month.figures.first;
    figures.first_sequence = month.figures.first_sequence;
  }
  figures.last = month.figures.last;
  figures.last_sequence = month.figures.last_sequence;
  figures.count += month.figures.count;
  figures.size = std::max(figures.size, month.index + 1);
  for (const auto& [currency, sums] : month.figures.sums)
    QUOTARY_TRY_VOID(
        add(figures.sums[currency],
            {{"tax_exclusive", sums.tax_exclusive}, {"tax", sums.tax}, {"tax_inclusive", sums.tax_inclusive}}));
  return {};
}

// The voided quotes of those months, found among all that anyone asked to void since the year began: a seal does not
// say what was voided after it.
Result<void> count_voided(const StateReader& state, std::string_view series, std::string_view year,
                          const std::set<std::string>& months, PeriodFigures& figures) {
  QUOTARY_TRY(from, entry_before(state, format_date(add_days(first_day(year), -disorder_days))));
  std::optional<Error> failed;
  const auto take = [&](std::string_view id) -> Result<void> {
    QUOTARY_TRY(request, find_void(state, id));
    if (!request) return state_damaged(void_key(id));
    if (request->status != "approved") return {};
    QUOTARY_TRY(quote, find_quote(state, request->number));
    if (!quote) return state_damaged(quote_key(request->number));
    if (quote->series != series || !months.contains(quote->issue_date.substr(0, month_size))) return {};
    return count_void(figures, *quote);
  };
  QUOTARY_TRY_VOID(state.scan("voids/", voids_key(from), false, [&](std::string_view, std::string_view id) {
    auto taken = take(id);
    if (!taken) failed = std::move(taken).error();
    return taken.has_value();
  }));
  if (failed) return *failed;
  return {};
}

// A year is the sum of its months: of the sealed ones by their seals, so that a year costs what is voided and not what
// is issued in it.
Result<void> count_months(const StateReader& state, std::string_view series, std::string_view year,
                          PeriodFigures& figures) {
  std::set<std::string> sealed;
  for (int number = 1; number <= 12; ++number) {
    const std::string month = format_date({first_day(year).year, number, 1}).substr(0, month_size);
    QUOTARY_TRY(seal, find_period_seal(state, series, month));
    if (seal) {
      QUOTARY_TRY_VOID(count_sealed(figures, *seal));
      sealed.insert(month);
    } else {
      QUOTARY_TRY_VOID(count_quotes(state, series, month, figures));
    }
  }
  return count_voided(state, series, year, sealed, figures);
}

json::object sums_json(const std::map<std::string, PeriodSums>& sums) {
  json::object out;
  for (const auto& [currency, sum] : sums)
    out[currency] =
        json::object{{"tax_exclusive", sum.tax_exclusive}, {"tax", sum.tax}, {"tax_inclusive", sum.tax_inclusive}};
  return out;
}

std::map<std::string, PeriodSums> sums_of(const json::object& facts, std::string_view name) {
  std::map<std::string, PeriodSums> out;
  for (const auto& [currency, each] : object_of(facts, name)) {
    if (!each.is_object()) continue;
    const auto& sum = each.get_object();
    out[std::string(currency)] = {text_of(sum, "tax_exclusive"), text_of(sum, "tax"), text_of(sum, "tax_inclusive")};
  }
  return out;
}

// Every member of both, and no other.
Result<void> compare(const Entry& entry, const json::object& stated, const json::object& expected,
                     std::string_view period) {
  for (const auto& [name, value] : expected) {
    const auto* said = stated.if_contains(name);
    if (said && *said == value) continue;
    return refuse(entry, "period_differs",
                  "its " + std::string(name) + " is " + (said ? json::serialize(*said) : "missing") + ", but of " +
                      std::string(period) + " the entries say " + json::serialize(value));
  }
  if (stated.size() != expected.size()) return refuse(entry, "period_differs", "it has members that no seal has");
  return {};
}

}  // namespace

std::string_view kind_of_period(std::string_view period) {
  if (period.size() == year_size && parse_date(std::string(period) + "-01-01")) return "year";
  if (period.size() == month_size && parse_date(std::string(period) + "-01")) return "month";
  return {};
}

Found<PeriodFigures> period_figures(const StateReader& state, std::string_view series, std::string_view period) {
  PeriodFigures figures;
  if (period.size() == month_size) {
    QUOTARY_TRY_VOID(count_quotes(state, series, period, figures));
  } else {
    QUOTARY_TRY_VOID(count_months(state, series, period, figures));
  }
  if (figures.count == 0) return std::optional<PeriodFigures>();
  return std::optional<PeriodFigures>(std::move(figures));
}

Found<PeriodSeal> find_period_seal(const StateReader& state, std::string_view series, std::string_view period) {
  return read_record<PeriodSeal>(state, seal_key(series, period), [&](const json::object& o) {
    PeriodSeal seal{std::string(series), std::string(period), {}, number_of(o, "tree_size"), number_of(o, "index")};
    seal.figures.first = text_of(o, "first");
    seal.figures.last = text_of(o, "last");
    seal.figures.first_sequence = number_of(o, "first_sequence");
    seal.figures.last_sequence = number_of(o, "last_sequence");
    seal.figures.count = number_of(o, "count");
    seal.figures.voided = number_of(o, "voided");
    seal.figures.sums = sums_of(o, "sums");
    seal.figures.voided_sums = sums_of(o, "voided_sums");
    return seal;
  });
}

json::object period_seal_body(const PeriodSeal& seal) {
  const PeriodFigures& figures = seal.figures;
  return {{"series", seal.series},
          {"kind", kind_of_period(seal.period)},
          {"period", seal.period},
          {"first", figures.first},
          {"first_sequence", figures.first_sequence},
          {"last", figures.last},
          {"last_sequence", figures.last_sequence},
          {"count", figures.count},
          {"voided", figures.voided},
          {"tree_size", seal.tree_size}};
}

json::object period_seal_facts(const PeriodSeal& seal) {
  return {{"sums", sums_json(seal.figures.sums)}, {"voided_sums", sums_json(seal.figures.voided_sums)}};
}

Result<std::set<std::pair<std::string, std::string>>> unsealed_periods(const StateReader& state,
                                                                       std::string_view before_month,
                                                                       std::size_t wanted) {
  std::set<std::pair<std::string, std::string>> sealed, out;
  std::string newest;
  QUOTARY_TRY_VOID(state.scan(seal_prefix, "", false, [&](std::string_view key, std::string_view) {
    key.remove_prefix(seal_prefix.size());
    const auto slash = key.find('/');
    const std::string period(key.substr(slash + 1));
    if (period.size() == month_size) newest = std::max(newest, period);
    sealed.emplace(period, key.substr(0, slash));
    return true;
  }));
  std::uint64_t from = 0;
  if (!newest.empty()) {
    QUOTARY_TRY(begin, entry_before(state, format_date(add_days(first_day(newest), -disorder_days))));
    from = begin;
  }
  std::string enough = behind(before_month);
  const auto take = [&](const QuoteRecord& quote) -> Result<bool> {
    const std::string month = quote.issue_date.substr(0, month_size);
    if (quote.issue_date >= enough) return false;
    if (month.size() < month_size || month >= before_month || sealed.contains({month, quote.series})) return true;
    // With enough found, what is left of the newest of these months is still looked through.
    if (out.emplace(month, quote.series).second && out.size() == wanted) enough = behind(out.rbegin()->first);
    return true;
  };
  QUOTARY_TRY_VOID(visit_quotes(state, from, enough, take));
  if (!out.empty()) return out;
  for (const auto& [period, series] : sealed) {
    const std::string year = period.substr(0, year_size);
    if (year < before_month.substr(0, year_size) && !sealed.contains({year, series})) out.emplace(year, series);
  }
  return out;
}

Result<void> period_sealed(const Entry& entry, const json::object& facts, StateWriter& state) {
  PeriodSeal seal{text_of(entry.body, "series"),
                  text_of(entry.body, "period"),
                  {},
                  number_of(entry.body, "tree_size"),
                  entry.index};
  QUOTARY_TRY(series, find_series(state, seal.series));
  if (!series) return refuse(entry, "unknown_series", "no series " + seal.series);
  if (kind_of_period(seal.period).empty()) return refuse(entry, "bad_period", "no month and no year: " + seal.period);
  QUOTARY_TRY(before, find_period_seal(state, seal.series, seal.period));
  if (before) return refuse(entry, "period_sealed", "entry " + std::to_string(before->index) + " seals " + seal.period);
  QUOTARY_TRY(organisation, find_organisation(state));
  if (!organisation) return refuse(entry, "period_not_ended", "there is no organisation and no time zone");
  QUOTARY_TRY(zone, TimeZone::find(organisation->time_zone));
  if (zone.local_date(entry.time) < first_day_after(seal.period))
    return refuse(entry, "period_not_ended", seal.period + " had not ended in " + zone.name());
  QUOTARY_TRY(figures, period_figures(state, seal.series, seal.period));
  if (!figures) return refuse(entry, "period_empty", "nothing was issued in " + seal.period);
  seal.figures = std::move(*figures);
  if (seal.tree_size < seal.figures.size || seal.tree_size > entry.index)
    return refuse(entry, "period_differs",
                  "its tree_size is " + std::to_string(seal.tree_size) + ", but the figures of " + seal.period +
                      " follow from trees of " + std::to_string(seal.figures.size) + " to " +
                      std::to_string(entry.index) + " entries");
  QUOTARY_TRY_VOID(compare(entry, entry.body, period_seal_body(seal), seal.period));
  QUOTARY_TRY_VOID(compare(entry, facts, period_seal_facts(seal), seal.period));
  json::object value = period_seal_body(seal);
  for (auto& [name, sums] : period_seal_facts(seal)) value[name] = std::move(sums);
  value["index"] = entry.index;
  state.put(seal_key(seal.series, seal.period), json::serialize(value));
  return {};
}

Result<void> refuse_sealed_day(const Entry& entry, std::string_view series, std::string_view issue_date,
                               const StateReader& state) {
  for (const std::size_t size : {month_size, year_size}) {
    const auto period = issue_date.substr(0, size);
    if (period.size() != size) continue;
    QUOTARY_TRY(sealed, state.get(seal_key(series, period)));
    if (sealed) return refuse(entry, "period_sealed", std::string(period) + " is sealed: nothing more is issued in it");
  }
  return {};
}

}  // namespace quotary::records
