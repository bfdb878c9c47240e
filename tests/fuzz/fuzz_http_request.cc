// Bytes off the wire through the parser, the target's decoding and the router, as a session does it.
#include "api/http/parser.h"
#include "api/http/router.h"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace quotary;
using namespace quotary::http;

namespace {

constexpr std::size_t body_max = 4'096;

const Router& routes() {
  static const Router router = [] {
    Router made;
    const auto add = [&](const char* method, const char* pattern) { made.add(method, pattern, {}, [](auto, auto) {}); };
    add("GET", "/v1/quotes/{number}");
    add("GET", "/v1/quotes/{number}/pdf");
    add("POST", "/v1/quotes");
    add("POST", "/v1/quotes:preview");
    add("GET", "/log/tile/{path*}");
    add("GET", "/log/tile/entries/{path*}");
    return made;
  }();
  return router;
}

// Feeds the text in two pieces split at `cut`; the outcome must not depend on the cut.
struct Outcome {
  bool complete = false;
  std::string target;
  std::string body;
};

Outcome parse(std::string_view text, std::size_t cut, Request& request) {
  RequestParser parser(request, 2'048);
  parser.set_body_max(body_max);
  std::string held;
  for (const auto piece : {text.substr(0, cut), text.substr(cut)}) {
    held.append(piece);
    while (!held.empty() && !parser.is_done()) {
      boost::system::error_code ec;
      const auto used = parser.put(boost::asio::buffer(held), ec);
      held.erase(0, used);
      if (ec == boost::beast::http::error::need_more) break;
      if (ec) return {};
    }
  }
  QUOTARY_CHECK(parser.body().size() <= body_max);
  if (!parser.is_done() || !parser.framing_fault().empty()) return {};
  return {true, parser.target(), parser.body()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Request request;
  const auto outcome = parse(text, size, request);
  if (size > 0) {
    // Within the header the limit may strike at different places, so only whole messages are compared.
    Request again;
    const auto split = parse(text, data[size - 1] % size, again);
    if (outcome.complete && split.complete) QUOTARY_CHECK(outcome.target == split.target && outcome.body == split.body);
  }
  // The target's rules also see what the parser would not let through.
  for (const std::string_view target : {std::string_view(outcome.target), text}) {
    Request parsed;
    if (!parse_target(target, parsed)) continue;
    for (const auto& segment : parsed.segments) {
      QUOTARY_CHECK(segment.find('/') == std::string::npos && segment.find('\0') == std::string::npos);
      QUOTARY_CHECK(segment != "." && segment != "..");
    }
    QUOTARY_CHECK(parsed.query.size() <= 64);
    for (const auto* method : {"GET", "HEAD", "POST", "DELETE"}) {
      const auto match = routes().match(method, parsed.segments);
      QUOTARY_CHECK(!match.route || match.allow.empty());
    }
  }
  return 0;
}
