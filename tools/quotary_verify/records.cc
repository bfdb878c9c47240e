#include "tools/quotary_verify/records.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/records/entry_status.h"
#include "ledger/records/fields.h"
#include "ledger/records/keys.h"
#include "ledger/records/log_succession.h"
#include "ledger/records/period_seal.h"
#include "ledger/records/views.h"
#include "tools/quotary_verify/status.h"

#include <algorithm>

namespace quotary::offline {

namespace {

constexpr std::size_t name_payload_bytes_max = 4096;
constexpr std::size_t voided_shown_max = 20, periods_shown_max = 100;

std::string count_text(std::uint64_t value) { return std::to_string(value); }

// Someone else's text in its own script, unless it could steer the terminal or the direction of the line.
std::string shown_name(std::string_view name) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    const auto byte = static_cast<unsigned char>(name[at]);
    const std::string_view three = name.substr(at, 3);
    const bool control = byte < 0x20 || byte == 0x7f || (byte == 0xc2 && three.size() > 1 && (three[1] & 0x60) == 0);
    // U+200B to 200F, 2028 to 202E, 2060 to 206F, FEFF.
    const bool steers =
        (three.starts_with("\xe2\x80") && three.size() == 3 &&
         ((three[2] >= '\x8b' && three[2] <= '\x8f') || (three[2] >= '\xa8' && three[2] <= '\xae'))) ||
        (three.starts_with("\xe2\x81") && three.size() == 3 && three[2] >= '\xa0' && three[2] <= '\xaf') ||
        three == "\xef\xbb\xbf";
    if (control || steers) return printable(name);
  }
  return std::string(name);
}

// How many keys stand under a prefix.
Result<std::uint64_t> keys_under(const StateReader& state, std::string_view prefix) {
  std::uint64_t found = 0;
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view, std::string_view) {
    ++found;
    return true;
  }));
  return found;
}

// Only what everything else let stand can still fail here, but for a finding that says more than the general one.
bool open_to(const Verdict& verdict, bool finding) {
  return verdict.holds() || (finding && verdict.code == "records_refused");
}

void refuse(Verdict& verdict, const Error& error) {
  if (open_to(verdict, true)) verdict.refuse(error);
}

void leave_unchecked(Verdict& verdict, const Error& error) {
  if (open_to(verdict, false)) verdict.leave_unchecked(error);
}

void conclude(Verdict& verdict, const std::string& chinese, const std::string& english) {
  verdict.chinese += chinese;
  verdict.english += " " + english;
}

}  // namespace

ExportedRecords::ExportedRecords(ExportQuestions asked, Scratch scratch)
    : asked_(std::move(asked)), names_(std::move(scratch)) {
  watch_.wants = [this](const EntryView& entry) {
    return !asked_.quote.empty() &&
           (entry.type == "person.added" ||
            unescape(entry.subject) == std::string(records::quote_subject_prefix) + asked_.quote);
  };
  watch_.bytes_max = name_payload_bytes_max;
  watch_.see = [this](std::uint64_t, const EntryView& entry, std::string_view canonical, const auto& objects) {
    see(entry, canonical, objects);
    return std::optional<std::string>();
  };
}

void ExportedRecords::see(const EntryView& entry, std::string_view canonical,
                          const std::vector<ExportedObject>& objects) {
  auto whole = parse_entry(canonical);
  if (!whole) return;  // the check says so
  if (entry.type == "person.added") {
    for (std::size_t place = 0; place < objects.size(); ++place)
      if (whole->objects[place].name == "name" && objects[place].bytes)
        names_.put(records::text_of(whole->body, "person"), *objects[place].bytes);
    return;
  }
  if (history_.size() == quote_history_max) {
    history_cut_ = true;
    return;
  }
  Event event{std::move(*whole), 0};
  for (std::size_t place = 0; place < objects.size(); ++place) {
    if (!objects[place].held) continue;
    ++event.held;
    if (history_.empty() && event.entry.objects[place].name == "pdf") document_held_ = true;
  }
  history_.push_back(std::move(event));
}

std::optional<std::string> ExportedRecords::name_of(std::string_view person) const {
  const auto held = names_.get(person);
  if (!held || !*held) return std::nullopt;
  const auto parsed = parse_json(**held);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  auto name = records::text_of(parsed->get_object(), "name");
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

Result<void> ExportedRecords::read(const StateReader& state) {
  QUOTARY_TRY_VOID(count(state));
  for (const Event& event : history_) {
    QUOTARY_TRY(person, records::find_person(state, event.entry.actor_id));
    if (person) people_.insert(event.entry.actor_id);
  }
  return asked_.series.empty() ? Result<void>() : read_series(state);
}

Result<void> ExportedRecords::count(const StateReader& state) {
  QUOTARY_TRY(quotes, keys_under(state, "list/"));
  QUOTARY_TRY(period_ends, keys_under(state, "period/"));
  QUOTARY_TRY(seals, keys_under(state, records::seal_prefix));
  quotes_ = quotes, period_ends_ = period_ends, seals_ = seals;
  std::optional<Error> failed;
  QUOTARY_TRY_VOID(state.scan("voids/", "", false, [&](std::string_view, std::string_view id) {
    const auto request = records::find_void(state, id);
    if (!request) failed = request.error();
    if (request && *request && (*request)->status == "approved") ++voids_;
    return request.has_value();
  }));
  return failed ? Result<void>(*failed) : Result<void>();
}

Result<void> ExportedRecords::read_series(const StateReader& state) {
  QUOTARY_TRY(series, records::find_series(state, asked_.series));
  series_known_ = series.has_value();
  QUOTARY_TRY_VOID(read_numbers(state));
  for (auto& [period, numbers] : periods_) {
    QUOTARY_TRY(burned, records::find_burned(state, asked_.series, period));
    for (const records::BurnedNumbers& each : burned) {
      numbers.burned += each.last - each.first + 1;
      // What is burned behind the last number; what lies before another was passed over there.
      if (each.first == numbers.next) numbers.next = each.last + 1;
    }
    // What is added up from the quotes and what the fold kept of them are two counts of one thing.
    QUOTARY_TRY(last, records::find_period_last(state, asked_.series, period));
    if (last && *last + 1 != numbers.next && !numbers.broken_at) numbers.broken_at = numbers.next;
  }
  std::optional<Error> failed;
  const std::string prefix = records::seal_key(asked_.series, "");
  QUOTARY_TRY_VOID(state.scan(prefix, "", false, [&](std::string_view key, std::string_view) {
    const std::string period(key.substr(prefix.size()));
    const auto seal = records::find_period_seal(state, asked_.series, period);
    if (!seal) failed = seal.error();
    if (seal && *seal)
      series_seals_.push_back({period, (*seal)->index, (*seal)->figures.count, (*seal)->figures.voided});
    return seal.has_value();
  }));
  return failed ? Result<void>(*failed) : Result<void>();
}

Result<void> ExportedRecords::read_numbers(const StateReader& state) {
  std::optional<Error> failed;
  std::map<std::string, std::vector<records::BurnedNumbers>> burned;
  const auto take = [&](const records::QuoteRecord& quote) -> Result<void> {
    if (quote.series != asked_.series || (!asked_.period.empty() && quote.period != asked_.period)) return {};
    if (periods_.size() == series_periods_max && !periods_.contains(quote.period)) {
      periods_cut_ = true;
      return {};
    }
    auto [found, begins] = periods_.try_emplace(quote.period);
    if (begins) {
      QUOTARY_TRY(places, records::find_burned(state, asked_.series, quote.period));
      burned[quote.period] = std::move(places);
    }
    Numbers& numbers = found->second;
    for (const records::BurnedNumbers& each : burned[quote.period])
      if (each.first == numbers.next) numbers.next = each.last + 1;
    if (quote.sequence != numbers.next && !numbers.broken_at) numbers.broken_at = numbers.next;
    numbers.next = quote.sequence + 1;
    ++numbers.count;
    if (begins) numbers.first = quote.number;
    numbers.last = quote.number;
    if (quote.voided_at && ++numbers.voided <= voided_listed_max)
      numbers.listed.push_back({quote.number, quote.void_reason_code, *quote.voided_at});
    return {};
  };
  QUOTARY_TRY_VOID(state.scan("list/", "", false, [&](std::string_view, std::string_view number) {
    const auto quote = records::find_quote(state, number);
    if (!quote) failed = quote.error();
    if (quote && *quote)
      if (auto taken = take(**quote); !taken) failed = std::move(taken).error();
    return !failed;
  }));
  return failed ? Result<void>(*failed) : Result<void>();
}

void ExportedRecords::tell_checked(Verdict& verdict, const ExportReport& report) const {
  json::object facts{{"checked", report.state_checked},
                     {"entries", report.entries_folded},
                     {"index_roots", report.index_roots_checked}};
  if (report.state_checked) {
    facts["numbers"] = quotes_;
    facts["voids"] = voids_;
    facts["period_ends"] = period_ends_;
    facts["period_seals"] = seals_;
    verdict.tell("已重算", "folded",
                 count_text(report.entries_folded) + " 条记录 entries: " + count_text(quotes_) + " 个编号 numbers, " +
                     count_text(voids_) + " 次作废 voids, " + count_text(period_ends_) + " 次期末 ends of periods, " +
                     count_text(seals_) + " 份封期 period seals");
  } else {
    verdict.tell(
        "未核对", "unchecked",
        report.manifest.payloads == ExportPayloads::none
            ? std::string("导出未附事实，编号、作废与封期未核对 without facts: numbers, voids and period seals")
            : "记录只重算到第 " + count_text(report.entries_folded) +
                  " 条 the records were folded for that many entries only");
  }
  verdict.tell("索引", "index roots",
               count_text(report.index_roots_checked) + " 份已按记录重算 made anew from the entries");
  verdict.facts["records"] = std::move(facts);
}

void ExportedRecords::tell_quote(Verdict& verdict, const ExportReport& report) const {
  json::object facts{{"number", asked_.quote}};
  const auto keep = [&] { verdict.facts["quote"] = facts; };
  json::array events;
  std::vector<Entry> entries;
  for (const Event& event : history_) {
    const Entry& entry = event.entry;
    const auto name = name_of(entry.actor_id);
    events.push_back(json::object{{"index", entry.index},
                                  {"type", entry.type},
                                  {"time", format_rfc3339(entry.time)},
                                  {"actor", entry.actor_id},
                                  {"role", entry.actor_role},
                                  {"name", name ? json::value(*name) : json::value(nullptr)},
                                  {"payloads", entry.objects.size()},
                                  {"payloads_held", event.held}});
    verdict.tell("记录", "entry",
                 "#" + count_text(entry.index) + " " + printable(entry.type) + ", " + format_rfc3339(entry.time) +
                     ", " + printable(entry.actor_id) + " (" + printable(entry.actor_role) + ")" +
                     (name ? " " + shown_name(*name) : ""));
    entries.push_back(entry);
  }
  facts["entries"] = std::move(events);
  keep();
  if (history_cut_)
    return leave_unchecked(
        verdict, fail(Errc::too_large, "too_many_entries",
                      "there are over " + count_text(quote_history_max) + " entries about " + printable(asked_.quote)));
  if (entries.empty())
    return refuse(verdict, fail(Errc::not_found, "quote_unknown",
                                "no entry of this export is about the quote " + printable(asked_.quote)));
  const auto status = records::status_of_entries(entries);
  if (!status) {
    if (status.error().code == "unknown_entry_type") return leave_unchecked(verdict, status.error());
    return refuse(verdict, status.error());
  }
  Verdict about;
  tell_status(about, *status);
  for (const auto& [name, value] : about.facts) facts[name] = value;
  for (Verdict::Line& line : about.lines) verdict.lines.push_back(std::move(line));
  facts["document_held"] = document_held_;
  verdict.tell(
      "文件内容", "document's bytes",
      document_held_ ? "在导出中，哈希相符 in the export, and they have this hash" : "不在导出中 not in the export");
  const std::string document = status->document_sha256.hex(), issued = format_rfc3339(status->issued_at);
  std::string chinese = "报价单 " + printable(asked_.quote) + " 于 " + issued + " 签发，文件的 SHA-256 是 " + document;
  std::string english = "Quote " + printable(asked_.quote) + " was issued at " + issued +
                        " with the document whose SHA-256 is " + document;
  if (status->status == "voided") {
    const auto asker = name_of(status->requested_by), approver = name_of(status->approved_by);
    const auto who = [](const std::string& id, const std::optional<std::string>& name) {
      return name ? shown_name(*name) : printable(id);
    };
    auto& said = facts["void"].as_object();
    said["requested_name"] = asker ? json::value(*asker) : json::value(nullptr);
    said["approved_name"] = approver ? json::value(*approver) : json::value(nullptr);
    const std::string asked_at = format_rfc3339(*status->requested_at), at = format_rfc3339(*status->since);
    const std::string by = who(status->requested_by, asker), eyes = who(status->approved_by, approver);
    chinese += "；" + by + " 于 " + asked_at + " 申请作废，另一人 " + eyes + " 于 " + at + " 批准";
    english += "; " + by + " asked to void it at " + asked_at + ", and another person, " + eyes + ", approved at " + at;
  } else {
    const StatusWords& words = words_of_status(status->status);
    chinese += "；状态：" + std::string(words.chinese);
    english += "; its status: " + std::string(words.english);
  }
  keep();
  if (asked_.document) {
    if (const auto same = check_quoted_document(*asked_.document, status->document_sha256); !same)
      return refuse(verdict, same.error());
    facts["document"] = "exact";
    keep();
  }
  if (status->status == "voided" && report.state_checked) {
    for (const std::string* person : {&status->requested_by, &status->approved_by})
      if (!people_.contains(*person))
        return refuse(verdict, fail(Errc::corrupt, "actor_unknown",
                                    printable(*person) + " asked for the void or approved it, and no entry of this "
                                                         "ledger adds such a person"));
  }
  conclude(verdict, chinese + "。", english + ".");
}

void ExportedRecords::tell_numbers(Verdict& verdict) const {
  json::array periods;
  std::size_t shown = 0;
  for (const auto& [period, numbers] : periods_) {
    json::array voided;
    std::string listed;
    for (const VoidedNumber& each : numbers.listed) {
      voided.push_back(
          json::object{{"number", each.number}, {"since", format_rfc3339(each.at)}, {"reason_code", each.reason_code}});
      if (voided.size() <= voided_shown_max) listed += (listed.empty() ? ": " : ", ") + printable(each.number);
    }
    if (numbers.voided > voided_shown_max) listed += " …";
    periods.push_back(json::object{{"period", period},
                                   {"numbers", numbers.count},
                                   {"burned", numbers.burned},
                                   {"first", numbers.first},
                                   {"last", numbers.last},
                                   {"voided_total", numbers.voided},
                                   {"voided", std::move(voided)}});
    if (++shown > periods_shown_max) continue;
    verdict.tell("编号", "numbers",
                 (period.empty() ? "" : printable(period) + ": ") + count_text(numbers.count) + " 个 of them, " +
                     printable(numbers.first) + " – " + printable(numbers.last) + "; 已作废 voided " +
                     count_text(numbers.voided) + listed +
                     (numbers.burned == 0 ? "" : "; 已空置 burned " + count_text(numbers.burned)));
  }
  if (shown > periods_shown_max) verdict.tell("编号", "numbers", "其余期间见 --json the other periods: see --json");
  verdict.facts["series"].as_object()["periods"] = std::move(periods);
}

void ExportedRecords::tell_series(Verdict& verdict) const {
  verdict.facts["series"] = json::object{{"series", asked_.series}};
  if (!series_known_)
    return refuse(verdict, fail(Errc::not_found, "series_unknown",
                                "no entry of this export adds the series " + printable(asked_.series)));
  if (!asked_.period.empty() && periods_.empty())
    return refuse(verdict, fail(Errc::not_found, "period_unknown",
                                "no number of " + printable(asked_.series) + " was given in the period " +
                                    printable(asked_.period)));
  verdict.tell("系列", "series", printable(asked_.series));
  tell_numbers(verdict);
  json::array seals;
  for (const Seal& seal : series_seals_) {
    seals.push_back(
        json::object{{"period", seal.period}, {"entry", seal.index}, {"count", seal.count}, {"voided", seal.voided}});
    if (seals.size() <= periods_shown_max)
      verdict.tell("封期", "period seal",
                   printable(seal.period) + " #" + count_text(seal.index) + ": " + count_text(seal.count) +
                       " 个 numbers, 作废 voided " + count_text(seal.voided) + ", 已重算相符 recomputed, and it fits");
  }
  verdict.facts["series"].as_object()["seals"] = std::move(seals);
  std::uint64_t numbers = 0, voided = 0, burned = 0;
  for (const auto& [period, each] : periods_) {
    if (each.broken_at)
      return refuse(verdict, fail(Errc::corrupt, "number_missing",
                                  "place " + count_text(*each.broken_at) + " of " + printable(asked_.series) + " " +
                                      printable(period) + " is not where it must be"));
    numbers += each.count, voided += each.voided, burned += each.burned;
  }
  if (periods_cut_)
    return leave_unchecked(
        verdict, fail(Errc::too_large, "too_many_periods",
                      "the series has over " + count_text(series_periods_max) + " periods: ask for one with --period"));
  const std::string but = burned == 0 ? "" : "（" + count_text(burned) + " 个空置除外）";
  const std::string except = burned == 0 ? "" : " (but for " + count_text(burned) + " that are burned)";
  conclude(verdict,
           "系列 " + printable(asked_.series) + " 的 " + count_text(numbers) +
               " 个编号在每一期都从 1 起连续，无空缺、无重复" + but + "，其中 " + count_text(voided) + " 个已作废。",
           "The " + count_text(numbers) + " numbers of series " + printable(asked_.series) +
               " run from 1 in each of its periods, without a gap or a duplicate" + except + "; " + count_text(voided) +
               " of them are voided.");
}

void ExportedRecords::tell(Verdict& verdict, const ExportReport& report) const {
  tell_checked(verdict, report);
  if (!asked_.quote.empty()) tell_quote(verdict, report);
  if (!asked_.series.empty() && report.state_checked) tell_series(verdict);
  if (!report.state_checked && (!asked_.quote.empty() || !asked_.series.empty()))
    leave_unchecked(verdict, fail(Errc::unavailable, "facts_withheld",
                                  "the export holds no facts, so what its records come to was not checked: ask for one "
                                  "with --payloads facts or all"));
}

}  // namespace quotary::offline
