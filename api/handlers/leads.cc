#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/lead_calls.h"

namespace quotary::api {
namespace {

Result<http::Response> record(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer,
              record_lead(surface.organisation.parts(), caller, request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/leads/" + std::string(answer.body.at("id").as_string()));
  return response;
}

template <Result<Answer> (*write)(Organisation::Parts&, const Principal&, std::string_view, std::string_view,
                                  std::string_view)>
Result<http::Response> write_about(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, write(surface.organisation.parts(), caller, request.param("id"),
                            request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> read(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, read_lead(surface.organisation.parts(), caller, request.param("id")));
  return answer_response(answer);
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  const LeadFilter filter{std::string(request.query_value("owner")), std::string(request.query_value("state")),
                          std::string(request.query_value("cursor")), limit};
  QUOTARY_TRY(answer, list_leads(surface.organisation.parts(), caller, filter));
  return answer_response(answer);
}

const Endpoint endpoints[] = {
    {"POST", "/v1/leads", "Record a lead, and to whom it was assigned by which rule", "leads", Call::record_lead,
     Kind::write, record, "", "application/json", "LeadBody", 201, "application/json", "LeadEntry"},
    {"GET", "/v1/leads", "List leads, newest first", "leads", Call::read_lead, Kind::read, list,
     "owner state limit cursor", "", "", 200, "application/json", "LeadList"},
    {"GET", "/v1/leads/{id}", "Read a lead, how promptly it was answered, and what each assignment was chosen from",
     "leads", Call::read_lead, Kind::read, read, "", "", "", 200, "application/json", "Lead"},
    {"POST", "/v1/leads/{id}/assignments", "Assign a lead to somebody else", "leads", Call::record_lead, Kind::write,
     write_about<assign_lead>, "", "application/json", "LeadAssignmentBody", 201, "application/json", "LeadEntry"},
    {"POST", "/v1/leads/{id}/first-touch", "Record when a lead was first answered", "leads", Call::record_lead,
     Kind::write, write_about<touch_lead>, "", "application/json", "LeadTouchBody", 201, "application/json",
     "LeadEntry"},
};

}  // namespace

std::span<const Endpoint> lead_endpoints() { return endpoints; }

}  // namespace quotary::api
