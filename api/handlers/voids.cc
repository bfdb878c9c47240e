#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

Result<http::Response> ask(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.request_void(caller, request.param("number"),
                                                        request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/void-requests/" + std::string(answer.body.at("id").as_string()));
  return response;
}

template <Organisation::Decision decision>
Result<http::Response> decide(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, surface.organisation.decide_void(caller, request.param("id"), decision,
                                                       request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<VoidFilter> filter_of(const http::Request& request) {
  QUOTARY_TRY(limit, number_of(request, "limit"));
  VoidFilter filter;
  filter.status = request.query_value("status");
  filter.from = request.query_value("from");
  filter.to = request.query_value("to");
  filter.quote = request.query_value("quote");
  filter.cursor = request.query_value("cursor");
  filter.limit = limit;
  return filter;
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(filter, filter_of(request));
  QUOTARY_TRY(answer, surface.organisation.list_voids(caller, filter));
  return answer_response(answer);
}

Result<http::Response> certificate(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(bytes, surface.organisation.void_certificate(caller, request.param("id")));
  return bytes_response(std::move(bytes), true);
}

Result<http::Response> report(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(filter, filter_of(request));
  auto format = request.query_value("format");
  if (format == "csv") {
    QUOTARY_TRY(bytes, surface.organisation.voids_report_csv(caller, filter));
    return bytes_response(std::move(bytes), false);
  }
  if (!format.empty() && format != "json") return invalid_parameter("format", "bad_format", "a format is json or csv");
  QUOTARY_TRY(answer, surface.organisation.voids_report(caller, filter));
  return answer_response(answer);
}

using Decision = Organisation::Decision;

const Endpoint endpoints[] = {
    {"POST", "/v1/quotes/{number}/void-requests", "Ask for a quote to be voided", "voids", Call::request_void,
     Kind::write, ask, "", "application/json", "VoidRequestBody", 201, "application/json", "VoidRequest"},
    {"GET", "/v1/void-requests", "List void requests, newest first", "voids", Call::read_void, Kind::read, list,
     "status from to quote limit cursor", "", "", 200, "application/json", "VoidList"},
    {"GET", "/v1/void-requests/{id}", "Read a void request", "voids", Call::read_void, Kind::read,
     answer_about<&Organisation::read_void>, "", "", "", 200, "application/json", "VoidRequest"},
    {"POST", "/v1/void-requests/{id}/approve", "Approve; the sealed void certificate is made in the same act", "voids",
     Call::decide_void, Kind::write, decide<Decision::approve>, "", "application/json", "Comment", 200,
     "application/json", "VoidRequest"},
    {"POST", "/v1/void-requests/{id}/reject", "Reject, with a comment", "voids", Call::decide_void, Kind::write,
     decide<Decision::reject>, "", "application/json", "Comment", 200, "application/json", "VoidRequest"},
    {"POST", "/v1/void-requests/{id}/withdraw", "Withdraw one's own request", "voids", Call::withdraw_void, Kind::write,
     decide<Decision::withdraw>, "", "application/json", "Comment", 200, "application/json", "VoidRequest"},
    {"GET", "/v1/void-requests/{id}/certificate", "The sealed void certificate", "voids", Call::read_void, Kind::read,
     certificate, "", "", "", 200, "application/pdf"},
    {"GET",
     "/v1/reports/voids",
     "The history of voids with totals, as JSON or CSV",
     "reports",
     Call::report_voids,
     Kind::read,
     report,
     "from to status format",
     "",
     "",
     200,
     "application/json",
     "VoidReport",
     small_body_max,
     http::Run::worker,
     "default",
     "",
     0,
     "",
     "text/csv"},
};

}  // namespace

std::span<const Endpoint> void_endpoints() { return endpoints; }

}  // namespace quotary::api
