// The session's answers and long bodies.
#include "api/http/problem.h"
#include "api/http/session.h"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace quotary::http {

namespace {

constexpr std::size_t stream_piece = 65'536;

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

void put_header(std::string& out, std::string_view name, std::string_view value) {
  if (!is_clean(name) || !is_clean(value)) return;
  out.append(name).append(": ").append(value).append("\r\n");
}

// RFC 9110 section 13.1.2, weak comparison.
bool names_etag(std::string_view list, std::string_view etag) {
  const auto strong = [](std::string_view tag) { return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag; };
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto each = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (!each.empty() && each.front() == ' ') each.remove_prefix(1);
    while (!each.empty() && each.back() == ' ') each.remove_suffix(1);
    if (each == "*" || strong(each) == strong(etag)) return true;
  }
  return false;
}

}  // namespace

void Session::respond(Response response) {
  state_ = State::writing;
  const auto size = response.body ? response.body->size() : 0;
  arm(core_->config.write_timeout +
      std::chrono::milliseconds(size * 1000 / std::max<std::uint64_t>(core_->config.rate_min, 1)));
  if (core_->stopping) close_after_ = true;
  if (!response.log_detail.empty()) core_->log_error(request_->id + " " + response.log_detail);
  if (response.status < 200 || response.status > 599) {
    core_->log_error("a handler answered with a status outside 200..599");
    response = problem_response(fail(Errc::internal, "internal", {}), core_->router.told_path(route_, *request_));
  }
  const bool is_head = request_->method == "HEAD";
  if (response.status == 200 && (is_head || request_->method == "GET")) {
    const auto wanted = request_->header("If-None-Match");
    const auto etag = std::find_if(response.headers.begin(), response.headers.end(),
                                   [](const auto& header) { return equal_ignoring_case(header.first, "ETag"); });
    if (!wanted.empty() && etag != response.headers.end() && names_etag(wanted, etag->second)) {
      response.status = 304;
      response.content_type.clear();
    }
  }
  const bool bodiless = response.status == 204 || response.status == 304;
  if (bodiless) {
    response.body.reset();
    response.stream.reset();
  }
  response_ = std::move(response);
  stream_left_ = response_.stream_size;
  bytes_out_ = 0;
  // An HTTP/1.0 client knows no chunks: the connection's end is the body's.
  const bool old_client = parser_->is_header_done() && parser_->http_minor() == 0;
  chunked_out_ = response_.stream && response_.stream_size == 0 && !old_client;
  if (response_.stream && response_.stream_size == 0 && old_client) close_after_ = true;

  auto& out = out_head_;
  out.clear();
  out.append("HTTP/1.1 ").append(std::to_string(response_.status)).append(" ");
  out.append(reason_phrase(response_.status)).append("\r\n").append(io_->date_header());
  if (!response_.content_type.empty()) put_header(out, "Content-Type", response_.content_type);
  if (!bodiless) {
    if (chunked_out_) {
      out.append("Transfer-Encoding: chunked\r\n");
    } else if (!response_.stream || response_.stream_size != 0) {
      const std::uint64_t length = response_.stream ? response_.stream_size
                                   : response_.body ? response_.body->size()
                                                    : 0;
      out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
    }
  }
  out.append("X-Content-Type-Options: nosniff\r\n");
  if (!request_->id.empty()) out.append("X-Request-Id: ").append(request_->id).append("\r\n");
  for (const auto& [name, value] : response_.headers) put_header(out, name, value);
  if (route_)
    for (const auto& [name, value] : route_->options.headers) put_header(out, name, value);
  if (close_after_) {
    out.append("Connection: close\r\n");
  } else if (old_client) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
  if (is_head) {
    response_.body.reset();
    response_.stream.reset();
  }
  boost::asio::const_buffer body;
  if (response_.stream) {
    state_ = State::streaming;
  } else if (response_.body) {
    body = boost::asio::buffer(*response_.body);
    bytes_out_ = response_.body->size();
  }
  write_pending_ = true;
  start_write({boost::asio::buffer(out), body, {}});
}

void Session::on_written(const boost::system::error_code& ec) {
  write_pending_ = false;
  if (state_ == State::closed) return;
  if (ec) return close_now();
  switch (state_) {
    case State::interim:
      if (request_->upload) {
        state_ = State::uploading;
        return on_upload_step(sequence_, std::nullopt);
      }
      state_ = State::body;
      arm(core_->config.body_timeout);
      return read();
    case State::writing: return finish_request();
    case State::streaming: return response_.stream ? read_stream() : finish_request();
    default: return;
  }
}

void Session::read_stream() {
  arm(core_->config.write_timeout);
  auto step = [source = response_.stream, io = io_, self = weak_from_this(), sequence = sequence_] {
    Result<std::string> piece = fail(Errc::internal, "internal", "a body source threw");
    try {
      piece = source->read(stream_piece);
    } catch (const std::exception&) {
    }
    io->post([self, sequence, piece = std::move(piece)]() mutable {
      if (const auto alive = self.lock()) alive->on_stream_piece(sequence, std::move(piece));
    });
  };
  if (!core_->workers.submit_admitted(std::move(step))) close_now();
}

void Session::on_stream_piece(std::uint64_t sequence, Result<std::string> piece) {
  if (state_ != State::streaming || sequence != sequence_) return;
  // A cut body is the only honest signal once the status is out.
  if (!piece) {
    core_->log_error("a long answer broke off: " + piece.error().code);
    return close_now();
  }
  out_piece_ = std::move(*piece);
  bytes_out_ += out_piece_.size();
  const bool end = out_piece_.empty();
  if (response_.stream_size != 0) {
    if (out_piece_.size() > stream_left_ || (end && stream_left_ != 0)) {
      core_->log_error("a long answer had another size than it said");
      return close_now();
    }
    stream_left_ -= out_piece_.size();
  }
  if (end) {
    response_.stream.reset();
    if (!chunked_out_) return finish_request();
    write_pending_ = true;
    return start_write({boost::asio::buffer("0\r\n\r\n", 5), {}, {}});
  }
  arm(core_->config.write_timeout);
  write_pending_ = true;
  if (!chunked_out_) return start_write({boost::asio::buffer(out_piece_), {}, {}});
  char size_line[20];
  out_head_.assign(size_line,
                   static_cast<std::size_t>(std::snprintf(size_line, sizeof size_line, "%zx\r\n", out_piece_.size())));
  start_write({boost::asio::buffer(out_head_), boost::asio::buffer(out_piece_), boost::asio::buffer("\r\n", 2)});
}

void Session::finish_request() {
  const auto us =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun_).count();
  core_->count(route_, response_.status, us);
  if (core_->config.access_log) {
    AccessRecord record;
    record.request_id = request_->id;
    record.peer = request_->peer;
    record.method = request_->method;
    const auto told_path = core_->router.told_path(route_, *request_);
    record.path = told_path;
    if (route_) record.route = route_->pattern;
    record.status = response_.status;
    record.bytes_in = parser_->body_size();
    record.bytes_out = bytes_out_;
    record.duration_us = us;
    core_->config.access_log(record);
  }
  drop_upload();
  if (close_after_) return linger();
  next_request();
}

void Session::begin_upload() {
  state_ = State::uploading;
  deadline_ = 0;
  // The worker gets its own copy: the session's request is still being filled.
  auto step = [open = &route_->options.open_upload, head = std::make_shared<Request>(*request_), io = io_,
               self = weak_from_this(), sequence = sequence_] {
    Result<std::shared_ptr<BodySink>> sink = fail(Errc::internal, "internal", "opening an upload threw");
    try {
      sink = (*open)(*head);
    } catch (const std::exception&) {
    }
    io->post([self, sequence, sink = std::move(sink)] {
      const auto alive = self.lock();
      if (!alive || alive->state_ != State::uploading || sequence != alive->sequence_) return;
      if (sink && *sink) alive->request_->upload = *sink;
      alive->on_upload_step(sequence,
                            sink ? *sink ? std::nullopt : std::optional(fail(Errc::internal, "internal", "no sink"))
                                 : std::optional(sink.error()));
    });
  };
  if (core_->workers.submit(std::move(step))) return;
  close_after_ = true;
  core_->refused("overloaded");
  refuse(503, fail(Errc::overloaded, "overloaded", "the server is busy; try again"), core_->config.retry_after_seconds);
}

void Session::hand_on_upload() {
  state_ = State::uploading;
  deadline_ = 0;
  upload_ended_ = parser_->is_done();
  auto step = [chunk = std::make_shared<std::string>(std::move(parser_->body())), sink = request_->upload, io = io_,
               self = weak_from_this(), sequence = sequence_]() mutable {
    std::optional<Error> error;
    try {
      if (!chunk->empty()) {
        if (auto written = sink->write(*chunk); !written) error = std::move(written).error();
      }
    } catch (const std::exception&) {
      error = fail(Errc::internal, "internal", "an upload's sink threw");
    }
    sink.reset();
    io->post([self, sequence, error = std::move(error)] {
      if (const auto alive = self.lock()) alive->on_upload_step(sequence, error);
    });
  };
  parser_->body().clear();
  if (!core_->workers.submit_admitted(std::move(step))) close_now();
}

void Session::on_upload_step(std::uint64_t sequence, std::optional<Error> error) {
  if (state_ != State::uploading || sequence != sequence_) return;
  if (error) {
    if (!parser_->is_done()) close_after_ = true;
    return refuse(status_of(*error), *error);
  }
  if (upload_ended_) return dispatch();
  const bool asked = !request_->header("Expect").empty();
  if (asked && parser_->body_size() == 0 && in_.size() == 0 && !continue_sent_) {
    continue_sent_ = true;
    state_ = State::interim;
    out_head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    arm(core_->config.write_timeout);
    write_pending_ = true;
    return start_write({boost::asio::buffer(out_head_), {}, {}});
  }
  state_ = State::body;
  arm(core_->config.body_timeout);
  process();
}

void Session::drop_upload() {
  if (!request_ || !request_->upload) return;
  // Discarding an upload may touch the disk. The request is let go whole, never changed: a handler may still read it.
  auto job = [held = std::move(request_)]() mutable { held.reset(); };
  request_.reset();
  (void)core_->workers.submit_admitted(std::move(job));
}

}  // namespace quotary::http
