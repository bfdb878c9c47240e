// The HTTP server: sockets, timeouts, limits, dispatch. Plain callbacks on a few I/O threads that never block.
#pragma once

#include "api/http/message.h"
#include "api/http/metrics.h"
#include "api/http/rate_limit.h"
#include "api/http/router.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace quotary::http {

// What one finished request leaves in the access log: never a query string, and the pattern where the path is secret.
struct AccessRecord {
  std::string_view request_id;
  std::string_view peer;
  std::string_view method;
  std::string_view path;
  std::string_view route;  // pattern, "" when none matched
  int status = 0;
  std::uint64_t bytes_in = 0;    // body
  std::uint64_t bytes_out = 0;   // body
  std::int64_t duration_us = 0;  // from the complete header to the written answer
};

// Every limit of the server by name.
struct Config {
  std::string host = "127.0.0.1";  // address to bind; empty: no TCP listener
  std::uint16_t port = 0;          // 0: a free one, see HttpServer::port()
  std::string unix_path;           // Unix socket (mode 0600), empty: none
  std::string tls_certificate;     // PEM chain and key; both set: the TCP listener speaks TLS 1.2 or 1.3 only
  std::string tls_key;
  // Take the peer from the last X-Forwarded-For entry, and `secure` from X-Forwarded-Proto. Without it and without TLS
  // only loopback addresses may be bound.
  bool behind_proxy = false;

  std::size_t io_threads = 1;  // each with its own io_context
  std::size_t worker_threads = 2;
  std::size_t worker_queue_max = 1'024;   // waiting jobs; beyond it 503
  std::size_t requests_open_max = 8'192;  // worker routes between dispatch and reply; beyond it 503
  std::size_t connections_max = 4'096;    // beyond it new ones are closed at once
  std::size_t header_max = 8'192;         // bytes of request line and headers; beyond it 431
  std::size_t upload_chunk = 256u << 10;  // bytes given to a sink at once
  std::uint64_t rate_min = 16u << 10;     // bytes a second that long transfers must keep, after the timeouts above
  std::uint64_t requests_per_connection_max = 1'000'000;

  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte of a request to the end of its header
  std::chrono::milliseconds body_timeout{30'000};    // to the whole body; an upload: between two reads, see rate_min
  std::chrono::milliseconds write_timeout{30'000};   // of one answer or piece of a stream, besides what rate_min allows
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds stop_timeout{10'000};    // for requests in flight when stopping

  RateLimits rates;
  int retry_after_seconds = 1;  // sent with 503

  // Called on I/O threads after each answer; must not block nor throw. The views end with the call.
  std::function<void(const AccessRecord&)> access_log;
  // What went wrong inside (a handler threw, accept failed); same rule.
  std::function<void(std::string_view)> error_log;
};

// Owns its threads and sockets. start() and stop() are called by one owner, not by handlers.
class HttpServer {
 public:
  // `router` and `metrics` outlive the server. Series: quotary_http_requests_total, quotary_http_request_seconds,
  // quotary_http_connections, quotary_http_open_requests, quotary_http_refused_total.
  HttpServer(Config config, const Router& router, Metrics& metrics);
  ~HttpServer();  // stops

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and begins to serve. Errc::unavailable `bind_failed` (names the address), Errc::invalid `bad_tls` or
  // `tls_required`. After an error the object is as new.
  [[nodiscard]] Result<void> start();

  // The bound TCP port; 0 before start() or without a TCP listener.
  [[nodiscard]] std::uint16_t port() const;

  // Stops accepting, lets requests in flight finish within stop_timeout, closes the rest, joins the threads. Replies
  // that come later are dropped. Safe to call twice.
  void stop();

  // Runs `job` on the worker pool; false when its queue is full. For handlers that go on after another part's callback.
  [[nodiscard]] bool submit(std::function<void()> job);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace quotary::http
