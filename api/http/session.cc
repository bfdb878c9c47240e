#include "api/http/session.h"

#include "api/http/problem.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <exception>

namespace quotary::http {

namespace beast_http = boost::beast::http;

namespace {

constexpr std::size_t read_size = 4'096;        // while a header is awaited
constexpr std::size_t read_size_body = 65'536;  // while a body is
constexpr std::size_t framing_max = 16'384;     // unparsed bytes of chunk framing
constexpr std::size_t linger_max = 16u << 20;
constexpr std::chrono::milliseconds linger_timeout{2'000};

// One request's right to answer; a Reply is a copyable handle on it.
struct ReplySlot {
  std::shared_ptr<Core> core;
  std::shared_ptr<IoThread> io;
  std::weak_ptr<Session> session;
  std::uint64_t sequence = 0;
  bool counted = false;  // in requests_open
  std::string path;
  std::atomic<bool> used{false};

  void send(Response response) {
    if (used.exchange(true)) return;
    if (counted) core->requests_open.fetch_sub(1);
    if (io->is_current()) {
      if (const auto alive = session.lock()) alive->on_reply(sequence, std::move(response));
      return;
    }
    io->post([session = session, sequence = sequence, response = std::move(response)]() mutable {
      if (const auto alive = session.lock()) alive->on_reply(sequence, std::move(response));
    });
  }

  void send_internal(std::string_view why) {
    if (used.load()) return;
    if (!core->stopping) core->log_error(why);  // once the server stops, its log may be gone
    send(problem_response(fail(Errc::internal, "internal", {}), path));
  }

  ~ReplySlot() { send_internal("a handler let go of its reply without answering"); }
};

void call_handler(const Route& route, const std::shared_ptr<Request>& request, const std::shared_ptr<ReplySlot>& slot) {
  try {
    route.handler(request, [slot](Response response) { slot->send(std::move(response)); });
  } catch (const std::exception& error) {
    slot->send_internal(std::string("a handler threw: ") + error.what());
  } catch (...) {
    slot->send_internal("a handler threw something that is no exception");
  }
}

// The last entry is the one our own proxy wrote; earlier ones are the client's word.
std::string forwarded_peer(const Request& request, const std::string& peer) {
  std::string_view value;
  for (const auto& [name, text] : request.headers) {
    if (equal_ignoring_case(name, "X-Forwarded-For")) value = text;
  }
  const auto comma = value.rfind(',');
  if (comma != std::string_view::npos) value.remove_prefix(comma + 1);
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(std::string(value.substr(0, 64)), ec);
  return ec ? peer : address.to_string();
}

}  // namespace

Session::Session(std::shared_ptr<Core> core, std::shared_ptr<IoThread> io, std::string peer, bool local, bool secure)
    : core_(std::move(core)), io_(std::move(io)), peer_(std::move(peer)), local_(local), secure_(secure) {}

Session::~Session() = default;

void Session::begin() {
  io_->add(shared_from_this());
  if (core_->stopping) return close_now();
  arm(core_->config.handshake_timeout);
  start_handshake();
}

void Session::on_ready(const boost::system::error_code& ec) {
  if (state_ == State::closed) return;
  if (ec) return close_now();
  next_request();
}

void Session::next_request() {
  if (core_->stopping) return close_now();
  state_ = State::idle;
  ++sequence_;
  route_ = nullptr;
  header_done_ = false;
  upload_ended_ = false;
  continue_sent_ = false;
  header_bytes_ = 0;
  response_ = {};
  request_ = std::make_shared<Request>();
  parser_.emplace(*request_, core_->config.header_max);
  arm(core_->config.idle_timeout);
  if (in_.size() > 0) return process();
  read();
}

void Session::read() {
  if (read_pending_) return;
  read_pending_ = true;
  start_read(in_.prepare(header_done_ ? read_size_body : read_size));
}

void Session::on_read(const boost::system::error_code& ec, std::size_t size) {
  read_pending_ = false;
  if (state_ == State::closed) return;
  if (!ec) in_.commit(size);
  switch (state_) {
    case State::lingering:
      in_.consume(in_.size());
      lingered_ += size;
      if (ec || lingered_ > linger_max) return close_now();
      return read();
    case State::idle:
      if (ec) return close_now();
      return process();
    case State::header:
    case State::body:
      if (ec) {
        close_after_ = true;
        return refuse(400, fail(Errc::invalid, "truncated_body", "the connection ended within the request"));
      }
      return process();
    default: return;  // a 408 overtook the read
  }
}

void Session::process() {
  while (in_.size() > 0) {
    if (state_ == State::idle) {
      state_ = State::header;
      arm(core_->config.header_timeout);
    }
    boost::system::error_code ec;
    const auto used = parser_->put(in_.data(), ec);
    in_.consume(used);
    if (!header_done_) header_bytes_ += used;
    if (ec == beast_http::error::need_more) {
      const auto held = header_done_ ? in_.size() : header_bytes_ + in_.size();
      if (held > (header_done_ ? framing_max : core_->config.header_max)) {
        return fail_parse(header_done_ ? beast_http::error::bad_chunk_extension : beast_http::error::header_limit);
      }
      break;
    }
    if (ec) return fail_parse(ec);
    if (!header_done_ && parser_->is_header_done()) {
      header_done_ = true;
      if (!on_header()) return;
    }
    if (parser_->is_done()) break;
    if (request_->upload && parser_->body().size() >= core_->config.upload_chunk) return hand_on_upload();
  }
  if (header_done_ && parser_->is_done()) {
    if (request_->upload) return hand_on_upload();
    return dispatch();
  }
  if (request_->upload) {
    // A sender of single bytes would otherwise hold the connection for years.
    const auto& config = core_->config;
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_);
    const auto due = static_cast<std::uint64_t>(std::max<std::int64_t>((spent - config.body_timeout).count(), 0)) *
                     config.rate_min / 1000;
    if (parser_->body_size() < due) {
      close_after_ = true;
      return refuse(408, fail(Errc::invalid, "request_timeout", "the upload is too slow"));
    }
    arm(config.body_timeout);
  }
  read();
}

bool Session::on_header() {
  begun_ = std::chrono::steady_clock::now();
  auto& request = *request_;
  const auto& config = core_->config;
  request.peer = config.behind_proxy && !local_ ? forwarded_peer(request, peer_) : peer_;
  request.local = local_;
  request.secure =
      secure_ || (config.behind_proxy && equal_ignoring_case(request.header("X-Forwarded-Proto"), "https"));
  request.id = core_->id_prefix + std::to_string(core_->request_count.fetch_add(1));
  if (!parser_->keep_alive() || core_->stopping || sequence_ >= config.requests_per_connection_max) close_after_ = true;

  // Refusing with a body still to come ends the connection: where the body ends is no longer worth knowing.
  const auto refuse_here = [&](int status, const Error& error, int retry_after = 0) {
    if (!parser_->is_done()) close_after_ = true;
    refuse(status, error, retry_after);
    return false;
  };
  if (header_bytes_ > config.header_max) {
    return refuse_here(431, fail(Errc::too_large, "header_too_large", "the header is over the limit"));
  }
  const auto fault = parser_->framing_fault();
  if (!fault.empty()) {
    close_after_ = true;
    return refuse_here(fault == "missing_host" ? 400 : 501,
                       fail(Errc::invalid, std::string(fault), "the header does not frame a request"));
  }
  if (const auto parsed = parse_target(parser_->target(), request); !parsed) {
    return refuse_here(400, parsed.error());
  }
  auto match = core_->router.match(request.method, request.segments);
  if (!match.route) {
    if (match.allow.empty()) return refuse_here(404, fail(Errc::not_found, "not_found", "nothing is at this path"));
    response_.headers.emplace_back("Allow", match.allow);
    return refuse_here(405, fail(Errc::invalid, "method_not_allowed", "this path knows: " + match.allow));
  }
  route_ = match.route;
  request.route = route_->pattern;
  request.params = std::move(match.params);
  if (const auto wait_ms = core_->limiter.take(route_->options.rate_class, request.peer, steady_ms()); wait_ms > 0) {
    core_->refused("rate");
    return refuse_here(429, fail(Errc::overloaded, "rate_limited", "too many calls from this address"),
                       static_cast<int>(std::min<std::int64_t>((wait_ms + 999) / 1000, 3'600)));
  }
  const bool is_upload = static_cast<bool>(route_->options.open_upload);
  const std::uint64_t body_max = is_upload ? route_->options.upload_max : route_->options.body_max;
  parser_->set_body_max(body_max);
  if (const auto length = parser_->content_length(); length && *length > body_max) {
    return refuse_here(
        413, fail(Errc::too_large, "body_too_large", "the body is over " + std::to_string(body_max) + " bytes"));
  }
  const auto expect = request.header("Expect");
  if (!expect.empty() && !equal_ignoring_case(expect, "100-continue")) {
    return refuse_here(417, fail(Errc::invalid, "bad_expectation", "only 100-continue is understood"));
  }
  if (is_upload) {
    begin_upload();
    return false;
  }
  if (parser_->is_done()) return true;
  state_ = State::body;
  arm(config.body_timeout);
  if (const auto length = parser_->content_length())
    parser_->body().reserve(std::min<std::uint64_t>(*length, 1u << 20));
  if (!expect.empty() && in_.size() == 0) {
    state_ = State::interim;
    out_head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    write_pending_ = true;
    start_write({boost::asio::buffer(out_head_), {}, {}});
    return false;
  }
  return true;
}

void Session::dispatch() {
  state_ = State::handling;
  deadline_ = 0;  // the handler's time is its own; the worker queue and requests_open_max bound the load
  if (parser_->body_size() > 0 && !request_->upload) request_->body = std::move(parser_->body());
  const auto slot = std::make_shared<ReplySlot>();
  slot->core = core_;
  slot->io = io_;
  slot->session = weak_from_this();
  slot->sequence = sequence_;
  slot->path = core_->router.told_path(route_, *request_);
  if (route_->options.run == Run::inline_io) return call_handler(*route_, request_, slot);

  const bool admitted = core_->requests_open.fetch_add(1) < core_->config.requests_open_max;
  slot->counted = true;
  auto job = [route = route_, request = request_, slot] { call_handler(*route, request, slot); };
  // An upload has had its share of work already: refusing it now would waste that.
  const bool queued = admitted && (request_->upload ? core_->workers.submit_admitted(std::move(job))
                                                    : core_->workers.submit(std::move(job)));
  if (queued) return;
  slot->used = true;
  core_->requests_open.fetch_sub(1);
  core_->refused("overloaded");
  refuse(503, fail(Errc::overloaded, "overloaded", "the server is busy; try again"), core_->config.retry_after_seconds);
}

void Session::on_reply(std::uint64_t sequence, Response response) {
  if (state_ != State::handling || sequence != sequence_) return;
  respond(std::move(response));
}

void Session::refuse(int status, const Error& error, int retry_after) {
  auto headers = std::move(response_.headers);
  auto response = problem_response(status, error, core_->router.told_path(route_, *request_));
  for (auto& header : headers) response.headers.push_back(std::move(header));
  if (retry_after > 0) {
    std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
    response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  }
  respond(std::move(response));
}

void Session::fail_parse(const boost::system::error_code& ec) {
  close_after_ = true;
  if (!header_done_) begun_ = std::chrono::steady_clock::now();
  if (ec == beast_http::error::header_limit) {
    return refuse(431, fail(Errc::too_large, "header_too_large", "the header is over the limit"));
  }
  if (ec == beast_http::error::body_limit) {
    return refuse(413, fail(Errc::too_large, "body_too_large", "the body is over the limit of this path"));
  }
  if (ec == beast_http::error::bad_version) {
    return refuse(505, fail(Errc::invalid, "bad_version", "HTTP/1.0 and HTTP/1.1 are spoken here"));
  }
  refuse(400, fail(Errc::invalid, "bad_request", "not an HTTP request: " + ec.message()));
}

void Session::on_tick(std::int64_t now) {
  if (deadline_ == 0 || now < deadline_) return;
  deadline_ = 0;
  if (state_ == State::header || state_ == State::body) {
    close_after_ = true;
    if (!header_done_) begun_ = std::chrono::steady_clock::now();
    return refuse(408, fail(Errc::invalid, "request_timeout", "the request did not arrive in time"));
  }
  close_now();
}

void Session::on_stop() {
  if (state_ == State::handshake || state_ == State::idle) return close_now();
  close_after_ = true;
}

void Session::linger() {
  // Closing with unread bytes would reset the connection and could take the answer with it.
  state_ = State::lingering;
  lingered_ = 0;
  arm(linger_timeout);
  start_shutdown();
}

void Session::on_shutdown() {
  if (state_ == State::lingering) read();
}

void Session::close_now() {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  state_ = State::closed;
  deadline_ = 0;
  drop_upload();
  close_socket();
  core_->connections.fetch_sub(1);
  io_->remove(self);
}

}  // namespace quotary::http
