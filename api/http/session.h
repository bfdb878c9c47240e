// One connection: reads requests in order, dispatches each, writes its answer. Internal to the server.
#pragma once

#include "api/http/io_thread.h"
#include "api/http/parser.h"
#include "api/http/server.h"
#include "api/http/workers.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace quotary::http {

// What all sessions of one server share. Late replies hold it too, but touch only the counters and the workers.
struct Core {
  Core(Config config_in, const Router& router_in, Metrics& metrics_in);

  const Config config;
  const Router& router;
  Metrics& metrics;
  RateLimiter limiter;
  Workers workers;
  std::string id_prefix;  // makes request ids differ between runs
  std::atomic<std::uint64_t> request_count{0};
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> requests_open{0};
  std::atomic<bool> stopping{false};

  void count(const Route* route, int status, std::int64_t us);
  void refused(std::string_view reason);
  void log_error(std::string_view text) const;

 private:
  struct RouteMetrics {
    std::array<std::atomic<Counter*>, 600> by_status{};
    Histogram* seconds = nullptr;
  };
  std::vector<std::unique_ptr<RouteMetrics>> routes_;  // the last one for requests without a route
};

// All members run on the session's I/O thread; there is at most one read and one write under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Core> core, std::shared_ptr<IoThread> io, std::string peer, bool local, bool secure);
  virtual ~Session();

  // After construction, once.
  void begin();
  void on_tick(std::int64_t now);
  void on_stop();
  // Closes without ceremony; the session dies once its operations have come back.
  void close_now();
  void on_reply(std::uint64_t sequence, Response response);

 protected:
  virtual void start_handshake() = 0;                                                  // calls on_ready
  virtual void start_read(boost::asio::mutable_buffer into) = 0;                       // calls on_read
  virtual void start_write(const std::array<boost::asio::const_buffer, 3>& from) = 0;  // calls on_written
  virtual void start_shutdown() = 0;  // says that no more comes; calls on_shutdown
  virtual void close_socket() = 0;

  void on_ready(const boost::system::error_code& ec);
  void on_read(const boost::system::error_code& ec, std::size_t size);
  void on_written(const boost::system::error_code& ec);
  void on_shutdown();
  [[nodiscard]] bool read_pending() const { return read_pending_; }

 private:
  enum class State {
    handshake,
    idle,
    header,
    body,
    interim,
    uploading,
    handling,
    writing,
    streaming,
    lingering,
    closed
  };

  void next_request();
  void read();
  void process();
  bool on_header();
  void begin_upload();
  void hand_on_upload();
  void on_upload_step(std::uint64_t sequence, std::optional<Error> error);
  void drop_upload();
  void dispatch();
  void refuse(int status, const Error& error, int retry_after = 0);
  void fail_parse(const boost::system::error_code& ec);
  void respond(Response response);
  void read_stream();
  void on_stream_piece(std::uint64_t sequence, Result<std::string> piece);
  void finish_request();
  void linger();
  void arm(std::chrono::milliseconds timeout) { deadline_ = steady_ms() + timeout.count(); }

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<IoThread> io_;
  const std::string peer_;
  const bool local_;
  const bool secure_;

  State state_ = State::handshake;
  std::int64_t deadline_ = 0;  // steady milliseconds, 0: none
  bool read_pending_ = false;
  bool write_pending_ = false;
  bool close_after_ = false;
  std::uint64_t sequence_ = 0;  // of the request; replies to an earlier one are dropped
  std::size_t header_bytes_ = 0;
  std::size_t lingered_ = 0;
  boost::beast::flat_buffer in_;

  std::shared_ptr<Request> request_;
  std::optional<RequestParser> parser_;
  const Route* route_ = nullptr;
  bool header_done_ = false;
  bool upload_ended_ = false;
  bool continue_sent_ = false;
  std::chrono::steady_clock::time_point begun_;

  Response response_;
  std::string out_head_;
  std::string out_piece_;
  bool chunked_out_ = false;
  std::uint64_t stream_left_ = 0;
  std::uint64_t bytes_out_ = 0;
};

}  // namespace quotary::http
