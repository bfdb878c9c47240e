// One I/O thread: its io_context, its sessions, and the queue by which other threads answer. Internal to the server.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace quotary::http {

class Session;

[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Everything but post() is for its own thread. Outlives its sessions, and every Reply holds it, so that a late Reply
// meets a stopped queue and not a dead one.
class IoThread {
 public:
  explicit IoThread(std::chrono::milliseconds tick) : tick_(tick), timer_(context_), guard_(context_.get_executor()) {}

  void start();
  // Lets the thread end once its sessions have; call after all are closed, from outside.
  void release_and_join();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  [[nodiscard]] bool is_current() const { return std::this_thread::get_id() == id_; }

  // Runs `task` on this thread; from any thread. Tasks queued while one round runs share one wake-up.
  void post(std::function<void()> task);

  void add(std::shared_ptr<Session> session) { sessions_.insert(std::move(session)); }
  void remove(const std::shared_ptr<Session>& session) { sessions_.erase(session); }
  void stop_sessions();   // idle ones close, the others after their answer
  void close_sessions();  // all close now

  // "Date: …\r\n", refreshed once a second.
  [[nodiscard]] const std::string& date_header() const { return date_; }

 private:
  void arm();
  void drain();

  const std::chrono::milliseconds tick_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::thread thread_;
  std::thread::id id_;
  std::string date_;
  std::int64_t date_second_ = 0;

  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  bool closed_ = false;
};

}  // namespace quotary::http
