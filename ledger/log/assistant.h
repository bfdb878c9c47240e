// A second pair of hands for the sequencer: a thread that does one task at a time, in the order given.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace quotary {

// One owner thread calls it. The destructor finishes what was given.
class Assistant {
 public:
  Assistant();
  ~Assistant();
  Assistant(const Assistant&) = delete;
  Assistant& operator=(const Assistant&) = delete;

  // Waits until the last task has ended, then lets this one begin. A task must not throw.
  void start(std::function<void()> task);
  // Until nothing is under way.
  void wait();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> task_;  // empty: idle
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace quotary
