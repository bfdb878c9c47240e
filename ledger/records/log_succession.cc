#include "ledger/records/log_succession.h"

#include "ledger/log/succession.h"
#include "ledger/records/keys.h"
#include "ledger/records/record_json.h"

#include <algorithm>

namespace quotary::records {
namespace {

Error refuse(const Entry& entry, std::string_view code, std::string_view detail) {
  return fail(Errc::conflict, std::string(code), entry.type + ": " + std::string(detail));
}

}  // namespace

Result<std::vector<BurnedNumbers>> find_burned(const StateReader& state, std::string_view series,
                                               std::string_view period) {
  std::vector<BurnedNumbers> out;
  QUOTARY_TRY_VOID(state.scan(burned_prefix(series, period), "", false, [&](std::string_view, std::string_view value) {
    const auto parsed = parse_json(value);
    if (!parsed || !parsed->is_object()) return true;
    const json::object& burned = parsed->get_object();
    out.push_back({number_of(burned, "first"), number_of(burned, "last"), number_of(burned, "index")});
    return true;
  }));
  return out;
}

std::optional<BurnedNumbers> burned_by(const Entry& entry, std::string_view series, std::string_view period) {
  if (entry.type != numbers_burned_type || text_of(entry.body, "series") != series ||
      text_of(entry.body, "period") != period)
    return std::nullopt;
  const BurnedNumbers burned{number_of(entry.body, "first"), number_of(entry.body, "last"), entry.index};
  if (burned.first == 0 || burned.last < burned.first) return std::nullopt;
  return burned;
}

Result<void> log_key_replaced(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY(said, read_rotation(entry));
  QUOTARY_TRY(stands, state.get(log_key_key()));
  if (stands && *stands != vkey_text(said.old_key))
    return refuse(entry, "key_not_current", "the log's key is " + *stands);
  state.put(log_key_key(), vkey_text(said.new_key));
  return {};
}

Result<void> log_succeeded(const Entry& entry, StateWriter& state) {
  // Which key the log had last may be among what was lost.
  QUOTARY_TRY(said, read_rotation(entry));
  state.put(log_key_key(), vkey_text(said.new_key));
  QUOTARY_TRY(made, find_organisation(state));
  if (!made || made->origin != said.origin) return refuse(entry, "other_origin", "this is no log of " + said.origin);
  state.put(organisation_key(),
            json::serialize(json::object{
                {"origin", said.new_key.name}, {"public_url", made->public_url}, {"time_zone", made->time_zone}}));
  state.put(succession_place_key(), std::to_string(entry.index + 1));
  return {};
}

Result<void> take_succession_place(const Entry& entry, StateWriter& state, std::string_view what) {
  QUOTARY_TRY(next, state.get(succession_place_key()));
  if (!next || *next != std::to_string(entry.index))
    return refuse(entry, "not_succeeding", std::string(what) + " right behind a log's succession alone");
  state.put(succession_place_key(), std::to_string(entry.index + 1));
  return {};
}

// The places behind the last number that is known, so that none of them is given twice.
Result<void> numbers_burned(const Entry& entry, StateWriter& state) {
  QUOTARY_TRY_VOID(take_succession_place(entry, state, "numbers are burned"));
  const auto series = text_of(entry.body, "series"), period = text_of(entry.body, "period");
  // The series itself may be among what was lost: one that is added again goes on behind these.
  if (series.empty()) return refuse(entry, "unknown_series", "it names no series");
  QUOTARY_TRY(stands, find_series_state(state, series));
  SeriesState next = stands ? *stands : SeriesState{period, false, 0, 0, {}, {}};
  if (next.period != period) {
    // Numbers of a period that had begun were lost, so the one before has ended, as far as its entries are known.
    if (stands && !stands->ended) {
      json::object sums;
      for (const auto& [currency, sum] : stands->sums) sums[currency] = sum;
      state.put(
          period_key(series, stands->period),
          json::serialize(json::object{
              {"first", 1}, {"last", stands->last}, {"count", stands->count}, {"sums", sums}, {"index", entry.index}}));
    }
    next = SeriesState{period, false, 0, 0, {}, next.last_issued_at};
  }
  const auto burned = burned_by(entry, series, period);
  if (!burned || next.ended || burned->first != next.last + 1)
    return refuse(entry, "number_not_next", "the series' last number is " + std::to_string(next.last));
  next.last = burned->last;
  next.last_issued_at = std::max(next.last_issued_at, entry.time);  // so that no clock brings an earlier period back
  state.put(last_key(series), encode(next));
  state.put(burned_prefix(series, period) + digits20(burned->first),
            json::serialize(json::object{{"first", burned->first}, {"last", burned->last}, {"index", entry.index}}));
  return {};
}

}  // namespace quotary::records
