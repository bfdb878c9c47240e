// Backups that the operator asks for: one at a time, on a thread of their own beside issuing, each that came to its end
// chained as a `system.backup` entry (FORMAT.md), unless the ledger is open for this alone.
#pragma once

#include "ledger/backup/backup_writer.h"
#include "ledger/base/json.h"

#include <mutex>
#include <thread>

namespace quotary::api {

inline constexpr std::uint64_t backups_kept_max = 100'000;
inline constexpr std::size_t lost_contents_told_max = 100;

class KeptContents;

// Safe to call from any thread. What it is made with outlives it; the destructor breaks a backup off, which then does
// not count.
class Backups {
 public:
  Backups(Ledger& ledger, const KeptContents& contents, FileSystem& files, const Clock& clock, std::string data)
      : ledger_(ledger), contents_(contents), files_(files), clock_(clock), data_(std::move(data)) {}
  ~Backups();
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // Begins one into `folder`, an absolute path; `keep` as in BackupOptions. `chained`: not for a ledger that nothing
  // else appends to, whose backup would lack this one entry and so could not go on under its own name. Errc::invalid
  // `bad_backup`; conflict `backup_running`.
  [[nodiscard]] Result<void> start(std::string folder, std::uint64_t keep, bool chained);
  // Contents that are lost are no reason for no backup: "contents_missing" names the first lost_contents_told_max
  // files.
  // {"state": "none" | "running" | "done" | "failed", "bytes_done", "bytes_total"}; when done, the backup's figures and
  // "recorded", {"index"} of its entry or {"code", "detail"} of why the ledger took none; when failed, "code",
  // "detail".
  [[nodiscard]] json::object describe() const;

 private:
  void perform(const BackupOptions& options, bool chained);
  [[nodiscard]] Result<json::object> make(BackupOptions options, bool chained);
  [[nodiscard]] Result<void> note_missing(const BackupReport& report, json::object& figures) const;

  Ledger& ledger_;
  const KeptContents& contents_;
  FileSystem& files_;
  const Clock& clock_;
  const std::string data_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> done_{0}, bytes_{0};

  mutable std::mutex mutex_;
  bool running_ = false;
  std::optional<Result<json::object>> outcome_;  // of the last one
  std::thread thread_;
};

}  // namespace quotary::api
