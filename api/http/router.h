// From a method and a path to a route, with strict decoding.
#pragma once

#include "api/http/message.h"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::http {

enum class Run {
  inline_io,  // on the I/O thread: the handler must not block nor compute for more than some 50 µs
  worker,     // on the bounded worker pool, refused with 503 when its queue is full
};

struct RouteOptions {
  std::size_t body_max = 1u << 20;  // bytes; beyond it 413
  Run run = Run::worker;
  OpenUpload open_upload = {};  // set for a long body: it goes to this sink, up to upload_max bytes
  std::uint64_t upload_max = 2ull << 30;
  std::string rate_class = "default";  // names a class of RateLimits
  bool path_is_secret = false;         // the path holds a token: logs get the pattern instead
  Headers headers = {};                // that each answer carries, refusals too
};

struct Route {
  std::string method;
  std::string pattern;
  RouteOptions options;
  Handler handler;
  std::size_t index = 0;  // dense, in order of add()
};

// What a path led to.
struct Match {
  const Route* route = nullptr;  // null: see allow
  std::string allow;             // the value of Allow for a 405; empty means 404
  std::map<std::string, std::string, std::less<>> params;
};

// Filled before the server starts, then read by all threads without locks. Literal segments win over variables,
// variables over catch-alls. HEAD falls back to GET.
class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // `pattern`: "/v1/quotes/{number}", "/v1/quotes:preview", "/log/tile/{path*}" (the rest, at least one segment). A
  // malformed pattern or a second route for the same method and pattern is a programmer's error (QUOTARY_CHECK).
  void add(std::string method, std::string pattern, RouteOptions options, Handler handler);

  // `segments` are decoded.
  [[nodiscard]] Match match(std::string_view method, const std::vector<std::string>& segments) const;

  // The path as logs and problems may show it: the pattern of a route whose path is secret, and no more than the first
  // segment of what begins as one does but led to no route.
  [[nodiscard]] std::string told_path(const Route* route, const Request& request) const;

  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::set<std::string, std::less<>> secret_roots_;  // the first segments of secret paths
};

// Percent-decoding of one path segment or query part. A '%' without two hexadecimal digits, an ill-formed UTF-8
// result or a control character is Errc::invalid `bad_encoding`.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_space);

// The decoded segments of an absolute path. Refuses (`bad_path`) encoded slashes and dot segments.
[[nodiscard]] Result<std::vector<std::string>> split_path(std::string_view path);

// The decoded query string, at most 64 parameters (`too_many_parameters`); a name given twice is
// `duplicate_parameter`, an empty name `bad_query`.
[[nodiscard]] Result<std::map<std::string, std::string, std::less<>>> parse_query(std::string_view query);

// Fills path, segments and query of `request` from a request target in origin or absolute form.
[[nodiscard]] Result<void> parse_target(std::string_view target, Request& request);

}  // namespace quotary::http
