#include "api/use_cases/backups.h"

#include "api/faults.h"
#include "api/use_cases/kept_contents.h"
#include "ledger/log/system_event.h"

#include <algorithm>
#include <utility>

namespace quotary::api {
namespace {

constexpr std::string_view backup_type = "system.backup", backup_subject = "system:backup";

json::object error_of(const Error& error) { return {{"code", error.code}, {"detail", error.detail}}; }

json::object figures_of(const BackupReport& report) {
  const BackupManifest& manifest = report.manifest;
  json::object out{{"backup", manifest.number},
                   {"origin", manifest.origin},
                   {"tree_size", manifest.tree_size},
                   {"root", manifest.root.hex()},
                   {"made_at", manifest.made_at},
                   {"manifest_sha256", report.sha256.hex()},
                   {"files", manifest.files.size()},
                   {"bytes", manifest.bytes()},
                   {"files_copied", report.files_copied},
                   {"bytes_copied", report.bytes_copied},
                   {"files_present", report.files_present},
                   {"bytes_present", report.bytes_present},
                   {"backups_removed", report.backups_removed},
                   {"files_removed", report.files_removed}};
  if (report.not_removed) out["not_removed"] = error_of(*report.not_removed);
  return out;
}

}  // namespace

Backups::~Backups() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<void> Backups::start(std::string folder, std::uint64_t keep, bool chained) {
  if (!folder.starts_with('/')) return invalid("bad_backup", "/to", "the folder of backups is an absolute path");
  if (keep > backups_kept_max)
    return invalid("bad_backup", "/keep", "at most " + std::to_string(backups_kept_max) + " backups");
  const std::lock_guard lock(mutex_);
  if (running_) return fail(Errc::conflict, "backup_running", "a backup is being made already; one runs at a time");
  if (thread_.joinable()) thread_.join();  // it has ended: only its last instructions may be left
  BackupOptions options;
  options.data = data_;
  options.folder = std::move(folder);
  options.keep = keep;
  options.stop = &stopping_;
  options.progress = [this](std::uint64_t done, std::uint64_t bytes) {
    done_ = done;
    bytes_ = bytes;
  };
  done_ = 0;
  bytes_ = 0;
  running_ = true;
  thread_ = std::thread([this, options, chained] { perform(options, chained); });
  return {};
}

// Those that are still named: what was erased while the backup was made is not lost.
Result<void> Backups::note_missing(const BackupReport& report, json::object& figures) const {
  if (report.contents_missing.empty()) return {};
  QUOTARY_TRY(named, contents_.paths(report.manifest.tree_size));
  json::array lost;
  std::uint64_t count = 0;
  for (const std::string& path : report.contents_missing) {
    if (!std::binary_search(named.begin(), named.end(), path)) continue;
    if (++count <= lost_contents_told_max) lost.emplace_back(path);
  }
  if (count > 0) figures["contents_missing"] = json::object{{"count", count}, {"files", std::move(lost)}};
  return {};
}

Result<json::object> Backups::make(BackupOptions options, bool chained) {
  QUOTARY_TRY(pinned, pin_ledger(ledger_));
  QUOTARY_TRY(named, contents_.paths(pinned.tree_size));
  options.contents = std::move(named);
  QUOTARY_TRY(report, make_backup(pinned, files_, clock_, options));
  pinned.store.reset();
  auto out = figures_of(report);
  if (auto noted = note_missing(report, out); !noted) return std::move(noted).error();
  if (!chained) return out;
  // No path: where backups lie is nobody's business who reads the log.
  const auto index = append_draft(ledger_, system_draft(backup_type, backup_subject,
                                                        {{"backup", report.manifest.number},
                                                         {"tree_size", report.manifest.tree_size},
                                                         {"manifest", report.sha256.hex()},
                                                         {"files", report.manifest.files.size()},
                                                         {"bytes", report.manifest.bytes()}}));
  out["recorded"] = index ? json::object{{"index", *index}} : error_of(index.error());
  return out;
}

void Backups::perform(const BackupOptions& options, bool chained) {
  auto outcome = make(options, chained);
  const std::lock_guard lock(mutex_);
  outcome_.emplace(std::move(outcome));
  running_ = false;
}

json::object Backups::describe() const {
  const std::lock_guard lock(mutex_);
  json::object out{{"state", "none"}, {"bytes_done", done_.load()}, {"bytes_total", bytes_.load()}};
  if (running_) {
    out["state"] = "running";
  } else if (outcome_ && *outcome_) {
    out["state"] = "done";
    for (const auto& member : **outcome_) out[member.key()] = member.value();
  } else if (outcome_) {
    out["state"] = "failed";
    for (const auto& member : error_of(outcome_->error())) out[member.key()] = member.value();
  }
  return out;
}

}  // namespace quotary::api
