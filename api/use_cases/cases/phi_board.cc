#include "api/use_cases/cases/board_calls.h"
#include "api/use_cases/csv.h"
#include "ledger/health/phi.h"
#include "ledger/records/cases.h"

#include <algorithm>

namespace quotary::api {
namespace {

using health::MonthlyPhi;
using records::PersonRecord;

struct Months {
  health::Month current, previous;
  bool current_closed = false, previous_closed = false;
};

// A unit's or a person's two months.
struct Figures {
  MonthlyPhi current, previous;
  [[nodiscard]] bool benchmark() const { return health::benchmark(previous, current); }
};

struct PersonFigures {
  PersonRecord person;
  Figures figures;
  health::Counts now, before;
};

struct Board {
  BoardUnit unit;
  Months months;
  Figures figures;
  std::vector<PersonFigures> people;  // by id
  health::TeamAverage average;
  std::string average_of;  // whose: "team", "region", "organisation"; empty: nobody's
  AsOf as_of;
};

Result<Months> months_of(const std::string& asked, const TimeZone& zone, Timestamp now) {
  const auto current = health::month_of(now, zone);
  auto month = asked.empty() ? Result<health::Month>(current) : health::parse_month(asked);
  if (!month) return invalid_parameter("month", "bad_month", "a month is like 2026-11");
  if (month->year < board_year_min || *month > current)
    return invalid_parameter("month", "bad_month",
                             "a month is from " + std::to_string(board_year_min) + "-01 to the current one, " +
                                 health::format_month(current));
  Months out{*month, health::previous(*month), false, false};
  out.current_closed = health::closed(out.current, zone, now);
  out.previous_closed = health::closed(out.previous, zone, now);
  return out;
}

Figures figures_of(const Months& months, const health::Counts& now, const health::Counts& before) {
  const auto weights = health::first_weights();
  return {{months.current, months.current_closed, health::phi(now, weights)},
          {months.previous, months.previous_closed, health::phi(before, weights)}};
}

Result<std::vector<PersonFigures>> figures_of_people(const StateReader& state, const BoardUnit& unit,
                                                     const Months& months) {
  QUOTARY_TRY(people, people_of(state, unit));
  const auto current = health::format_month(months.current), previous = health::format_month(months.previous);
  std::vector<PersonFigures> out;
  out.reserve(people.size());
  for (PersonRecord& person : people) {
    QUOTARY_TRY(now, records::find_counts(state, person.id, current));
    QUOTARY_TRY(before, records::find_counts(state, person.id, previous));
    out.push_back({std::move(person), figures_of(months, now, before), now, before});
  }
  return out;
}

health::TeamAverage average_of(const std::vector<PersonFigures>& people) {
  std::vector<health::Phi> all;
  all.reserve(people.size());
  for (const PersonFigures& each : people) all.push_back(each.figures.current.phi);
  return health::team_average(all);
}

Result<void> compute(const StateReader& state, Board& board) {
  QUOTARY_TRY(people, figures_of_people(state, board.unit, board.months));
  board.people = std::move(people);
  health::Counts now, before;
  for (const PersonFigures& each : board.people) {
    QUOTARY_TRY(with_now, health::add(now, each.now));
    QUOTARY_TRY(with_before, health::add(before, each.before));
    now = with_now;
    before = with_before;
  }
  board.figures = figures_of(board.months, now, before);
  if (board.unit.kind != BoardUnit::Kind::person) {
    constexpr std::string_view names[] = {"", "team", "region", "organisation"};
    board.average_of = names[static_cast<std::size_t>(board.unit.kind)];
    board.average = average_of(board.people);
  } else if (!board.unit.team.empty()) {
    // What a person may know of the others: their mean, and of how many it is.
    const BoardUnit team{BoardUnit::Kind::team, {}, board.unit.team, board.unit.region};
    QUOTARY_TRY(colleagues, figures_of_people(state, team, board.months));
    board.average_of = "team";
    board.average = average_of(colleagues);
  }
  return {};
}

Result<Board> board_of(const Organisation::Parts& parts, const Principal& caller, const PhiFilter& filter) {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_board));
  Board out;
  auto as_of = read_board(parts, [&](const StateReader& state, Timestamp now) -> Result<void> {
    QUOTARY_TRY(months, months_of(filter.month, *parts.zone, now));
    QUOTARY_TRY(unit, board_unit(state, caller, filter.unit));
    out.months = months;
    out.unit = unit;
    return compute(state, out);
  });
  if (!as_of) return std::move(as_of).error();
  out.as_of = *as_of;
  QUOTARY_TRY_VOID(parts.note_read(caller, "board.phi", {}, out.people.size()));
  return out;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}
std::optional<std::string> text_of_index(const MonthlyPhi& month) {
  return month.phi.index ? std::optional(month.phi.index->text) : std::nullopt;
}

json::object month_row(const MonthlyPhi& month) {
  json::object out{{"month", health::format_month(month.month)}, {"closed", month.closed}};
  for (const auto& [name, value] : health::to_json(month.phi)) out[name] = value;
  return out;
}

json::object person_row(const Organisation::Parts& parts, const PersonFigures& each) {
  json::object out{
      {"person",
       json::object{{"id", each.person.id}, {"name", parts.person_name(each.person.id)}, {"role", each.person.role}}}};
  if (!each.person.team.empty()) out["team"] = each.person.team;
  if (!each.person.region.empty()) out["region"] = each.person.region;
  auto figures = health::to_json(each.figures.current.phi);
  figures.erase("weights");  // the answer's own
  for (const auto& [name, value] : figures) out[name] = value;
  out["previous_phi"] = text_or_null(text_of_index(each.figures.previous));
  out["benchmark"] = each.figures.benchmark();
  return out;
}

// One page of the people, behind the cursor's.
void add_people(const Organisation::Parts& parts, const Board& board, const std::string& cursor, std::uint64_t limit,
                json::object& out) {
  auto at = std::upper_bound(board.people.begin(), board.people.end(), cursor,
                             [](const std::string& id, const PersonFigures& each) { return id < each.person.id; });
  json::array rows;
  for (; at != board.people.end() && rows.size() < limit; ++at) rows.push_back(person_row(parts, *at));
  if (at != board.people.end()) out["next_cursor"] = std::prev(at)->person.id;
  out["people"] = std::move(rows);
}

constexpr std::string_view columns[] = {"person",
                                        "name",
                                        "role",
                                        "team",
                                        "region",
                                        "month",
                                        "leads",
                                        "answered_in_time",
                                        "actions_due",
                                        "actions_complete",
                                        "fields_required",
                                        "fields_filled",
                                        "response_rate",
                                        "action_completion",
                                        "information_completeness",
                                        "phi",
                                        "previous_phi",
                                        "benchmark",
                                        "weights_version"};

std::string cell_text(const json::value& value) {
  if (value.is_null()) return {};
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string csv_row(const Organisation::Parts& parts, const PersonFigures& each) {
  const auto row = month_row(each.figures.current);
  const auto& counts = row.at("counts").as_object();
  const auto& person = each.person;
  std::vector<std::string> cells{person.id,     parts.person_name(person.id), person.role, person.team,
                                 person.region, cell_text(row.at("month"))};
  for (const char* name :
       {"leads", "answered_in_time", "actions_due", "actions_complete", "fields_required", "fields_filled"})
    cells.push_back(cell_text(counts.at(name)));
  for (const char* name : {"response_rate", "action_completion", "information_completeness", "phi"})
    cells.push_back(cell_text(row.at(name)));
  cells.push_back(text_of_index(each.figures.previous).value_or(""));
  cells.emplace_back(each.figures.benchmark() ? "true" : "false");
  cells.push_back(cell_text(row.at("weights").at("version")));
  QUOTARY_CHECK(cells.size() == std::size(columns));
  std::string out;
  for (std::string& cell : cells) out += (out.empty() ? "" : ",") + csv_cell(std::move(cell));
  return out + "\r\n";
}

}  // namespace

Result<Answer> phi_board(const Organisation::Parts& parts, const Principal& caller, const PhiFilter& filter) {
  QUOTARY_TRY(limit, page_limit(filter.limit, board_people_page, board_people_page_max));
  QUOTARY_TRY(board, board_of(parts, caller, filter));
  auto out = month_row(board.figures.current);
  out["unit"] = unit_row(parts, board.unit);
  out["previous"] = month_row(board.figures.previous);
  out["benchmark"] = board.figures.benchmark();
  if (!board.average_of.empty())
    out["average"] = json::object{
        {"of", board.average_of}, {"people", board.average.people}, {"phi", text_or_null(board.average.average)}};
  if (board.unit.kind != BoardUnit::Kind::person) add_people(parts, board, filter.cursor, limit, out);
  out["as_of"] = to_json(board.as_of);
  return Answer{200, std::move(out), false};
}

Result<Bytes> phi_board_csv(const Organisation::Parts& parts, const Principal& caller, const PhiFilter& filter) {
  QUOTARY_TRY(board, board_of(parts, caller, filter));
  std::string out(csv_begin);
  for (const std::string_view column : columns) out += (column == columns[0] ? "" : ",") + std::string(column);
  out += "\r\n";
  for (const PersonFigures& each : board.people) out += csv_row(parts, each);
  return Bytes{std::move(out),
               "text/csv; charset=utf-8",
               {},
               "phi-" + health::format_month(board.months.current) + ".csv",
               board.as_of.tree_size,
               board.as_of.root.hex()};
}

}  // namespace quotary::api
