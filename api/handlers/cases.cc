#include "api/handlers/endpoint.h"
#include "api/use_cases/cases/case_calls.h"

namespace quotary::api {
namespace {

using Parts = Organisation::Parts;

Result<http::Response> open(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, open_case(surface.organisation.parts(), caller, request.header("Idempotency-Key"), request.body));
  auto response = answer_response(answer);
  response.headers.emplace_back("Location", "/v1/cases/" + std::string(answer.body.at("id").as_string()));
  return response;
}

Result<http::Response> list(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(limit, number_of(request, "limit"));
  CaseFilter filter;
  filter.stage = request.query_value("stage");
  filter.owner = request.query_value("owner");
  filter.policy = request.query_value("policy");
  filter.cursor = request.query_value("cursor");
  filter.limit = limit;
  QUOTARY_TRY(answer, list_cases(surface.organisation.parts(), caller, filter));
  return answer_response(answer);
}

template <Result<Answer> (*read)(const Parts&, const Principal&, std::string_view)>
Result<http::Response> about(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, read(surface.organisation.parts(), caller, request.param("id")));
  return answer_response(answer);
}

template <Result<Answer> (*write)(Parts&, const Principal&, std::string_view, std::string_view, std::string_view)>
Result<http::Response> add(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, write(surface.organisation.parts(), caller, request.param("id"),
                            request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> history(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(page, page_of(request));
  QUOTARY_TRY(answer, read_case_history(surface.organisation.parts(), caller, request.param("id"), page));
  return answer_response(answer);
}

Result<http::Response> note(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(answer, write_note(surface.organisation.parts(), caller, request.param("id"), request.param("note"),
                                 request.header("Idempotency-Key"), request.body));
  return answer_response(answer);
}

Result<http::Response> noted(const Surface& surface, const http::Request& request) {
  QUOTARY_TRY(caller, caller_of(surface, request));
  QUOTARY_TRY(version, number_of(request, "version"));
  QUOTARY_TRY(answer,
              read_note(surface.organisation.parts(), caller, request.param("id"), request.param("note"), version));
  return answer_response(answer);
}

constexpr std::string_view json_type = "application/json";

const Endpoint endpoints[] = {
    {"POST", "/v1/cases", "Open a case under the newest version of a policy", "cases", Call::open_case, Kind::write,
     open, "", json_type, "CaseRequest", 201, json_type, "Case"},
    {"GET", "/v1/cases", "List cases, newest first", "cases", Call::read_case, Kind::read, list,
     "stage owner policy limit cursor", "", "", 200, json_type, "CaseList"},
    {"GET", "/v1/cases/{id}", "Read a case with its gate", "cases", Call::read_case, Kind::read, about<read_case>, "",
     "", "", 200, json_type, "Case"},
    {"GET", "/v1/cases/{id}/gate", "What the case's policy asks for, what is missing, and what to do about it", "cases",
     Call::read_case, Kind::read, about<read_gate>, "", "", "", 200, json_type, "CaseGate"},
    {"GET", "/v1/cases/{id}/gate/history",
     "The gate after each entry about the case, computed from the entries alone, and whether that agrees with the state",
     "cases", Call::read_case, Kind::read, about<read_gate_history>, "", "", "", 200, json_type, "GateHistory"},
    {"GET", "/v1/cases/{id}/history", "What happened to a case, in words", "cases", Call::read_case, Kind::read,
     history, "limit cursor", "", "", 200, json_type, "CaseHistory"},
    {"POST", "/v1/cases/{id}/notes/{note}",
     "Write the next version of a note; one that is not complete is recorded too, with its problems", "cases",
     Call::work_case, Kind::write, note, "", json_type, "NoteContent", 201, json_type, "Note"},
    {"GET", "/v1/cases/{id}/notes/{note}", "Read a version of a note", "cases", Call::read_case, Kind::read, noted,
     "version", "", "", 200, json_type, "Note"},
    {"POST", "/v1/cases/{id}/waivers", "Waive a requirement, as a role that the policy lets, of another's case",
     "cases", Call::waive_requirement, Kind::write, add<waive_requirement>, "", json_type, "WaiverRequest", 201,
     json_type, "Waiver"},
    {"POST", "/v1/cases/{id}/close", "Close a case; held back while the policy's gate is not complete", "cases",
     Call::work_case, Kind::write, add<close_case>, "", json_type, "CaseClosing", 200, json_type, "CaseClosed"},
};

}  // namespace

std::span<const Endpoint> case_endpoints() { return endpoints; }

}  // namespace quotary::api
