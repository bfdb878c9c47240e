#include "api/use_cases/access_log.h"

#include "ledger/base/hash.h"
#include "ledger/base/json.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::string_view current_name = "current";
constexpr std::string_view pending_suffix = ".pending";
constexpr std::string_view chained_suffix = ".jsonl";

// More than the fullest segment: its last line may be long.
constexpr std::size_t segment_file_max = 2 * access_segment_bytes_max;

}  // namespace

std::string segment_fault(FileSystem& files, const std::string& directory, const AccessSegment& segment) {
  const std::string path = directory + "/" + segment.sha256;
  std::string problem;
  // It is renamed once it is chained, perhaps just now.
  for (const auto suffix : {chained_suffix, pending_suffix, chained_suffix}) {
    const std::string name = path + std::string(suffix);
    const auto bytes = read_file(files, name, segment_file_max);
    if (!bytes && bytes.error().kind == Errc::not_found) {
      if (problem.empty()) problem = name + " is missing";
      continue;
    }
    if (!bytes) return bytes.error().detail;
    const auto lines = static_cast<std::uint64_t>(std::count(bytes->begin(), bytes->end(), '\n'));
    if (sha256(*bytes).hex() == segment.sha256 && bytes->size() == segment.size && lines == segment.records + 1)
      return "";
    return name + " was changed or damaged: it does not have the recorded digest, size or count";
  }
  return problem;
}

AccessLog::AccessLog(std::shared_ptr<FileSystem> files, std::string directory, Random& random)
    : files_(std::move(files)), directory_(std::move(directory)), random_(random) {
  const std::lock_guard lock(mutex_);
  if (auto taken = take_over(); !taken) write_trouble_ = taken.error().detail;
}

// What an earlier process left: segments to be chained, and one that it did not end.
Result<void> AccessLog::take_over() {
  QUOTARY_TRY_VOID(files_->make_directory(directory_));
  QUOTARY_TRY(names, files_->list(directory_));
  pending_.clear();
  for (const auto& name : names) {
    if (!name.ends_with(pending_suffix)) continue;
    QUOTARY_TRY(bytes, read_file(*files_, directory_ + "/" + name));
    const auto lines = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    // Named anew by what it holds: the ledger is told what is there.
    const auto hash = sha256(bytes).hex();
    if (hash + std::string(pending_suffix) != name)
      QUOTARY_TRY_VOID(files_->rename(directory_ + "/" + name, directory_ + "/" + hash + std::string(pending_suffix)));
    pending_.push_back({hash, bytes.size(), lines > 0 ? lines - 1 : 0});
  }
  const auto current = directory_ + "/" + std::string(current_name);
  if (files_->exists(current)) {
    QUOTARY_TRY(file, files_->open(current, OpenMode::read_write));
    QUOTARY_TRY(size, file->size());
    if (size > 0) {
      // It may stand in the machine's memory alone: where the process before failed to sync it, no later sync brings it
      // to the disk unless it is written anew.
      QUOTARY_TRY(bytes, file->read_at(0, static_cast<std::size_t>(size)));
      QUOTARY_TRY_VOID(file->write_at(0, bytes));
      file_ = std::move(file);
      size_ = size;
      records_ = 1;  // or more: end_segment counts
      QUOTARY_TRY_VOID(end_segment());
    }
  }
  taken_over_ = true;
  return {};
}

Result<void> AccessLog::write(std::string_view line) {
  QUOTARY_TRY_VOID(file_->write_at(size_, line));
  size_ += line.size();
  return {};
}

Result<void> AccessLog::begin_segment(Timestamp now) {
  QUOTARY_TRY(file, files_->open(directory_ + "/" + std::string(current_name), OpenMode::create_or_open));
  QUOTARY_TRY_VOID(file->truncate(0));  // the header alone, of a begin that failed
  file_ = std::move(file);
  size_ = records_ = 0;
  const json::object header{
      {"v", 1}, {"begun", format_rfc3339(now)}, {"salt", to_hex(random_.bytes(access_salt_bytes))}};
  auto written = write(json::serialize(header) + "\n");
  if (!written) file_.reset();
  return written;
}

Result<void> AccessLog::end_segment() {
  const auto current = directory_ + "/" + std::string(current_name);
  if (records_ == 0) return {};
  if (auto synced = file_->sync(); !synced) {
    sync_failed_ = true;
    return synced;
  }
  QUOTARY_TRY(bytes, file_->read_at(0, static_cast<std::size_t>(size_)));
  const auto lines = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const auto hash = sha256(bytes).hex();
  QUOTARY_TRY_VOID(files_->rename(current, directory_ + "/" + hash + std::string(pending_suffix)));
  file_.reset();
  pending_.push_back({hash, bytes.size(), lines > 0 ? lines - 1 : 0});
  size_ = records_ = 0;
  return files_->sync_directory(directory_);
}

Error AccessLog::refuse(const char* code, const std::string& why) {
  ++failures_total_;
  write_trouble_ = why;
  return fail(Errc::unavailable, code, "this read must be recorded and cannot be: see /readyz and the server's log");
}

Result<void> AccessLog::record(Timestamp now, const Principal& who, std::string_view what, std::string_view subject,
                               std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  if (sync_failed_) return refuse("access_log_unavailable", "a sync failed; restart the server once the disk is well");
  if (!taken_over_) {
    if (auto taken = take_over(); !taken) return refuse("access_log_unavailable", taken.error().detail);
  }
  if (pending_.size() >= access_pending_max)
    return refuse("access_log_full", std::to_string(pending_.size()) + " segments wait for the ledger");
  if (file_ && size_ >= access_segment_bytes_max) {
    if (auto ended = end_segment(); !ended) return refuse("access_log_unavailable", ended.error().detail);
  }
  if (!file_) {
    if (auto begun = begin_segment(now); !begun) return refuse("access_log_unavailable", begun.error().detail);
  }
  json::object line{{"time", format_rfc3339(now)}, {"actor", who.id}, {"role", role_name(who.role)}, {"what", what}};
  if (!subject.empty()) line["subject"] = subject;
  line["count"] = count;
  if (auto written = write(json::serialize(line) + "\n"); !written)
    return refuse("access_log_unavailable", written.error().detail);
  ++records_;
  ++records_total_;
  write_trouble_.clear();
  return {};
}

Result<std::uint64_t> AccessLog::chain(const std::function<Result<void>(const AccessSegment&)>& append) {
  const std::lock_guard one_at_a_time(chain_mutex_);
  std::uint64_t chained = 0;
  const auto troubled = [&](const Error& error) {
    const std::lock_guard lock(mutex_);
    chain_trouble_ = error.detail;
    return error;
  };
  {
    std::unique_lock lock(mutex_);
    if (file_ && !sync_failed_) {
      if (auto ended = end_segment(); !ended) {
        ++failures_total_;
        lock.unlock();
        return troubled(ended.error());
      }
    }
  }
  for (;;) {
    AccessSegment next;
    {
      const std::lock_guard lock(mutex_);
      if (pending_.empty()) break;
      next = pending_.front();
    }
    if (auto appended = append(next); !appended) return troubled(appended.error());
    const auto path = directory_ + "/" + next.sha256;
    // A cut here chains the segment once more after the restart, under the same digest: harmless.
    if (auto renamed = files_->rename(path + std::string(pending_suffix), path + std::string(chained_suffix)); !renamed)
      return troubled(renamed.error());
    const std::lock_guard lock(mutex_);
    pending_.pop_front();
    ++chained;
  }
  const std::lock_guard lock(mutex_);
  chain_trouble_.clear();
  return chained;
}

std::string AccessLog::trouble() const {
  const std::lock_guard lock(mutex_);
  return write_trouble_.empty() ? chain_trouble_ : write_trouble_;
}

std::size_t AccessLog::unchained() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

}  // namespace quotary::api
