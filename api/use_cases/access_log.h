// Who among auditors and administrators read what of customers: lines in a file of the data folder, cut into segments
// whose digests are chained in the ledger once a minute, so that no line can be taken out later without a trace.
#pragma once

#include "api/roles.h"
#include "ledger/base/file_system.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace quotary::api {

inline constexpr std::uint64_t access_segment_bytes_max = 4u << 20;  // a fuller segment ends before its minute does
inline constexpr std::size_t access_pending_max = 1'000;  // segments that wait for the ledger; beyond: no reads
inline constexpr std::size_t access_salt_bytes = 16;

// An ended segment: <sha256>.jsonl in the folder, <sha256>.pending until the ledger holds its digest.
struct AccessSegment {
  std::string sha256;  // hex, of the whole file
  std::uint64_t size = 0, records = 0;
};

// The subject of the entries that hold the segments' digests.
inline constexpr std::string_view access_subject = "access-log";

// What does not hold of the file of a segment whose digest the ledger holds, or "". Safe beside a running server.
[[nodiscard]] std::string segment_fault(FileSystem& files, const std::string& directory, const AccessSegment& segment);

// Each segment begins with a line that holds 128 random bits, so that its digest tells nothing about it. A record is in
// the file (not yet synced) before the read is answered: killing the process loses none, a power cut those since the
// last segment ended. Safe to call from any thread; `random` outlives it.
class AccessLog {
 public:
  // Never fails: a folder that cannot be used is trouble(), and each record is refused.
  AccessLog(std::shared_ptr<FileSystem> files, std::string directory, Random& random);

  // Errc::unavailable `access_log_unavailable` or `access_log_full`: then the read must not be answered.
  [[nodiscard]] Result<void> record(Timestamp now, const Principal& who, std::string_view what,
                                    std::string_view subject, std::uint64_t count);

  // Ends the segment when it holds a record, and gives every segment that is not chained yet to `append`.
  // Answers how many were chained; stops at the first error.
  [[nodiscard]] Result<std::uint64_t> chain(const std::function<Result<void>(const AccessSegment&)>& append);

  // What keeps records from being written or segments from being chained, "" when nothing does.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] std::uint64_t records_total() const { return records_total_; }
  [[nodiscard]] std::uint64_t failures_total() const { return failures_total_; }
  [[nodiscard]] std::size_t unchained() const;

 private:
  [[nodiscard]] Result<void> take_over();
  [[nodiscard]] Result<void> begin_segment(Timestamp now);
  [[nodiscard]] Result<void> end_segment();
  [[nodiscard]] Result<void> write(std::string_view line);
  [[nodiscard]] Error refuse(const char* code, const std::string& why);

  const std::shared_ptr<FileSystem> files_;
  const std::string directory_;
  Random& random_;

  std::mutex chain_mutex_;      // one chain() at a time; taken before mutex_
  mutable std::mutex mutex_;    // all below
  std::unique_ptr<File> file_;  // null: the next record begins a segment
  std::uint64_t size_ = 0, records_ = 0;
  bool taken_over_ = false;
  bool sync_failed_ = false;  // nothing about the file may be trusted: no further records until a restart
  std::deque<AccessSegment> pending_;
  std::string write_trouble_, chain_trouble_;
  std::atomic<std::uint64_t> records_total_{0}, failures_total_{0};
};

// The roles whose reads of customers' documents are recorded.
[[nodiscard]] constexpr bool reads_are_recorded(Role role) { return role == Role::auditor || role == Role::admin; }

}  // namespace quotary::api
