#include "api/handlers/endpoint.h"
#include "ledger/base/hash.h"

namespace quotary::api {
namespace {

Result<http::Response> by_bytes(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(answer, surface.organisation.verify_bytes(request.body));
  return answer_response(answer);
}

Result<http::Response> by_hash(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(answer, surface.organisation.verify_sha256(request.param("hex")));
  return answer_response(answer);
}

Result<http::Response> by_number(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(answer, surface.organisation.verify_number(request.param("number"), request.query_value("code")));
  return answer_response(answer);
}

Result<http::Response> page(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(answer, surface.organisation.verify_number(request.param("number"), request.query_value("code")));
  auto response =
      http::text_response(200, "text/html; charset=utf-8", verify_page(surface.organisation.profile(), answer.body));
  static const std::string script_hash = to_base64(sha256(page_script()).view());
  response.headers.emplace_back("Content-Security-Policy",
                                surface.page_policy + "; script-src 'sha256-" + script_hash + "'; connect-src 'self'");
  response.headers.emplace_back("X-Robots-Tag", "noindex");
  return response;
}

constexpr std::string_view rate_class = "public_verify";

const Endpoint endpoints[] = {
    {"POST", "/v1/verify", "Verify a document by its bytes", "verify", Access::open, Kind::public_answer, by_bytes, "",
     "application/pdf", "", 200, "application/json", "VerifyAnswer", verify_bytes_max, http::Run::worker, rate_class},
    {"GET", "/v1/verify/sha256/{hex}", "Verify a document by its SHA-256", "verify", Access::open, Kind::public_answer,
     by_hash, "", "", "", 200, "application/json", "VerifyAnswer", small_body_max, http::Run::worker, rate_class},
    {"GET", "/v1/verify/{number}", "Verify by number and code together", "verify", Access::open, Kind::public_answer,
     by_number, "code", "", "", 200, "application/json", "VerifyAnswer", small_body_max, http::Run::worker, rate_class},
    {"GET", "/v/{number}", "The page behind the QR code", "verify", Access::open, Kind::public_answer, page, "code", "",
     "", 200, "text/html", "", small_body_max, http::Run::worker, rate_class},
};

}  // namespace

std::span<const Endpoint> verify_endpoints() { return endpoints; }

}  // namespace quotary::api
