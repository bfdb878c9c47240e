// The pages that were bundled into the program, and what they load.
#include "api/handlers/endpoint.h"
#include "api/web/assets.h"

#include <algorithm>

namespace quotary::api {
namespace {

// Scripts, styles and calls of this server alone; the reader of documents makes its pictures in memory.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src "
    "'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";
constexpr std::string_view permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

using Shared = std::shared_ptr<const std::string>;

struct Body {
  const web::Embedded* embedded;
  Shared plain, gzip;
  std::string plain_tag, gzip_tag;
};

std::string tag_of(std::string_view bytes) { return "\"" + sha256(bytes).hex() + "\""; }

// Made at the first call: answers share their bytes.
const std::vector<Body>& bodies() {
  static const auto all = [] {
    std::vector<Body> out;
    for (const web::Embedded& each : web::embedded())
      out.push_back({&each, std::make_shared<const std::string>(each.bytes),
                     std::make_shared<const std::string>(each.gzip), tag_of(each.bytes), tag_of(each.gzip)});
    return out;
  }();
  return all;
}

const Body* body_at(std::string_view address) {
  for (const Body& each : bodies())
    if (each.embedded->address == address) return &each;
  return nullptr;
}

// Whether `gzip` is accepted, with any weight but zero (RFC 9110 section 12.5.3).
bool takes_gzip(const http::Request& request) {
  constexpr std::string_view weighted = "gzip;q=";
  std::string accepted;
  for (char c : request.header("Accept-Encoding"))
    if (c != ' ' && c != '\t') accepted += c;
  for (std::string_view rest = accepted; !rest.empty();) {
    const auto each = rest.substr(0, rest.find(','));
    if (each == "gzip") return true;
    if (each.starts_with(weighted)) return each.find_first_not_of("0.", weighted.size()) != std::string_view::npos;
    rest.remove_prefix(std::min(each.size() + 1, rest.size()));
  }
  return false;
}

http::Response response_of(const http::Request& request, const Body& body) {
  const bool gzip = takes_gzip(request);
  auto response = http::shared_response(std::string(body.embedded->content_type), gzip ? body.gzip : body.plain);
  response.headers.emplace_back("ETag", gzip ? body.gzip_tag : body.plain_tag);
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  return response;
}

// Its name holds the hash of its bytes: it never changes.
Result<http::Response> asset(const Surface&, const http::Request& request) {
  const Body* body = body_at("/assets/" + request.param("name"));
  if (!body) return fail(Errc::not_found, "asset_not_found", "there is no such part of a page: load the page again");
  auto response = response_of(request, *body);
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

const Endpoint endpoints[] = {
    {"GET", "/assets/{name}", "What a page loads", "site", Access::open, Kind::read, asset, "", "", "", 200,
     "text/javascript", "", 0, http::Run::inline_io},
};

}  // namespace

http::Response web_page(const http::Request& request, std::string_view name) {
  const Body* body = body_at(name);
  QUOTARY_CHECK(body != nullptr);
  auto response = response_of(request, *body);
  response.headers.emplace_back("Content-Security-Policy", std::string(policy));
  response.headers.emplace_back("Permissions-Policy", std::string(permissions));
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  return response;
}

std::span<const Endpoint> web_endpoints() { return endpoints; }

}  // namespace quotary::api
