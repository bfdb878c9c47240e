#include "api/use_cases/log_checks.h"

#include "ledger/log/merkle.h"

#include <algorithm>
#include <set>

namespace quotary::api {
namespace {

// Draws a sample may take for each entry it wants; the sample is at most half the range then, so few are repeated.
constexpr std::uint64_t draws_per_entry_max = 64;

json::object report_json(const VerifyReport& report, const LogCheck& check, std::uint64_t from) {
  json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(json::object{{"index", problem.index}, {"kind", problem.kind}, {"detail", problem.detail}});
  return {{"ok", report.problems_total == 0},
          {"mode", mode_name(check.mode)},
          {"from", from},
          {"tree_size", report.tree_size},
          {"root", report.root.hex()},
          {"entries_checked", report.entries_checked},
          {"objects_checked", report.objects_checked},
          {"problems_total", report.problems_total},
          {"problems", problems}};
}

// One entry by itself: its bytes against the leaf, its link, its place in the tree under the root, its payloads.
void check_entry(const Ledger& ledger, std::uint64_t index, const LedgerState& tree, const NodeReader& nodes,
                 VerifyReport& report) {
  auto add = [&](const char* kind, std::string detail) {
    report.problems.push_back({index, kind, std::move(detail)});
    ++report.problems_total;
  };
  ++report.entries_checked;
  auto entry = ledger.entry(index);
  if (!entry) return add("leaf", entry.error().detail);
  if (index > 0) {
    auto before = nodes(0, index - 1);
    if (!before || *before != entry->prev)
      add("link", "prev is not the leaf hash of entry " + std::to_string(index - 1));
  }
  auto path = inclusion_proof(index, tree.tree_size, nodes);
  if (!path || !check_inclusion(entry->leaf, index, tree.tree_size, *path, tree.root))
    add("node", "the entry's leaf does not lead to the root");
  for (const auto& object : entry->objects) {
    if (auto bytes = ledger.object(*entry, object.name)) {
      ++report.objects_checked;
    } else {
      add("payload", bytes.error().detail);
    }
  }
}

}  // namespace

std::string_view mode_name(LogCheck::Mode mode) {
  switch (mode) {
    case LogCheck::Mode::full: return "full";
    case LogCheck::Mode::incremental: return "incremental";
    case LogCheck::Mode::sampled: return "sampled";
  }
  return {};
}

std::vector<std::uint64_t> sampled_indexes(std::string_view seed, std::uint64_t from, std::uint64_t size,
                                           std::uint64_t count) {
  std::set<std::uint64_t> picked;
  const auto range = size > from ? size - from : 0;
  if (range <= count) {
    for (auto index = from; index < size; ++index) picked.insert(index);
    return {picked.begin(), picked.end()};
  }
  for (std::uint64_t draw = 0; picked.size() < count && draw < count * draws_per_entry_max; ++draw) {
    std::string text(seed);
    put_u64(text, draw);
    picked.insert(from + get_u64(sha256(text).view()) % range);
  }
  return {picked.begin(), picked.end()};
}

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
  run->from = check.from.value_or(check.mode == LogCheck::Mode::incremental ? held_size_ : 0);
  run->check = std::move(check);
  run->total = ledger_.state().tree_size - std::min(run->from, ledger_.state().tree_size);
  runs_.push_front(run);
  if (runs_.size() > log_checks_kept_max) runs_.pop_back();
  running_ = true;
  thread_ = std::thread([this, run] { perform(run); });
  return run->id;
}

void LogChecks::perform(const std::shared_ptr<Run>& run) {
  Result<json::object> outcome = json::object();
  std::uint64_t size = 0, problems = 0;
  if (run->check.mode == LogCheck::Mode::sampled) {
    const auto tree = ledger_.state();
    const auto indexes = sampled_indexes(run->check.seed, run->from, tree.tree_size, run->check.sample);
    run->total = indexes.size();
    VerifyReport report;
    report.tree_size = tree.tree_size;
    report.root = tree.root;
    const auto nodes = ledger_.nodes();
    for (const auto index : indexes) {
      if (stopping_) break;
      check_entry(ledger_, index, tree, nodes, report);
      ++run->done;
    }
    problems = report.problems_total;
    auto out = report_json(report, run->check, run->from);
    out["sample"] = json::object{{"seed", to_hex(run->check.seed)}, {"size", indexes.size()}};
    outcome = std::move(out);
    if (stopping_) outcome = fail(Errc::unavailable, "stopped", "the verification was broken off before its end");
  } else {
    VerifyOptions options;
    options.from = run->from;
    options.stop = &stopping_;
    options.progress = [&](std::uint64_t done, std::uint64_t total) {
      run->done = done;
      run->total = total;
    };
    auto report = verify_ledger(ledger_, options);
    if (report) {
      size = report->tree_size;
      problems = report->problems_total;
      run->done = report->entries_checked;
      run->total = report->entries_checked;
      outcome = report_json(*report, run->check, run->from);
    } else {
      outcome = report.error();
    }
  }
  {
    const std::lock_guard lock(mutex_);
    if (outcome) {
      problems_last_ = problems;
      ++runs_total_;
      // An incremental run from beyond what held before proves nothing about the entries between.
      if (problems == 0 && run->from <= held_size_) held_size_ = std::max(held_size_, size);
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
                   {"mode", mode_name(run->check.mode)},
                   {"from", run->from},
                   {"state", !run->outcome   ? "running"
                             : *run->outcome ? "done"
                                             : "failed"},
                   {"entries_done", run->done.load()},
                   {"entries_total", run->total.load()},
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
