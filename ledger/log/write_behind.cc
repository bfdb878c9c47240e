#include "ledger/log/write_behind.h"

namespace quotary {

WriteBehind::WriteBehind() : worker_([this] { work(); }) {}

WriteBehind::~WriteBehind() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  posted_.notify_one();
  worker_.join();
}

Result<void> WriteBehind::post(Task task, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] {
    return !status_ || waiting_.empty() ||
           (bytes_ + bytes <= write_behind_bytes_max && waiting_.size() < write_behind_tasks_max);
  });
  QUOTARY_TRY_VOID(status_);
  waiting_.push_back({std::move(task), bytes});
  bytes_ += bytes;
  posted_.notify_one();
  return {};
}

Result<void> WriteBehind::drain() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return waiting_.empty(); });
  return status_;
}

void WriteBehind::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const bool go_on = status_.has_value();
    const Waiting& next = waiting_.front();  // stays where it is while others are put behind it
    lock.unlock();
    Result<void> outcome = go_on ? next.task() : Result<void>();
    lock.lock();
    if (!outcome) status_ = std::move(outcome);
    bytes_ -= next.bytes;
    waiting_.pop_front();
    done_.notify_one();
  }
}

}  // namespace quotary
