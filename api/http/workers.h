// A bounded pool for what may block. Internal to the server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace quotary::http {

// Safe to use from any thread; stop() from one that is not a worker. Jobs must not throw.
class Workers {
 public:
  explicit Workers(std::size_t queue_max) : queue_max_(queue_max) {}
  ~Workers() { stop(); }

  void start(std::size_t threads);
  // False when the queue is full or the pool is not running.
  [[nodiscard]] bool submit(std::function<void()> job) { return push(std::move(job), queue_max_); }
  // Past the admission limit, for steps of work already admitted (at most one per connection).
  [[nodiscard]] bool submit_admitted(std::function<void()> job) { return push(std::move(job), ~std::size_t{0}); }
  // Drops what waits, finishes what runs.
  void stop();
  [[nodiscard]] std::size_t waiting() const;

 private:
  bool push(std::function<void()> job, std::size_t max);
  void run();
  // Under the mutex: whether another worker is to be woken for what waits. One is woken at a time, and wakes the next
  // if there is still more: a burst of short jobs is then done by the few that are awake.
  [[nodiscard]] bool begin_wake();

  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool waking_ = false;  // one was notified and is not yet awake
  bool running_ = false;
};

}  // namespace quotary::http
