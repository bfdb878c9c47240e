// Does a writer's calls of the disk on a thread of its own, so that what is written next is made meanwhile. Inside
// ledger/log.
#pragma once

#include "ledger/base/result.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace quotary {

// Limits of this file, in one place.
inline constexpr std::size_t write_behind_bytes_max = 4u << 20;  // that wait
inline constexpr std::size_t write_behind_tasks_max = 1024;

// For one thread that posts. Tasks are done one after the other, in their order; after one has failed none is done.
class WriteBehind {
 public:
  using Task = std::function<Result<void>()>;
  WriteBehind();
  // Ends once what was posted is done.
  ~WriteBehind();
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;

  // Waits while too much does; `bytes` is what the task holds. The error of a task before it, if one failed.
  [[nodiscard]] Result<void> post(Task task, std::size_t bytes = 0);
  // Waits for all that was posted. The error of the first that failed.
  [[nodiscard]] Result<void> drain();

 private:
  struct Waiting {
    Task task;
    std::size_t bytes = 0;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable posted_, done_;
  std::deque<Waiting> waiting_;  // with the one that is being done
  std::size_t bytes_ = 0;        // of waiting_
  bool ending_ = false;
  Result<void> status_;
  std::thread worker_;  // last: it uses the others
};

}  // namespace quotary
