#include "ledger/log/spare_log.h"

#include "ledger/log/rocks_log.h"

#include <algorithm>
#include <utility>

namespace quotary {

namespace {

constexpr std::uint64_t step_bytes = 256u << 10;  // on their way to the disk at once
// Zeros are a convenience: they may take at most this part of what is free.
constexpr std::uint64_t free_part = 16;

}  // namespace

SpareLog::SpareLog(std::shared_ptr<FileSystem> files, std::string directory, std::uint64_t bytes)
    : files_(std::move(files)), path_(std::move(directory) + "/" + std::string(spare_log_name)), bytes_(bytes) {}

SpareLog::~SpareLog() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  if (bytes_ > 0 && files_->exists(path_)) (void)files_->remove(path_);
}

bool SpareLog::begin_making() {
  const std::lock_guard lock(mutex_);
  if (bytes_ == 0 || state_ != State::none) return false;
  state_ = State::making;
  return true;
}

void SpareLog::make() {
  if (begin_making()) write_zeros();
}

void SpareLog::make_soon() {
  if (!begin_making()) return;
  if (thread_.joinable()) thread_.join();  // it has made the one before
  thread_ = std::thread([this] { write_zeros(); });
}

void SpareLog::write_zeros() {
  bool made = false;
  if (const auto room = files_->free_bytes(path_.substr(0, path_.rfind('/'))); room && *room / free_part >= bytes_) {
    auto file = files_->open(path_, OpenMode::create_or_open, engine_file_permissions);
    made = file && write_zeros_to(**file);
  }
  // Also what a killed process left, which nothing else would take away where there is no room.
  if (!made && files_->exists(path_)) (void)files_->remove(path_);
  const std::lock_guard lock(mutex_);
  state_ = made ? State::ready : State::refused;
}

bool SpareLog::write_zeros_to(File& file) const {
  if (!file.truncate(0)) return false;
  const std::string zeros(std::min(step_bytes, bytes_), '\0');
  for (std::uint64_t at = 0; at < bytes_; at += zeros.size()) {
    if (stopping_) return false;
    const std::string_view step = std::string_view(zeros).substr(0, bytes_ - at);
    if (!file.write_at(at, step)) return false;
    file.start_writing(at, step.size());
  }
  return file.sync().has_value();
}

bool SpareLog::take(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const bool ready = state_ == State::ready;
  if (state_ != State::making) state_ = State::none;
  if (!ready) return false;
  return files_->rename(path_, path).has_value();
}

}  // namespace quotary
