// Requests and responses as the handlers see them: no Beast types, so that few files pay for compiling it.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Takes the body of a long upload piece by piece. Calls come one after another, on worker threads, and may block.
// Destroyed without the handler having run: the upload was cut off. What came is dropped, or kept by a protocol that
// goes on from there.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // An error ends the upload and is answered as a problem.
  [[nodiscard]] virtual Result<void> write(std::string_view chunk) = 0;
};

// Gives the body of a long answer piece by piece. Calls come one after another, on worker threads, and may block.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next bytes, at most `size_max`; empty at the end. An error cuts the connection, as the status is already sent.
  [[nodiscard]] virtual Result<std::string> read(std::size_t size_max) = 0;
};

// One request. Immutable once a handler sees it: safe to share between threads.
struct Request {
  std::string method;                                      // as sent; HEAD stays HEAD though a GET handler serves it
  std::string path;                                        // as sent, without the query string
  std::string route;                                       // the pattern that matched, "" when none did
  std::vector<std::string> segments;                       // decoded path segments
  std::map<std::string, std::string, std::less<>> params;  // decoded pattern variables; a catch-all keeps its slashes
  std::map<std::string, std::string, std::less<>> query;   // decoded; duplicates were refused with 400
  Headers headers;                                         // as sent, in order
  std::string body;                                        // empty for long bodies
  std::shared_ptr<BodySink> upload;                        // the sink of a long body, all of it written; else null
  std::string peer;                                        // address without port; "" on the Unix socket
  std::string id;                                          // unique in the process's life, also sent as X-Request-Id
  bool local = false;                                      // came over the Unix socket
  bool secure = false;                                     // came over TLS, here or at our proxy

  // The first header of that name, case-insensitive; "" when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
  // The pattern variable, which must exist in the route (QUOTARY_CHECK).
  [[nodiscard]] const std::string& param(std::string_view name) const;
  // The cookie's value as sent, "" when absent.
  [[nodiscard]] std::string_view cookie(std::string_view name) const;
  // The query parameter, "" when absent.
  [[nodiscard]] std::string_view query_value(std::string_view name) const;
};

// One answer. A 200 whose ETag the request's If-None-Match names becomes a 304 in the server. Header values with
// control characters are dropped, so that no value can start a new header.
struct Response {
  int status = 200;
  std::string content_type;  // not sent when empty
  Headers headers;
  std::shared_ptr<const std::string> body;  // null is an empty body; shared, so that cached bytes are never copied
  std::shared_ptr<BodySource> stream;       // a long answer, instead of `body`; sent chunked unless stream_size is set
  std::uint64_t stream_size = 0;            // exact size of the stream when known, else 0
  std::string log_detail;                   // never sent: goes to the error log beside the request's id
};

// Called from any thread, exactly once; later calls are ignored. A Reply that dies unused answers 500.
using Reply = std::function<void(Response)>;

// An exception out of a handler answers 500.
using Handler = std::function<void(std::shared_ptr<const Request>, Reply)>;

// Opens the sink of a long body, before any of it is read, on a worker thread: authenticate and check here. The
// request has no body yet.
using OpenUpload = std::function<Result<std::shared_ptr<BodySink>>(const Request&)>;

// Shorthands.
[[nodiscard]] Response text_response(int status, std::string content_type, std::string body);
[[nodiscard]] Response json_response(int status, std::string json);
[[nodiscard]] Response shared_response(std::string content_type, std::shared_ptr<const std::string> body);

// ASCII case-insensitive comparison, as header names need it.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace quotary::http
