// The two transports a session can have: a plain stream socket (TCP or Unix), or TLS over one. Internal to the server.
#pragma once

#include "api/http/session.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>
#include <utility>

namespace quotary::http {

using Socket = boost::asio::generic::stream_protocol::socket;

class PlainSession final : public Session {
 public:
  PlainSession(std::shared_ptr<Core> core, std::shared_ptr<IoThread> io, std::string peer, bool local, Socket socket)
      : Session(std::move(core), std::move(io), std::move(peer), local, false), socket_(std::move(socket)) {}

 private:
  void start_handshake() override { on_ready({}); }
  void start_read(boost::asio::mutable_buffer into) override {
    socket_.async_read_some(
        into, [self = self_ptr()](const boost::system::error_code& ec, std::size_t n) { self->on_read(ec, n); });
  }
  void start_write(const std::array<boost::asio::const_buffer, 3>& from) override {
    boost::asio::async_write(
        socket_, from, [self = self_ptr()](const boost::system::error_code& ec, std::size_t) { self->on_written(ec); });
  }
  void start_shutdown() override {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    on_shutdown();
  }
  void close_socket() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  std::shared_ptr<PlainSession> self_ptr() { return std::static_pointer_cast<PlainSession>(shared_from_this()); }

  Socket socket_;
};

class TlsSession final : public Session {
 public:
  TlsSession(std::shared_ptr<Core> core, std::shared_ptr<IoThread> io, std::string peer, Socket socket,
             boost::asio::ssl::context& context)
      : Session(std::move(core), std::move(io), std::move(peer), false, true), stream_(std::move(socket), context) {}

 private:
  void start_handshake() override {
    stream_.async_handshake(boost::asio::ssl::stream_base::server,
                            [self = self_ptr()](const boost::system::error_code& ec) { self->on_ready(ec); });
  }
  void start_read(boost::asio::mutable_buffer into) override {
    stream_.async_read_some(
        into, [self = self_ptr()](const boost::system::error_code& ec, std::size_t n) { self->on_read(ec, n); });
  }
  void start_write(const std::array<boost::asio::const_buffer, 3>& from) override {
    boost::asio::async_write(
        stream_, from, [self = self_ptr()](const boost::system::error_code& ec, std::size_t) { self->on_written(ec); });
  }
  void start_shutdown() override {
    if (read_pending()) {
      // Shutting TLS down reads too, and two reads at once are not allowed.
      boost::system::error_code ignored;
      stream_.next_layer().shutdown(Socket::shutdown_send, ignored);
      return on_shutdown();
    }
    stream_.async_shutdown([self = self_ptr()](const boost::system::error_code&) { self->close_now(); });
  }
  void close_socket() override {
    boost::system::error_code ignored;
    stream_.next_layer().close(ignored);
  }
  std::shared_ptr<TlsSession> self_ptr() { return std::static_pointer_cast<TlsSession>(shared_from_this()); }

  boost::asio::ssl::stream<Socket> stream_;
};

}  // namespace quotary::http
