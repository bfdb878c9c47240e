#include "api/log_successor.h"

#include "api/use_cases/drafts.h"
#include "api/use_cases/opening.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/slots.h"
#include "ledger/quote/number_pattern.h"
#include "ledger/records/erasure.h"
#include "ledger/records/fields.h"
#include "ledger/records/log_succession.h"
#include "ledger/records/views.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::size_t plan_bytes_max = 4u << 20;

// What will be written, decided before anything is: the file `successor` in the data folder.
struct Plan {
  std::string origin;
  std::uint64_t index = 0, last_size = 0;
  Hash last_root;
  std::vector<BurnedRange> burned;
  std::vector<std::string> erased;  // key subjects whose erasures are lost
};

std::string plan_path(const OrganisationConfig& config) { return config.data_directory + "/successor"; }

json::object json_of(const BurnedRange& burned) {
  return {{"series", burned.series}, {"period", burned.period}, {"first", burned.first}, {"last", burned.last}};
}

Result<std::string> plan_text(const Plan& plan) {
  json::array burned;
  for (const BurnedRange& each : plan.burned) burned.push_back(json_of(each));
  return canonical_json(json::object{{"v", 1},
                                     {"origin", plan.origin},
                                     {"index", plan.index},
                                     {"last_size", plan.last_size},
                                     {"last_root", plan.last_root.hex()},
                                     {"burned", std::move(burned)},
                                     {"erased", json::array(plan.erased.begin(), plan.erased.end())}});
}

Result<Plan> parse_plan(std::string_view text) {
  using records::number_of, records::text_of;
  const auto bad = fail(Errc::corrupt, "bad_successor", "the file `successor` of the data folder cannot be read");
  const auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object()) return bad;
  const json::object& members = parsed->get_object();
  const auto root = Hash::from_hex(text_of(members, "last_root"));
  const auto* const burned = members.if_contains("burned");
  if (!root || burned == nullptr || !burned->is_array()) return bad;
  Plan plan{
      text_of(members, "origin"),          number_of(members, "index"), number_of(members, "last_size"), *root, {},
      records::texts_of(members, "erased")};
  for (const auto& each : burned->get_array()) {
    if (!each.is_object()) return bad;
    const auto& range = each.get_object();
    plan.burned.push_back(
        {text_of(range, "series"), text_of(range, "period"), number_of(range, "first"), number_of(range, "last")});
  }
  const auto again = plan_text(plan);
  if (!again || *again != text) return bad;
  return plan;
}

// Whether the counters are those of all series: a full slot leaves some out.
bool counts_all(const Published& published) {
  std::size_t bytes = 0;
  for (const Counter& counter : published.counters) bytes += 1 + counter.name.size() + 8;
  return !published.counters.empty() && bytes + counter_name_max < slot_bytes - 2 * slot_note_max;
}

// The last number of a period that may have been given when `known` was the last that is left.
std::uint64_t last_given(const std::string& series, const std::string& period, std::uint64_t known,
                         const Published& published, std::uint64_t lost) {
  const auto counted = std::find_if(published.counters.begin(), published.counters.end(),
                                    [&](const Counter& counter) { return counter.name == series + "/" + period; });
  if (counted != published.counters.end()) return std::max(counted->last, known);
  return counts_all(published) ? known : known + lost;
}

// The newest period of the series that a counter names; empty for none.
std::string counted_period(const std::string& series, const Published& published) {
  std::string period;
  for (const Counter& counter : published.counters) {
    if (counter.name.starts_with(series + "/")) period = std::max(period, counter.name.substr(series.size() + 1));
  }
  return period;
}

// What may have been given in the lost entries: in the period that stands, and in a newer one. Earlier periods are
// over: nothing is given in them any more.
Result<void> add_burned(const StateReader& state, const records::SeriesRecord& series, Date today,
                        const Published& published, std::uint64_t lost, std::vector<BurnedRange>& out) {
  QUOTARY_TRY(kind, parse_series_period(series.period));
  QUOTARY_TRY(pattern, NumberPattern::parse(series.pattern, kind, series.branch));
  QUOTARY_TRY(stands, records::find_series_state(state, series.name));
  const auto add = [&](const std::string& period, std::uint64_t known) {
    const std::uint64_t last = last_given(series.name, period, known, published, lost);
    if (last > known) out.push_back({series.name, period, known + 1, last});
  };
  if (stands && !stands->ended) add(stands->period, stands->last);
  const std::string newest = std::max(pattern.period_key(today), counted_period(series.name, published));
  if (!stands || newest > stands->period) add(newest, 0);
  return {};
}

Result<std::vector<BurnedRange>> burned_in(const StateReader& state, const OrganisationConfig& config,
                                           const Published& published, std::uint64_t lost) {
  QUOTARY_TRY(organisation, records::find_organisation(state));
  if (!organisation) return fail(Errc::corrupt, "organisation_missing", "the folder's entries make no organisation");
  QUOTARY_TRY(zone, TimeZone::find(organisation->time_zone));
  const Date today = zone.local_date(config.clock->now());
  std::vector<std::string> names;
  QUOTARY_TRY_VOID(state.scan("series/", "", false, [&](std::string_view key, std::string_view) {
    names.emplace_back(key.substr(std::string_view("series/").size()));
    return true;
  }));
  std::vector<BurnedRange> out;
  for (const std::string& name : names) {
    QUOTARY_TRY(series, records::find_series(state, name));
    if (series) QUOTARY_TRY_VOID(add_burned(state, *series, today, published, lost, out));
  }
  // Of a series that was added in what is lost, its counter alone is known.
  for (const Counter& counter : published.counters) {
    const std::string series = counter.name.substr(0, counter.name.rfind('/'));
    const bool known = std::find(names.begin(), names.end(), series) != names.end();
    const std::string period = counter.name.substr(std::min(series.size() + 1, counter.name.size()));
    if (!known && period == counted_period(series, published)) out.push_back({series, period, 1, counter.last});
  }
  return out;
}

Result<Plan> make_plan(const OrganisationConfig& config, const std::string& origin, signing::KeyFolder& keys) {
  const std::string& old_origin = keys.log_signer().name();
  QUOTARY_TRY(mark, read_lost_mark(*config.files, config.data_directory));
  if (!mark)
    return fail(
        Errc::invalid, "nothing_lost",
        config.data_directory + " is no folder that was restored without signed entries: its log goes on itself");
  if (origin == old_origin)
    return fail(Errc::invalid, "origin_taken",
                origin + " is the log that lost entries; give its successor another name, as " + origin + "/2");
  QUOTARY_TRY(published, Slots::read(*config.files, slots_path(config.data_directory)));
  if (mark->to == 0 || !published || published->size != mark->to)
    return fail(Errc::unavailable, "last_checkpoint_unknown",
                "no checkpoint over all that the log had signed is known here" +
                    (mark->to == 0 ? std::string() : ", which is " + std::to_string(mark->to) + " entries") +
                    ": restore once more with --published and published.slots of the old data folder, a file of "
                    "--publish-to, or the newest signed checkpoint that anyone has");
  QUOTARY_TRY(signed_last, open_checkpoint(published->note, keys.log_verifier()));
  Plan plan{origin, 0, signed_last.size, signed_last.root, {}, mark->erased};
  QUOTARY_TRY_VOID(read_folder_state(ledger_options(config),
                                     [&](const StateReader& state, std::uint64_t size, const Hash&) -> Result<void> {
                                       plan.index = size;
                                       QUOTARY_TRY(burned, burned_in(state, config, *published, plan.last_size - size));
                                       plan.burned = std::move(burned);
                                       return {};
                                     }));
  return plan;
}

// The one that was made before, or a new one, which is then on the disk.
Result<Plan> plan_for(const OrganisationConfig& config, const std::string& origin, signing::KeyFolder& keys) {
  FileSystem& files = *config.files;
  if (files.exists(plan_path(config))) {
    QUOTARY_TRY(text, read_file(files, plan_path(config), plan_bytes_max));
    QUOTARY_TRY(plan, parse_plan(text));
    if (plan.origin != origin)
      return fail(Errc::conflict, "other_successor", "a successor of the name " + plan.origin + " was begun here");
    return plan;
  }
  QUOTARY_TRY(plan, make_plan(config, origin, keys));
  QUOTARY_TRY(text, plan_text(plan));
  QUOTARY_TRY_VOID(write_file_durably(files, plan_path(config), text));
  return plan;
}

std::vector<Draft> drafts_of(const Plan& plan, const CheckpointSigner& old_key, const CheckpointSigner& next) {
  std::vector<Draft> drafts{draft_by(Organisation::operator_principal(), succession_type, rotation_subject)};
  drafts.front().placed_body = [&](std::uint64_t index, const Hash& prev) -> Result<json::object> {
    if (index != plan.index)
      return fail(Errc::conflict, "successor_moved", "the folder holds other entries than when this was begun");
    return succession_body(old_key, next, index, prev, plan.last_size, plan.last_root);
  };
  for (const BurnedRange& each : plan.burned) {
    drafts.push_back(
        draft_by(Organisation::operator_principal(), records::numbers_burned_type, "series:" + each.series));
    drafts.back().body = json_of(each);
  }
  for (const std::string& target : plan.erased) {
    drafts.push_back(draft_by(Organisation::operator_principal(), records::erasure_restated_type, "erasure:" + target));
    drafts.back().body = {{"target", target}};
  }
  return drafts;
}

// The proof of the entry that begins the new log, under a checkpoint of its key.
Result<std::string> begin(const OrganisationConfig& config, signing::KeyFolder& keys, CheckpointSigner& next,
                          const Plan& plan, bool& resumed) {
  LedgerOptions options = ledger_options(config);
  options.opening = LedgerOptions::Opening::succeeding;
  options.publish_to.clear();  // what stands there is the old log's until the new key is adopted
  LedgerPorts ports = ledger_ports(config, keys);
  ports.signer = &next;
  ports.succession = nullptr;
  QUOTARY_TRY(ledger, Ledger::open(options, ports));
  QUOTARY_TRY(newest, newest_about(*ledger, rotation_subject));
  resumed = newest && newest->type == succession_type && newest->index == plan.index;
  if (resumed) return ledger->proof(newest->index);
  QUOTARY_TRY(made, ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    return drafts_of(plan, keys.log_signer(), next);
  }));
  return ledger->proof(made.entries.front().index);
}

// With an adopted key. The first opening publishes under it everywhere.
Result<LogSuccessor> complete(const OrganisationConfig& config, const Plan& plan, bool resumed) {
  QUOTARY_TRY_VOID(end_lost_mark(*config.files, config.data_directory));
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  QUOTARY_CHECK(keys->succession() != nullptr);
  QUOTARY_TRY(ledger, Ledger::open(ledger_options(config), ledger_ports(config, *keys)));
  QUOTARY_TRY_VOID(signing::retire_log_key(*config.files, config.keys_directory));
  QUOTARY_TRY_VOID(config.files->remove(plan_path(config)));
  QUOTARY_TRY_VOID(config.files->sync_directory(config.data_directory));
  return LogSuccessor{keys->succession()->rotations().back(), plan.burned, resumed};
}

}  // namespace

Result<LogSuccessor> begin_log_successor(const OrganisationConfig& given, const std::string& origin) {
  const auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  QUOTARY_TRY_VOID(check_origin(origin));
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  QUOTARY_TRY(plan, plan_for(config, origin, *keys));
  // The plan goes last, so with the new key in place only what follows may be missing.
  if (keys->log_signer().name() == origin) return complete(config, plan, true);
  QUOTARY_TRY_VOID(check_room(*keys));
  QUOTARY_TRY(next, signing::prepare_log_key(*config.files, config.keys_directory, *config.random, origin));
  bool resumed = false;
  QUOTARY_TRY(proof, begin(config, *keys, *next, plan, resumed));
  QUOTARY_TRY(succession, with_rotation(keys->succession_text(), origin, proof));
  // ---- from here on the new log is the folder's ----
  QUOTARY_TRY_VOID(signing::adopt_log_key(*config.files, config.keys_directory, succession));
  return complete(config, plan, resumed);
}

}  // namespace quotary::api
