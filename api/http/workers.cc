#include "api/http/workers.h"

namespace quotary::http {

void Workers::start(std::size_t threads) {
  const std::lock_guard lock(mutex_);
  running_ = true;
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

bool Workers::push(std::function<void()> job, std::size_t max) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_ || queue_.size() >= max) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Workers::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return !running_ || !queue_.empty(); });
    if (!running_) return;
    auto job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
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
