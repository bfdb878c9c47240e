#include "api/http/workers.h"

namespace quotary::http {

void Workers::start(std::size_t threads) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool Workers::push(std::function<void()> job, std::size_t max) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (!running_ || queue_.size() >= max) return false;
    queue_.push_back(std::move(job));
    wake = begin_wake();
  }
  if (wake) wake_.notify_one();
  return true;
}

bool Workers::begin_wake() {
  if (queue_.empty() || idle_ == 0 || waking_) return false;
  return waking_ = true;
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (running_ && queue_.empty()) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
      waking_ = false;
    }
    if (!running_) return;
    auto job = std::move(queue_.front());
    queue_.pop_front();
    const bool wake = begin_wake();
    lock.unlock();
    if (wake) wake_.notify_one();
    job();
    job = nullptr;  // what it captured dies outside the lock
    lock.lock();
  }
}

void Workers::stop() {
  std::deque<std::function<void()>> dropped;
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
    dropped.swap(queue_);
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (auto& thread : threads) thread.join();
}

std::size_t Workers::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace quotary::http
