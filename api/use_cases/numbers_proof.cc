#include "ledger/numbers/numbers_proof.h"

#include "api/organisation.h"
#include "api/use_cases/parts.h"
#include "ledger/numbers/make_numbers_proof.h"

namespace quotary::api {
namespace {

struct Asked {
  records::SeriesRecord series;
  std::string period;
  std::uint64_t last = 0;  // of the period
  std::vector<records::BurnedNumbers> burned;
};

Result<Asked> find(const StateReader& state, std::string_view name, const std::optional<std::string>& period) {
  QUOTARY_TRY(series, records::find_series(state, name));
  if (!series) return fail(Errc::not_found, "unknown_series", "no series " + std::string(name));
  Asked out;
  QUOTARY_TRY(now, records::find_series_state(state, name));
  out.period = period ? *period : now ? now->period : std::string();
  QUOTARY_TRY(last, records::find_period_last(state, name, out.period));
  if (!last)
    return fail(Errc::not_found, "no_such_period",
                "no number of " + std::string(name) + " was given in the period '" + out.period + "'");
  QUOTARY_TRY(burned, records::find_burned(state, name, out.period));
  out.burned = std::move(burned);
  out.series = std::move(*series);
  out.last = *last;
  return out;
}

// Where the part that was asked for ends.
Result<std::uint64_t> last_of(const NumbersRange& range, std::uint64_t first, std::uint64_t last) {
  const std::uint64_t count = range.count.value_or(numbers_in_proof_max);
  if (first == 0 || first > last || count == 0 || count > numbers_in_proof_max)
    return fail(Errc::invalid, "bad_range",
                "the first number is 1 to " + std::to_string(last) + ", the count 1 to " +
                    std::to_string(numbers_in_proof_max));
  return std::min(last, first + count - 1);
}

// What happened to a quote just now must not be missing from what is called its status.
Result<void> check_newest(const StateReader& state, const NumbersProof& proof) {
  for (const ProvenNumber& each : proof.numbers) {
    if (!each.quote) continue;
    const ProvenSubject& quote = *each.quote;
    QUOTARY_TRY(record, records::find_quote(state, quote.subject.substr(records::quote_subject_prefix.size())));
    if (!record || record->last_index > quote.last.index)
      return fail(
          Errc::unavailable, "index_behind",
          "the subject index does not cover what happened to " + quote.subject + " last; ask again in a second");
  }
  return {};
}

}  // namespace

Result<std::string> Organisation::numbers_proof(const Principal& caller, std::string_view series,
                                                const NumbersRange& range) const {
  QUOTARY_TRY_VOID(parts_->require_whole_state());
  QUOTARY_TRY_VOID(require_call(caller, Call::prove_numbers));
  if (!parts_->index_roots)
    return fail(Errc::unavailable, "index_off", "this server keeps no subject index, so it gives no numbers proofs");
  Asked asked;
  QUOTARY_TRY_VOID(
      parts_->ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
        QUOTARY_TRY(found, find(state, series, range.period));
        asked = std::move(found);
        return {};
      }));
  NumbersAsked places;
  const records::SeriesRecord& record = asked.series;
  places.series = {record.name, record.branch, record.pattern, record.period};
  QUOTARY_TRY(added, parts_->ledger->entry(record.index));
  places.begun = added.time;
  places.period = asked.period;
  places.first = range.first.value_or(1);
  QUOTARY_TRY(last, last_of(range, places.first, asked.last));
  places.last = last;
  places.ends = last == asked.last;
  places.burned = std::move(asked.burned);
  QUOTARY_TRY(proof, make_numbers_proof(*parts_->ledger, *parts_->index_roots, places,
                                        [&](std::uint64_t index) { return parts_->checkpoint_covering(index); }));
  QUOTARY_TRY_VOID(parts_->ledger->read_state(
      [&](const StateReader& state, std::uint64_t, const Hash&) { return check_newest(state, proof); }));
  QUOTARY_TRY_VOID(parts_->note_read(caller, "series.numbers_proof", "series:" + record.name, proof.numbers.size()));
  return numbers_proof_text(proof);
}

}  // namespace quotary::api
