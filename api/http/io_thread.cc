#include "api/http/io_thread.h"

#include "api/http/session.h"

#include <boost/asio/post.hpp>

#include <ctime>

namespace quotary::http {

void IoThread::start() {
  arm();
  thread_ = std::thread([this] {
    id_ = std::this_thread::get_id();
    context_.run();
  });
}

void IoThread::release_and_join() {
  post([this] {
    timer_.cancel();
    guard_.reset();
    const std::lock_guard lock(mutex_);
    closed_ = true;
  });
  if (thread_.joinable()) thread_.join();
  // What was posted in between dies here; it can no longer run.
  std::vector<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(tasks_);
}

void IoThread::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) boost::asio::post(context_, [this] { drain(); });
}

void IoThread::drain() {
  std::vector<std::function<void()>> round;
  {
    const std::lock_guard lock(mutex_);
    round.swap(tasks_);
  }
  for (auto& task : round) task();
}

void IoThread::arm() {
  const auto second = static_cast<std::int64_t>(std::time(nullptr));
  if (second != date_second_) {
    date_second_ = second;
    const std::time_t now = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[64];
    // English names whatever the locale, as the program never calls setlocale for LC_TIME.
    date_.assign(text, std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts));
  }
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
    }
    const auto now = steady_ms();
    const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());  // ticking may remove
    for (const auto& session : all) session->on_tick(now);
    arm();
  });
}

void IoThread::stop_sessions() {
  const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
  for (const auto& session : all) session->on_stop();
}

void IoThread::close_sessions() {
  const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
  for (const auto& session : all) session->close_now();
}

}  // namespace quotary::http
