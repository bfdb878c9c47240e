#include "api/organisation.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/parts.h"
#include "ledger/records/keys.h"
#include "ledger/records/period_seal.h"

namespace quotary::api {
namespace {

constexpr int months_a_year = 12;

json::object describe(const records::PeriodSeal& seal) {
  json::object item = records::period_seal_body(seal);
  for (auto& [name, sums] : records::period_seal_facts(seal)) item[name] = std::move(sums);
  item["index"] = seal.index;
  return item;
}

Draft draft_of(const records::PeriodSeal& seal) {
  Draft draft = system_draft(records::period_sealed_type, "series:" + seal.series, records::period_seal_body(seal));
  draft.objects.push_back(facts_object(records::period_seal_facts(seal)));
  return draft;
}

// The figures are found here, beside the sequencer; it finds them again when it folds the seal, and refuses one that
// something changed since, such as a void. The next tick then seals with what is true by then.
Result<bool> seal_period(Ledger& ledger, const std::string& series, const std::string& period) {
  records::PeriodSeal seal{series, period, {}, 0, 0};
  QUOTARY_TRY_VOID(
      ledger.read_state([&](const StateReader& state, std::uint64_t tree_size, const Hash&) -> Result<void> {
        QUOTARY_TRY(figures, records::period_figures(state, series, period));
        if (!figures) return fail(Errc::corrupt, "state_damaged", "the quotes of a period cannot be found again");
        seal.figures = std::move(*figures);
        seal.tree_size = tree_size;
        return {};
      }));
  const auto shared = std::make_shared<const Draft>(draft_of(seal));
  auto done =
      ledger.append([shared, series, period](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
        QUOTARY_TRY(before, records::find_period_seal(state, series, period));
        if (before) return fail(Errc::conflict, "period_sealed", "the period was sealed meanwhile");
        return std::vector<Draft>{*shared};
      });
  if (done) return true;
  if (done.error().kind == Errc::conflict) return false;
  return std::move(done).error();
}

}  // namespace

Result<std::uint64_t> Organisation::Parts::seal_periods() {
  if (ledger->state().latched || ledger->state().read_only) return std::uint64_t{0};
  const Date day = zone->local_date(Timestamp{now().unix_ms - period_seal_grace_ms});
  const int month = day.year * months_a_year + day.month;
  if (periods_looked_at >= month) return std::uint64_t{0};
  using Periods = std::set<std::pair<std::string, std::string>>;
  const std::string before = format_date(day).substr(0, 7);
  std::uint64_t written = 0;
  while (written < period_seals_max) {
    QUOTARY_TRY(found, read<Periods>([&](const StateReader& state) {
                  return records::unsealed_periods(state, before, period_seals_max);
                }));
    if (found.empty()) {
      periods_looked_at = month;
      return written;
    }
    for (const auto& [period, series] : found) {
      if (written == period_seals_max) return written;
      QUOTARY_TRY(done, seal_period(*ledger, series, period));
      if (!done) return written;
      ++written;
    }
  }
  return written;
}

Result<Answer> Organisation::list_period_seals(const Principal& caller, std::string_view series,
                                               const PageRequest& page) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::prove_numbers));
  QUOTARY_TRY(known, parts_->read<std::optional<records::SeriesRecord>>(
                         [&](const StateReader& state) { return records::find_series(state, series); }));
  if (!known) return fail(Errc::not_found, "unknown_series", "no series " + std::string(series));
  QUOTARY_TRY(answer, page_of(*parts_, records::seal_key(series, ""), page,
                              [&](const StateReader& state, std::string_view period) -> Result<json::object> {
                                QUOTARY_TRY(seal, records::find_period_seal(state, series, period));
                                if (!seal) return fail(Errc::corrupt, "state_damaged", "a period seal cannot be read");
                                return describe(*seal);
                              }));
  QUOTARY_TRY_VOID(
      parts_->note_read(caller, "series.periods", "series:" + known->name, answer.body.at("items").as_array().size()));
  return answer;
}

}  // namespace quotary::api
