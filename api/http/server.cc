#include "api/http/server.h"

#include "api/http/session.h"
#include "api/http/transport.h"
#include "ledger/base/bytes.h"
#include "ledger/base/random.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

namespace quotary::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using Local = asio::local::stream_protocol;

Core::Core(Config config_in, const Router& router_in, Metrics& metrics_in)
    : config(std::move(config_in)),
      router(router_in),
      metrics(metrics_in),
      limiter(config.rates),
      workers(config.worker_queue_max) {
  SystemRandom random;
  id_prefix = to_hex(random.bytes(8)) + "-";
  for (std::size_t i = 0; i <= router.routes().size(); ++i) {
    routes_.push_back(std::make_unique<RouteMetrics>());
    const std::string pattern = i < router.routes().size() ? router.routes()[i]->pattern : "";
    routes_.back()->seconds = &metrics.histogram(
        "quotary_http_request_seconds", "From the complete header to the written answer.", {{"route", pattern}});
  }
}

void Core::count(const Route* route, int status, std::int64_t us) {
  auto& entry = *routes_[route ? route->index : routes_.size() - 1];
  auto& slot = entry.by_status[static_cast<std::size_t>(std::clamp(status, 0, 599))];
  auto* counter = slot.load(std::memory_order_acquire);
  if (!counter) {
    counter = &metrics.counter("quotary_http_requests_total", "Requests answered.",
                               {{"method", route ? route->method : ""},
                                {"route", route ? route->pattern : ""},
                                {"status", std::to_string(status)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
  entry.seconds->observe_us(us);
}

void Core::refused(std::string_view reason) {
  metrics
      .counter("quotary_http_refused_total", "Requests and connections refused to keep the server well.",
               {{"reason", std::string(reason)}})
      .add();
}

void Core::log_error(std::string_view text) const {
  if (config.error_log) config.error_log(text);
}

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  std::shared_ptr<Core> core;
  std::vector<std::shared_ptr<IoThread>> threads;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  bool use_tls = false;
  std::unique_ptr<tcp::acceptor> tcp_acceptor;
  std::unique_ptr<Local::acceptor> local_acceptor;
  std::unique_ptr<asio::steady_timer> accept_pause;
  std::uint16_t bound_port = 0;
  bool started = false;
  std::size_t next_thread = 0;

  [[nodiscard]] Result<void> open_tls();
  [[nodiscard]] Result<void> open_tcp();
  [[nodiscard]] Result<void> open_local();
  template <class Acceptor>
  void accept(Acceptor& acceptor);
  void adopt(tcp::socket socket, const std::shared_ptr<IoThread>& io);
  void adopt(Local::socket socket, const std::shared_ptr<IoThread>& io);
  void stop();
};

Result<void> HttpServer::Impl::open_tls() {
  const auto& config = core->config;
  use_tls = !config.tls_certificate.empty() || !config.tls_key.empty();
  if (!use_tls) return {};
  boost::system::error_code ec;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                      asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                      asio::ssl::context::single_dh_use,
                  ec);
  if (!ec) tls.use_certificate_chain_file(config.tls_certificate, ec);
  if (ec)
    return fail(Errc::invalid, "bad_tls", "cannot use the certificate " + config.tls_certificate + ": " + ec.message());
  tls.use_private_key_file(config.tls_key, asio::ssl::context::pem, ec);
  if (ec) return fail(Errc::invalid, "bad_tls", "cannot use the key " + config.tls_key + ": " + ec.message());
  // Renegotiation lets a client make the server work for nothing.
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_RENEGOTIATION);
  return {};
}

Result<void> HttpServer::Impl::open_tcp() {
  const auto& config = core->config;
  if (config.host.empty()) return {};
  const auto where = config.host + " port " + std::to_string(config.port);
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(config.host, ec);
  if (ec) return fail(Errc::unavailable, "bind_failed", "not an address: " + config.host);
  if (!address.is_loopback() && !use_tls && !config.behind_proxy) {
    return fail(Errc::invalid, "tls_required",
                where + " is reachable from outside: give a certificate, or say that a proxy speaks TLS");
  }
  const tcp::endpoint endpoint(address, config.port);
  auto acceptor = std::make_unique<tcp::acceptor>(threads[0]->context());
  acceptor->open(endpoint.protocol(), ec);
  if (!ec) acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor->bind(endpoint, ec);
  if (!ec) acceptor->listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return fail(Errc::unavailable, "bind_failed", "cannot listen on " + where + ": " + ec.message());
  bound_port = acceptor->local_endpoint(ec).port();
  tcp_acceptor = std::move(acceptor);
  return {};
}

Result<void> HttpServer::Impl::open_local() {
  const auto& path = core->config.unix_path;
  if (path.empty()) return {};
  const auto failed = [&](const std::string& why) {
    return fail(Errc::unavailable, "bind_failed", "cannot listen on " + path + ": " + why);
  };
  if (path.size() >= 108) return failed("a socket's path has at most 107 bytes");
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) return failed("a file is there that is no socket");
    boost::system::error_code ec;
    Local::socket probe(threads[0]->context());
    probe.connect(Local::endpoint(path), ec);
    if (!ec) return failed("another server listens there");
    ::unlink(path.c_str());  // left by a server that died
  }
  boost::system::error_code ec;
  auto acceptor = std::make_unique<Local::acceptor>(threads[0]->context());
  acceptor->open(Local(), ec);
  if (!ec) acceptor->bind(Local::endpoint(path), ec);
  // Nobody can connect before listen(), so the mode is right in time.
  if (!ec && ::chmod(path.c_str(), 0600) != 0) return failed(std::strerror(errno));
  if (!ec) acceptor->listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return failed(ec.message());
  local_acceptor = std::move(acceptor);
  return {};
}

template <class Acceptor>
void HttpServer::Impl::accept(Acceptor& acceptor) {
  const auto io = threads[next_thread++ % threads.size()];
  using Accepted = typename Acceptor::protocol_type::socket;
  const asio::any_io_executor executor = io->context().get_executor();
  acceptor.async_accept(
      executor, [this, self = shared_from_this(), &acceptor, io](const boost::system::error_code& ec, Accepted socket) {
        if (!acceptor.is_open() || core->stopping) return;
        if (ec) {
          // Out of descriptors, mostly: trying at once would spin.
          core->log_error("accept failed: " + ec.message());
          accept_pause->expires_after(std::chrono::milliseconds(100));
          accept_pause->async_wait([this, self, &acceptor](const boost::system::error_code& stopped) {
            if (!stopped && acceptor.is_open()) accept(acceptor);
          });
          return;
        }
        if (core->connections.fetch_add(1) >= core->config.connections_max) {
          core->connections.fetch_sub(1);
          core->refused("connections");
          boost::system::error_code ignored;
          socket.close(ignored);
        } else {
          adopt(std::move(socket), io);
        }
        accept(acceptor);
      });
}

void HttpServer::Impl::adopt(tcp::socket socket, const std::shared_ptr<IoThread>& io) {
  boost::system::error_code ec;
  socket.set_option(tcp::no_delay(true), ec);
  const auto peer = socket.remote_endpoint(ec);
  auto address = ec ? std::string("unknown") : peer.address().to_string();
  std::shared_ptr<Session> session;
  if (use_tls) {
    session = std::make_shared<TlsSession>(core, io, std::move(address), Socket(std::move(socket)), tls);
  } else {
    session = std::make_shared<PlainSession>(core, io, std::move(address), false, Socket(std::move(socket)));
  }
  io->post([session] { session->begin(); });
}

void HttpServer::Impl::adopt(Local::socket socket, const std::shared_ptr<IoThread>& io) {
  const std::shared_ptr<Session> session =
      std::make_shared<PlainSession>(core, io, "", true, Socket(std::move(socket)));
  io->post([session] { session->begin(); });
}

void HttpServer::Impl::stop() {
  if (!started) return;
  started = false;
  core->stopping = true;
  threads[0]->post([this, self = shared_from_this()] {
    boost::system::error_code ignored;
    if (tcp_acceptor) tcp_acceptor->close(ignored);
    if (local_acceptor) local_acceptor->close(ignored);
    accept_pause->cancel();
  });
  if (local_acceptor) ::unlink(core->config.unix_path.c_str());
  for (const auto& io : threads) io->post([io = io.get()] { io->stop_sessions(); });
  const auto end = std::chrono::steady_clock::now() + core->config.stop_timeout;
  while (core->connections > 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  for (const auto& io : threads) io->post([io = io.get()] { io->close_sessions(); });
  core->workers.stop();
  for (const auto& io : threads) io->release_and_join();
}

HttpServer::HttpServer(Config config, const Router& router, Metrics& metrics) : impl_(std::make_shared<Impl>()) {
  impl_->core = std::make_shared<Core>(std::move(config), router, metrics);
}

HttpServer::~HttpServer() { stop(); }

Result<void> HttpServer::start() {
  auto& impl = *impl_;
  auto& core = *impl.core;
  QUOTARY_CHECK(!impl.started && impl.threads.empty());
  // Fine enough for the shortest timeout, coarse enough to cost nothing.
  auto shortest = std::min(
      {core.config.header_timeout, core.config.body_timeout, core.config.write_timeout, core.config.idle_timeout});
  const auto tick = std::clamp(shortest / 8, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
  for (std::size_t i = 0; i < std::max<std::size_t>(core.config.io_threads, 1); ++i) {
    impl.threads.push_back(std::make_shared<IoThread>(tick));
  }
  auto opened = impl.open_tls();
  if (opened) opened = impl.open_tcp();
  if (opened) opened = impl.open_local();
  if (!opened) {
    impl.tcp_acceptor.reset();
    impl.threads.clear();
    impl.bound_port = 0;
    return opened;
  }
  impl.accept_pause = std::make_unique<asio::steady_timer>(impl.threads[0]->context());
  core.metrics.gauge("quotary_http_connections", "Connections open now.",
                     [shared = impl.core] { return static_cast<double>(shared->connections.load()); });
  core.metrics.gauge("quotary_http_open_requests", "Requests with workers or awaiting their reply.",
                     [shared = impl.core] { return static_cast<double>(shared->requests_open.load()); });
  core.workers.start(std::max<std::size_t>(core.config.worker_threads, 1));
  for (const auto& io : impl.threads) io->start();
  impl.threads[0]->post([self = impl_] {
    if (self->tcp_acceptor) self->accept(*self->tcp_acceptor);
    if (self->local_acceptor) self->accept(*self->local_acceptor);
  });
  impl.started = true;
  return {};
}

std::uint16_t HttpServer::port() const { return impl_->bound_port; }

void HttpServer::stop() { impl_->stop(); }

bool HttpServer::submit(std::function<void()> job) { return impl_->core->workers.submit(std::move(job)); }

}  // namespace quotary::http
