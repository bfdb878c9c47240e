#include "api/use_cases/log_checks.h"

#include "api/faults.h"
#include "api/use_cases/kept_contents.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/system_event.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

// What JSON of ours can hold: a key that damage made up may state any index.
constexpr std::uint64_t index_shown_max = (std::uint64_t{1} << 53) - 1;

// Up to which size all holds after a run with this report, when it did up to `held` before. A problem takes it back to
// where it was found, so that the next incremental run looks there again; one that only a full run can find, to 0.
std::uint64_t held_after(std::uint64_t held, const json::object& report) {
  constexpr std::string_view of_the_whole[] = {"state", "index", "number_gap", "number_duplicate"};
  for (const auto& problem : report.at("problems").as_array()) {
    const auto kind = records::text_of(problem.as_object(), "kind");
    const bool whole = std::find(std::begin(of_the_whole), std::end(of_the_whole), kind) != std::end(of_the_whole);
    held = whole ? 0 : std::min(held, records::number_of(problem.as_object(), "index"));
  }
  const bool gapless = records::number_of(report, "from") <= held && records::text_of(report, "mode") != "sampled" &&
                       report.at("private_objects_read").as_bool() && report.contains("contents");
  if (gapless && records::number_of(report, "problems_total") == 0)
    held = std::max(held, records::number_of(report, "tree_size"));
  return held;
}

Result<Draft> verification_draft(const json::object& report, std::string_view id, const LogCheck& check,
                                 std::uint64_t held) {
  QUOTARY_TRY(canonical, canonical_json(report));
  Draft draft = system_draft("system.verification", verification_subject,
                             {{"run", id},
                              {"asked_by", check.asked_by},
                              {"made_by", check.by_command_line ? "command_line" : "server"},
                              {"mode", report.at("mode")},
                              {"from", report.at("from")},
                              {"tree_size", report.at("tree_size")},
                              {"root", report.at("root")},
                              {"entries", report.at("entries_checked")},
                              {"objects", report.at("objects_checked")},
                              {"private_objects_read", report.at("private_objects_read")},
                              {"problems", report.at("problems_total")},
                              {"held", held}});
  if (const auto* sample = report.if_contains("sample")) draft.body["seed"] = sample->at("seed");
  draft.objects.push_back({"report", "application/json", std::move(canonical), "", 1});
  return draft;
}

}  // namespace

json::object contents_json(const contents::ContentFigures& figures) {
  json::object out{{"checked", figures.checked}, {"bytes", figures.bytes}};
  if (figures.erased > 0) out["erased"] = figures.erased;
  if (figures.unread > 0) out["unread"] = figures.unread;
  if (figures.unnamed > 0) {
    out["unnamed"] = figures.unnamed;
    out["unnamed_bytes"] = figures.unnamed_bytes;
  }
  return out;
}

json::object report_json(const VerifyReport& report, const LogCheck& check, std::uint64_t from, std::uint64_t picked,
                         const std::optional<contents::ContentFigures>& contents) {
  json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(json::object{
        {"index", std::min(problem.index, index_shown_max)}, {"kind", problem.kind}, {"detail", problem.detail}});
  json::object out{{"ok", report.problems_total == 0},
                   {"mode", mode_name(check.mode)},
                   {"from", from},
                   {"tree_size", report.tree_size},
                   {"root", report.root.hex()},
                   {"entries_checked", report.entries_checked},
                   {"objects_checked", report.objects_checked},
                   {"private_objects_read", check.private_objects_read},
                   {"problems_total", report.problems_total},
                   {"problems", problems}};
  if (contents) out["contents"] = contents_json(*contents);
  if (!report.erased.empty()) {
    std::map<std::uint64_t, std::uint64_t> by;
    std::uint64_t payloads = 0;
    for (const auto& [key_subject, erased] : report.erased) {
      payloads += erased.payloads;
      if (erased.entry) by[*erased.entry] += erased.payloads;
    }
    json::array entries;
    for (const auto& [entry, count] : by) {
      if (entries.size() == reported_erasures_max) break;
      entries.push_back(json::object{{"entry", entry}, {"payloads", count}});
    }
    out["erased"] = json::object{{"payloads", payloads}, {"by", std::move(entries)}};
  }
  if (check.mode == LogCheck::Mode::sampled)
    out["sample"] = json::object{{"seed", to_hex(check.seed)}, {"size", picked}};
  return out;
}

std::string_view mode_name(LogCheck::Mode mode) {
  switch (mode) {
    case LogCheck::Mode::full: return "full";
    case LogCheck::Mode::incremental: return "incremental";
    case LogCheck::Mode::sampled: return "sampled";
  }
  return {};
}

Result<LogCheck::Mode> parse_mode(std::string_view name) {
  for (const auto mode : {LogCheck::Mode::full, LogCheck::Mode::incremental, LogCheck::Mode::sampled})
    if (name == mode_name(mode)) return mode;
  return invalid("bad_mode", "/mode", "full, incremental or sampled");
}

std::uint64_t held_by(const Entry& verification) { return records::number_of(verification.body, "held"); }

LogChecks::~LogChecks() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<std::string> LogChecks::start(LogCheck check) {
  const std::lock_guard lock(mutex_);
  if (running_)
    return fail(Errc::overloaded, "verification_running",
                "one verification runs at a time; read /v1/log/verifications/" + runs_.front()->id);
  if (thread_.joinable()) thread_.join();  // it has ended: only its last instructions may be left
  auto run = std::make_shared<Run>();
  run->started_at = clock_.now();
  run->id = uuid_v7(run->started_at.unix_ms, random_);
  if (check.seed.empty()) check.seed = random_.bytes(seed_bytes);
  const auto size = ledger_.state().tree_size;
  if (check.from) {
    run->from = *check.from;
  } else if (check.mode == LogCheck::Mode::incremental) {
    run->from = std::min(held_before(), size);
  }
  run->check = std::move(check);
  run->total = size - std::min(run->from, size);
  runs_.push_front(run);
  if (runs_.size() > log_checks_kept_max) runs_.pop_back();
  running_ = true;
  thread_ = std::thread([this, run] { perform(run); });
  return run->id;
}

std::uint64_t LogChecks::held_before() {
  const std::lock_guard lock(held_mutex_);
  if (held_) return *held_;
  held_ = 0;  // also when the newest entry cannot be read: then all is checked anew
  const auto newest = newest_about(ledger_, verification_subject);
  if (newest && *newest) held_ = held_by(**newest);
  return *held_;
}

Result<std::uint64_t> LogChecks::record(const json::object& report, std::string_view id, const LogCheck& check) {
  (void)held_before();  // reads it where nobody has yet
  const std::lock_guard lock(held_mutex_);
  held_ = held_after(*held_, report);
  QUOTARY_TRY(draft, verification_draft(report, id, check, *held_));
  return append_draft(ledger_, draft);
}

Result<std::uint64_t> LogChecks::record_reported(const VerifyReport& report, const LogCheck& check,
                                                 std::uint64_t picked,
                                                 const std::optional<contents::ContentFigures>& contents) {
  return record(report_json(report, check, check.from.value_or(0), picked, contents),
                uuid_v7(clock_.now().unix_ms, random_), check);
}

Result<json::object> LogChecks::check(Run& run) {
  const auto progress = [&](std::uint64_t done, std::uint64_t total) {
    run.done = done;
    run.total = total;
  };
  if (run.check.mode == LogCheck::Mode::sampled) {
    QUOTARY_TRY(sampled,
                sample_ledger(ledger_, {run.check.seed, run.from, run.check.sample, true, progress, &stopping_}));
    run.total = sampled.picked;
    QUOTARY_TRY(contents, check_contents(run, sampled.report));
    return report_json(sampled.report, run.check, run.from, sampled.picked, contents);
  }
  VerifyOptions options;
  options.from = run.from;
  options.stop = &stopping_;
  options.progress = progress;
  QUOTARY_TRY(report, verify_ledger(ledger_, options));
  run.done = report.entries_checked;
  run.total = report.entries_checked;
  QUOTARY_TRY(contents, check_contents(run, report));
  return report_json(report, run.check, run.from, 0, contents);
}

// What came while the entries were read is checked the next time.
Result<std::optional<contents::ContentFigures>> LogChecks::check_contents(Run& run, VerifyReport& report) {
  if (!run.check.contents) return std::optional<contents::ContentFigures>();
  contents::ContentsCheck how;
  how.from = run.from;
  how.to = report.tree_size;
  if (run.check.mode == LogCheck::Mode::sampled)
    how.sampled = sampled_indexes(run.check.seed, run.from, report.tree_size, run.check.sample);
  how.stop = &stopping_;
  how.progress = [&](std::uint64_t done, std::uint64_t total) {
    run.content_done = done;
    run.content_total = total;
  };
  QUOTARY_TRY(figures, contents_.check(how, report));
  return std::optional(figures);
}

void LogChecks::perform(const std::shared_ptr<Run>& run) {
  auto outcome = check(*run);
  if (outcome) {
    const auto index = record(*outcome, run->id, run->check);
    (*outcome)["id"] = run->id;
    (*outcome)["recorded"] = index ? json::object{{"index", *index}}
                                   : json::object{{"code", index.error().code}, {"detail", index.error().detail}};
  }
  {
    const std::lock_guard lock(mutex_);
    if (outcome) {
      problems_last_ = records::number_of(*outcome, "problems_total");
      ++runs_total_;
    }
    run->finished_at = clock_.now();
    run->outcome.emplace(std::move(outcome));
    running_ = false;
  }
  ended_.notify_all();
}

std::shared_ptr<LogChecks::Run> LogChecks::find(std::string_view id) const {
  for (const auto& run : runs_)
    if (run->id == id) return run;
  return nullptr;
}

std::optional<Result<json::object>> LogChecks::wait(const std::string& id, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  const auto run = find(id);
  if (!run) return std::nullopt;
  ended_.wait_for(lock, at_most, [&] { return run->outcome.has_value(); });
  return run->outcome;
}

std::optional<json::object> LogChecks::describe(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto run = find(id);
  if (!run) return std::nullopt;
  json::object out{{"id", run->id},
                   {"asked_by", run->check.asked_by},
                   {"mode", mode_name(run->check.mode)},
                   {"from", run->from},
                   {"state", !run->outcome   ? "running"
                             : *run->outcome ? "done"
                                             : "failed"},
                   {"entries_done", run->done.load()},
                   {"entries_total", run->total.load()},
                   {"content_bytes_done", run->content_done.load()},
                   {"content_bytes_total", run->content_total.load()},
                   {"started_at", format_rfc3339(run->started_at)}};
  if (run->outcome) {
    out["finished_at"] = format_rfc3339(run->finished_at);
    if (*run->outcome) {
      out["report"] = **run->outcome;
    } else {
      out["code"] = run->outcome->error().code;
    }
  }
  return out;
}

}  // namespace quotary::api
