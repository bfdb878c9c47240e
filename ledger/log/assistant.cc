#include "ledger/log/assistant.h"

#include <pthread.h>

namespace quotary {

Assistant::Assistant() : thread_([this] { run(); }) { pthread_setname_np(thread_.native_handle(), "seq-assistant"); }

Assistant::~Assistant() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Assistant::start(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !task_; });
  task_ = std::move(task);
  lock.unlock();
  changed_.notify_all();
}

void Assistant::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !task_; });
}

void Assistant::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || task_; });
    if (!task_) return;
    lock.unlock();
    task_();  // nobody else touches it while it is set
    lock.lock();
    std::function<void()> ended;
    ended.swap(task_);
    lock.unlock();
    changed_.notify_all();
    ended = nullptr;  // what it held goes while others go on
    lock.lock();
  }
}

}  // namespace quotary
